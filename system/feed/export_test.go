package feed

import (
	"maps"
	"net"
	"time"
)

// NewWithResolver is New with a resolver of the test's own.
func NewWithResolver(d Definition, resolver *net.Resolver) (*Source, error) {
	return newSource(d, resolver)
}

// Age makes the source think that a server has stood in for longer.
func Age(s *Source, by time.Duration) {
	s.servers.mutex.Lock()
	defer s.servers.mutex.Unlock()

	s.servers.since = s.servers.since.Add(-by)
}

// AgeDoubts makes what is known about bad symbols older.
func AgeDoubts(s *Source, by time.Duration) {
	s.planner.doubts.mutex.Lock()
	defer s.planner.doubts.mutex.Unlock()

	for instrument, known := range s.planner.doubts.bad {
		known.until = known.until.Add(-by)
		s.planner.doubts.bad[instrument] = known
	}
}

// CopyDoubts gives one source what another knows about bad symbols.
func CopyDoubts(from, to *Source) {
	from.planner.doubts.mutex.Lock()
	defer from.planner.doubts.mutex.Unlock()

	to.planner.doubts.bad = maps.Clone(from.planner.doubts.bad)
}

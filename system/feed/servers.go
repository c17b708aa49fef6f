package feed

import (
	"sync"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// homesick is how long a server has to stand in before the first one is tried again.
const homesick = time.Minute

// servers remembers which of several servers answers. The first is the URL's own.
type servers struct {
	origins []*origin // nil for the URL's own

	mutex   sync.Mutex
	current int
	since   time.Time // when current began to stand in
}

func newServers(standIns []*origin) *servers {
	return &servers{origins: append([]*origin{nil}, standIns...)}
}

// first returns which server is tried first.
func (s *servers) first(now time.Time) int {
	if len(s.origins) == 1 {
		return 0
	}

	s.mutex.Lock()
	defer s.mutex.Unlock()

	if s.current != 0 && now.Sub(s.since) >= homesick {
		return 0
	}

	return s.current
}

// worked notes that a server answered after the one that was tried first did not, or that the first one did.
func (s *servers) worked(at int, now time.Time) {
	if len(s.origins) == 1 {
		return
	}

	s.mutex.Lock()
	defer s.mutex.Unlock()

	if at != s.current || now.Sub(s.since) >= homesick {
		s.current, s.since = at, now
	}
}

// isServerFault reports whether another server may fare better: this one was not reached, was cut off, or says itself that it cannot serve.
func isServerFault(failure *messages.Failure, status int) bool {
	switch failure.Outcome {
	case messages.OutcomeDNS, messages.OutcomeRefused, messages.OutcomeReset, messages.OutcomeTLS, messages.OutcomeTimeout:
		return true
	case messages.OutcomeHTTPStatus, messages.OutcomeUnavailable:
		return status >= 500
	default:
		return false
	}
}

// Package coordinator holds the actor that runs rounds: it asks every vendor at once, closes the round when all have answered or at an
// absolute deadline, assembles the snapshot, and hands it to the writer, the publisher and the auditor.
//
// The deadline is the coordinator's own timer message, never an inactivity timeout: answers that drip in do not extend it. A slow disk
// delays no round: a snapshot waits at most Settings.DurableWait for it, and once that has run out later ones do not wait at all until the
// writer has caught up.
//
// The logic lives beside the actor in plain Go: schedule.go (when), round.go and verdict.go (who answered what), checks.go (which prices
// are not plausible), assemble.go (what the round says), release.go (when it is published and kept), ledger.go (what is recorded). actor.go and effects.go only route.
package coordinator

import (
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/messages"
)

// Durability says what publication waits for.
type Durability string

// The kinds of durability.
const (
	Strict  Durability = "strict"  // a snapshot is published once it is on disk, or after DurableWait without it
	Relaxed Durability = "relaxed" // a snapshot is published at once and written behind
	Off     Durability = "off"     // there is no writer
)

// Defaults of Settings.
const (
	DefaultDeadline    = 2 * time.Second
	DefaultDurableWait = 250 * time.Millisecond
	DefaultCredit      = 8
	DefaultStopWait    = 5 * time.Second
)

// Settings says how rounds are run. The zero value of a field means its default where one is named.
type Settings struct {
	Every       time.Duration    // distance of the grid that rounds begin on; 0: only on demand
	Deadline    time.Duration    // how long a round is open at most, at most Every where that is set; DefaultDeadline
	Roster      *messages.Roster // who is asked for what; required
	FirstRound  messages.Round   // number of the first round; 1
	Carry       time.Duration    // how old an earlier price may be to stand in for a missing one; 0: never
	Checks      []Checks         // what prices are held against, in the order of the roster's listings; may be shorter
	Durability  Durability       // Strict
	DurableWait time.Duration    // how long publication, or calling the disk healthy, waits for the writer; DefaultDurableWait
	Credit      int              // snapshots the writer may hold unacknowledged; DefaultCredit
	Backoff     actors.Backoff   // between tries to write after a failure; 100 ms … 2 s
	StopWait    time.Duration    // how long StopRounds waits for the writer; DefaultStopWait

	Latest  *atomic.Pointer[messages.Snapshot] // set at each publication; may be nil
	Uniform func() float64                     // random numbers in [0, 1) for the back-off; nil: math/rand/v2
	Log     *logrus.Entry                      // nil: nothing is logged
}

// Refs are the actors the coordinator talks to. Fetchers stand in the order of the roster's listings. A zero Ref is nobody; without an auditor, snapshots
// get no digest.
type Refs struct {
	Fetchers  []actors.Ref[messages.FetcherMessage]
	Writer    actors.Ref[messages.WriterMessage]
	Publisher actors.Ref[messages.PublisherMessage]
	Auditor   actors.Ref[messages.AuditorMessage]
}

func (s Settings) withDefaults() Settings {
	s.Deadline = bounded(s.Every, s.Deadline)
	s.FirstRound = max(s.FirstRound, 1)
	s.DurableWait = positive(s.DurableWait, DefaultDurableWait)
	s.Credit = positive(s.Credit, DefaultCredit)
	s.Backoff.Base = positive(s.Backoff.Base, 100*time.Millisecond)
	s.Backoff.Max = positive(s.Backoff.Max, 2*time.Second)
	s.StopWait = positive(s.StopWait, DefaultStopWait)

	if s.Durability == "" {
		s.Durability = Strict
	}

	s.Log = actors.OrSilent(s.Log)

	return s
}

// bounded returns a round's deadline: the default if there is none, and never more than the distance between two rounds.
func bounded(every, deadline time.Duration) time.Duration {
	deadline = positive(deadline, DefaultDeadline)
	if every > 0 {
		deadline = min(deadline, every)
	}

	return deadline
}

func positive[N time.Duration | int](value, otherwise N) N {
	if value > 0 {
		return value
	}

	return otherwise
}

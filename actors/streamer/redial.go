package streamer

import (
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

const (
	// maxAttempts is how often a line is called in any minute, whatever happens.
	maxAttempts = 10
	// finalRest is how long a vendor that refuses us for good is left alone at least.
	finalRest = time.Minute
	// maxRetryAfter cuts what a vendor may wish for, so that a bad header cannot silence it for a day.
	maxRetryAfter = time.Hour
)

// redial decides when a line may be called again. It outlives restarts.
type redial struct {
	tries    int                    // failures since a connection was healthy
	until    time.Time              // not before
	attempts [maxAttempts]time.Time // the last ones, as a ring
	next     int                    // position of the oldest
}

// earliest is the first time at which the line may be called.
func (r *redial) earliest() time.Time {
	if oldest := r.attempts[r.next]; !oldest.IsZero() {
		return later(r.until, oldest.Add(time.Minute))
	}

	return r.until
}

// attempt notes a call.
func (r *redial) attempt(now time.Time) {
	r.attempts[r.next] = now
	r.next = (r.next + 1) % len(r.attempts)
}

// failed notes the end of a connection that had been ready for a while. The vendor's wish is obeyed; the delay on top of it keeps those who
// were all told the same from coming back together.
func (r *redial) failed(s *Settings, f *messages.Failure, ready time.Duration, now time.Time) {
	r.settle(s, ready)
	r.tries++

	wait := s.Connections.Backoff.Delay(r.tries, s.Uniform)
	if final(f) {
		wait = max(wait, finalRest)
	}

	r.until = later(r.until, now.Add(wait+min(f.RetryAfter, maxRetryAfter)))
}

// settle forgets the failures before a connection that was ready long enough.
func (r *redial) settle(s *Settings, ready time.Duration) {
	if ready >= s.Connections.HealthyAfter {
		r.tries = 0
	}
}

// final reports whether calling again soon is pointless.
func final(f *messages.Failure) bool {
	switch f.Outcome {
	case messages.OutcomeAuth, messages.OutcomeNotEntitled, messages.OutcomeBadRequest, messages.OutcomeUnknownSymbol:
		return true
	default:
		return f.Final
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}

	return a
}

package streamer

import (
	"time"

	"github.com/rollcall-go/rollcall/actors"
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
	firm     time.Time              // nor before this, whatever happens: the vendor asked for it, or refused us for good
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
	wish := min(f.RetryAfter, maxRetryAfter)

	if final(f) {
		wait = max(wait, finalRest)
	}

	r.until = later(r.until, now.Add(wait+wish))

	if wish > 0 || final(f) {
		r.firm = r.until
	}
}

// excuse notes the end of a connection that failed while our own uplink seems down: it does not count. An attempt that led to nothing never
// reached the vendor, and is taken back.
func (r *redial) excuse(s *Settings, limit time.Duration, ready bool, now time.Time) {
	r.until = later(r.until, now.Add(capped(s, limit)))

	if !ready {
		r.next = (r.next + maxAttempts - 1) % maxAttempts
		r.attempts[r.next] = time.Time{}
	}
}

// cap shortens what failures have led to, because our own uplink seems down.
func (r *redial) cap(s *Settings, limit time.Duration, now time.Time) {
	if until := later(r.firm, now.Add(capped(s, limit))); until.Before(r.until) {
		r.until = until
	}
}

// capped is the delay between attempts while our own uplink seems down.
func capped(s *Settings, limit time.Duration) time.Duration {
	return actors.Backoff{Base: limit, Max: limit}.Delay(1, s.Uniform)
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

package fetcher

import (
	"cmp"
	"fmt"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// A vendor goes between being asked and being left alone at most maxFlips times in flipWindow, whatever it does.
const (
	maxFlips   = 6
	flipWindow = time.Minute
)

// breaker decides whether a vendor is asked at all. It opens after too many failures, and when asking again soon is pointless: our credentials
// are refused, or the plan's allowance is used up. The first request after that is a probe: it alone decides whether the vendor rests again,
// longer, or is back. What the vendor itself wishes is obeyed whether the breaker is open or not, and neither opens nor closes it.
type breaker struct {
	settings Breaker
	uniform  func() float64

	failures  int    // in a row
	successes int    // in a row
	recent    []bool // the last polls since the last rest, as a ring; true is a failure
	next      int    // position of the oldest once the ring is full
	openings  int    // since the last time that enough polls succeeded in a row

	resting bool // from the failure that opened it until a probe succeeds
	until   time.Time
	firm    time.Time         // nobody shortens the rest to less than this: the vendor asked for it, or it must not chatter
	refused *messages.Failure // what is answered until then
	limit   time.Duration     // how long the network's failures make it rest while our own uplink seems down; 0 while it is up

	flips [maxFlips - 1]time.Time // the last times that resting changed, as a ring
	flip  int
}

func newBreaker(settings Breaker, uniform func() float64) breaker {
	return breaker{settings: settings, uniform: uniform, recent: make([]bool, 0, settings.Window)}
}

// refusal returns nil if the vendor may be asked now, and otherwise the failure to answer with.
func (b *breaker) refusal(now time.Time) *messages.Failure {
	if now.Before(b.until) {
		return b.refused
	}

	return nil
}

// probing reports whether a request made now is a probe, which is not repeated.
func (b *breaker) probing() bool { return b.resting || b.limit > 0 }

// success counts a good poll and reports whether the vendor is back from a rest.
func (b *breaker) success(now time.Time) bool {
	b.failures = 0
	b.successes++
	b.remember(false)

	if b.successes >= b.settings.Failures {
		b.openings = 0
	}

	if !b.resting {
		return false
	}

	b.resting = false
	b.recent, b.next = b.recent[:0], 0
	b.flipped(now)

	return true
}

// failure counts a failed poll and reports whether the vendor begins to rest with it.
func (b *breaker) failure(now time.Time, f *messages.Failure) bool {
	b.successes = 0
	b.failures++
	b.remember(true)

	r := b.ruling(f)
	if r.rest == 0 {
		return false
	}

	begins := r.opens && !b.resting
	if begins {
		b.resting = true
		r.insist(r.reason, b.flipped(now))
	}

	b.rest(now.Add(r.rest), now, r.reason, f)
	b.firm = later(b.firm, now.Add(r.firm))

	return begins
}

// hold keeps the vendor's wish while the poll goes on: it holds for the next poll too, should that come before the retry.
func (b *breaker) hold(now time.Time, f *messages.Failure) {
	if wish := b.settings.wish(f); wish > 0 {
		b.rest(now.Add(wish), now, asksToWait(wish), f)
		b.firm = later(b.firm, now.Add(wish))
	}
}

// ruling says for how long, and why, a vendor rests after a failure. The longest reason wins.
type ruling struct {
	reason string
	rest   time.Duration
	firm   time.Duration // the part of it that nobody shortens
	opens  bool          // the breaker: the vendor is back only once a probe has succeeded
}

func (r *ruling) insist(reason string, rest time.Duration) {
	r.firm = max(r.firm, rest)

	if r.rest < rest {
		r.reason, r.rest = reason, rest
	}
}

func (b *breaker) ruling(f *messages.Failure) ruling {
	r := b.tally()

	switch {
	case f.Outcome == messages.OutcomeAuth:
		r.insist("credentials not accepted", b.settings.AuthRest)
	case f.Final:
		r.insist("it does not heal by itself", b.settings.AuthRest)
	}

	wish := b.settings.wish(f)
	if f.Outcome == messages.OutcomeQuota && wish == 0 {
		r.insist("allowance used up", b.settings.QuotaRest)
	}

	r.opens = r.rest > 0
	if wish > 0 {
		r.insist(asksToWait(wish), wish)
	}

	return r
}

// tally rules by how often the vendor has failed.
func (b *breaker) tally() (r ruling) {
	failed := b.failed()
	half := len(b.recent) == b.settings.Window && 2*failed >= b.settings.Window
	row := b.failures >= b.settings.Failures

	if !b.resting && !row && !half {
		return r
	}

	b.openings++
	r.rest = b.settings.Backoff.Delay(b.openings, b.uniform)
	r.reason = fmt.Sprintf("%d failures in a row", b.failures)

	if half && !row {
		r.reason = fmt.Sprintf("%d of %d failed", failed, b.settings.Window)
	}

	return r
}

func asksToWait(wish time.Duration) string { return "vendor asks to wait " + short(wish) }

// wish is the vendor's own wish within its bounds, 0 if it has none. An allowance that is used up may take a day to come back.
func (b Breaker) wish(f *messages.Failure) time.Duration {
	if f.RetryAfter <= 0 {
		return 0
	}

	longest := b.MaxRetryAfter
	if f.Outcome == messages.OutcomeQuota {
		longest = max(longest, longestPause)
	}

	return min(max(f.RetryAfter, b.MinRetryAfter), longest)
}

// pause is for how long nobody may use the key after a failure; 0 if it has nothing to do with the key's allowance.
func (b Breaker) pause(f *messages.Failure) time.Duration {
	switch f.Outcome {
	case messages.OutcomeRateLimited:
		return b.wish(f)
	case messages.OutcomeQuota:
		return cmp.Or(b.wish(f), b.QuotaRest)
	default:
		return 0
	}
}

func (b *breaker) rest(until, now time.Time, reason string, f *messages.Failure) {
	if until.Before(b.until) {
		return
	}

	b.until = until
	b.refused = messages.NewFailure(f.Outcome, fmt.Sprintf("not asked until %s: %s, last: %s", clock(until, now), reason, f.Error()))
}

// flipped notes a change and returns how long the next one has to wait. A probe may change twice (it succeeds, the next poll fails), so
// all but four of the last changes must be out of the window by then.
func (b *breaker) flipped(now time.Time) time.Duration {
	b.flips[b.flip] = now
	b.flip = (b.flip + 1) % len(b.flips)

	oldest := b.flips[b.flip]
	if oldest.IsZero() {
		return 0
	}

	return max(0, oldest.Add(flipWindow).Sub(now))
}

func (b *breaker) remember(failed bool) {
	if len(b.recent) < cap(b.recent) {
		b.recent = append(b.recent, failed)

		return
	}

	b.recent[b.next] = failed
	b.next = (b.next + 1) % len(b.recent)
}

func (b *breaker) failed() int {
	n := 0

	for _, failed := range b.recent {
		if failed {
			n++
		}
	}

	return n
}

package fetcher

import (
	"time"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/messages"
)

// allAtOnce is why a vendor is left alone although nobody knows anything against it.
const allAtOnce = "most vendors fail at once"

// cap is told whether our own uplink seems to be down. What the network's failures have led to is shortened; what the vendor has asked for is not.
func (b *breaker) cap(limit time.Duration, now time.Time) {
	b.limit = limit

	if limit == 0 || b.refused == nil || !b.refused.Unreached() {
		return
	}

	if until := later(b.firm, now.Add(b.capped())); until.Before(b.until) {
		b.until = now // so that rest takes the earlier time
		b.rest(until, now, allAtOnce, messages.NewFailure(b.refused.Outcome, ""))
	}
}

// excuses reports whether a failure is not the vendor's, as far as can be told.
func (b *breaker) excuses(f *messages.Failure) bool { return b.limit > 0 && f.Unreached() }

// excuse takes a failure that is not counted. The rest begins when the poll did, so that rounds which are further apart than the limit all ask.
func (b *breaker) excuse(begun, now time.Time, f *messages.Failure) {
	b.rest(begun.Add(b.capped()), now, allAtOnce, f)
}

// capped is the length of a rest while our uplink seems down.
func (b *breaker) capped() time.Duration {
	return actors.Backoff{Base: b.limit, Max: b.limit}.Delay(1, b.uniform)
}

// place is a vendor's among all that are asked while our uplink seems down: requests are not made in the same moment, so that the uplink is not
// asked for everything as soon as it is back.
type place struct {
	number, of int  // 0 to of−1; of is 0 while the uplink is up
	last       bool // the uplink is up again: the place is for one more request
}

// delay spreads requests over six tenths of the time that there is for the answer. The places change with each round. A vendor is not made to
// wait until there is less than twice its usual time left: the failure would be of our own making, and hide that the uplink is back.
func (p place) delay(round messages.Round, left, usual time.Duration) time.Duration {
	if p.of < 2 {
		return 0
	}

	window := max(min(left*6/10, left-2*usual), 0)
	moved := int(uint64(round)%uint64(p.of)) * (p.of/3 + 1) //nolint:gosec // of is positive, and what is left of the round smaller

	return window * time.Duration((p.number+moved)%p.of) / time.Duration(p.of-1)
}

// uplink takes what the supervisor says about our own uplink.
func (p *poller) uplink(message *messages.CapBackoff, now time.Time) {
	p.memory.breaker.cap(max(message.Limit, 0), now)

	if message.Limit <= 0 && p.memory.lost {
		p.memory.place.last = true // half of the vendors are back: the other half does not come at once, but each in its place

		return
	}

	p.memory.place = place{}

	if message.Limit > 0 && 0 <= message.Turn && message.Turn < message.Turns {
		p.memory.place = place{number: message.Turn, of: message.Turns}
	}
}

// report tells the supervisor whether the vendor was reached; that it still is goes without saying.
func (p *poller) report(reached bool) {
	if !reached || p.memory.lost {
		p.do(report{reached: reached})
	}

	p.memory.lost = !reached
}

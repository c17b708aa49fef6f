package streamer

import (
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// uplink takes what the supervisor says about our own uplink. Lines that wait because the network has failed them wait no longer than the limit.
func (b *switchboard) uplink(message *messages.CapBackoff, now time.Time) []effect {
	b.effects = b.effects[:0]
	b.memory.limit = max(message.Limit, 0)

	for i := range b.lines {
		if l := &b.lines[i]; b.memory.limit > 0 && l.failure != nil && l.failure.Unreached() {
			l.kept.redial.cap(b.settings, b.memory.limit, now)
		}
	}

	return b.review(now)
}

// reportLoss tells the supervisor about the end of a connection. It matters where no other is left, and nobody can be polled instead: then the
// fallback's requests tell more.
func (b *switchboard) reportLoss(failure *messages.Failure) {
	if b.polls {
		return
	}

	for i := range b.lines {
		if b.lines[i].current != nil {
			return
		}
	}

	b.report(!failure.Unreached())
}

// report tells the supervisor whether the vendor was reached; that it still is goes without saying.
func (b *switchboard) report(reached bool) {
	if !reached || b.memory.lost {
		b.do(report{reached: reached})
	}

	b.memory.lost = !reached
}

// noteDown says that a line is down. While our own uplink seems down, the supervisor has said so for all vendors.
func (b *switchboard) noteDown(l *line) {
	l.silent = b.memory.limit > 0 && l.failure.Unreached()
	if !l.silent {
		b.do(noteDown{line: l.index, failure: l.failure})
	}
}

// noteUp says that a line is up again, unless nobody was told that it was down.
func (b *switchboard) noteUp(l *line) {
	if !l.silent {
		b.do(noteUp{line: l.index})
	}

	l.silent = false
}

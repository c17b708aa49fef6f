package streamer

import (
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// maxCalls is how many calls of the source a line has open: a connection and its replacement, or one that does not end although it was cut.
const maxCalls = 2

// settling is how long instruments without a quote are waited for once a connection is ready: vendors send what they have at once.
const settling = 3 * time.Second

// standing is whether a line's part of the board may be served.
type standing int

const (
	opening standing = iota // the first connection is being made, and nothing has failed yet
	up                      // there is a connection, or what the last one said is not yet old
	down
)

// line is the part of the listing that one connection carries.
type line struct {
	index    int
	from, to int // positions in the listing: from … to−1
	kept     *kept

	current *connection // ready; nil if there is none
	next    *connection // being made; nil if there is none
	calls   int         // calls of the source that have not returned

	standing standing
	silent   bool              // it went down without a note
	failure  *messages.Failure // why the last connection ended; nil before the first end
	alive    time.Time         // the last sign of life of a connection that was ready
	missing  int               // instruments without a quote
	patience time.Time         // until then those are waited for
}

// kept is what a line's next incarnation must know.
type kept struct {
	redial redial
	pulse  pulse
}

// connection is one call of the source.
type connection struct {
	number uint64
	begun  time.Time
	ready  time.Time // zero before it is
	heard  time.Time // the last sign of life
	replan time.Time // when it is to be replaced; zero means never
}

// age is how long the connection has been ready.
func (c *connection) age(now time.Time) time.Duration {
	if c.ready.IsZero() {
		return 0
	}

	return now.Sub(c.ready)
}

// connections are those that are wanted, nil where there is none.
func (l *line) connections() [maxCalls]*connection { return [...]*connection{l.current, l.next} }

// find returns the line's connection with a number, nil if that one is not wanted any more.
func (l *line) find(number uint64) *connection {
	for _, c := range l.connections() {
		if c != nil && c.number == number {
			return c
		}
	}

	return nil
}

// young reports whether the line may still get the first quotes that it has none of.
func (l *line) young(now time.Time) bool {
	return l.current != nil && l.missing > 0 && now.Before(l.patience)
}

// wanting reports whether a connection is wanted now: there is none, or it is time to replace the one there is.
func (l *line) wanting(now time.Time) bool {
	switch {
	case l.next != nil || l.calls >= maxCalls || now.Before(l.kept.redial.earliest()):
		return false
	case l.current == nil:
		return true
	default:
		return !l.current.replan.IsZero() && !now.Before(l.current.replan)
	}
}

// lapsed reports whether the line's part of the board may not be served any longer. What is not yet silent is not yet dead, unless the
// vendor refuses us for good, or there is nothing on the board.
func (l *line) lapsed(silence time.Duration, now time.Time) bool {
	switch {
	case l.current != nil || l.failure == nil:
		return false
	case l.standing == up && !final(l.failure) && l.missing < l.to-l.from:
		return !now.Before(l.alive.Add(silence))
	default:
		return l.standing != down
	}
}

// due is when something is to be done about the line although nothing happens; zero means never.
func (l *line) due(s *Settings) time.Time {
	var due time.Time

	if l.current != nil {
		due = earliest(l.current.heard.Add(s.Connections.Silence), l.kept.pulse.due())

		if l.next == nil && l.calls < maxCalls && !l.current.replan.IsZero() {
			due = earliest(due, later(l.current.replan, l.kept.redial.earliest()))
		}
	} else if l.standing == up {
		due = l.alive.Add(s.Connections.Silence)
	}

	switch {
	case l.next != nil:
		due = earliest(due, l.next.begun.Add(s.Connections.Opening))
	case l.current == nil && l.calls < maxCalls:
		due = earliest(due, l.kept.redial.earliest())
	}

	return due
}

// reason is why the line's instruments have no quotes.
func (l *line) reason() *messages.Failure {
	if l.failure == nil {
		return messages.NewFailure(messages.OutcomeDisconnected, "connecting")
	}

	return l.failure
}

// earliest returns the earlier of two times; the zero time is none.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}

	return a
}

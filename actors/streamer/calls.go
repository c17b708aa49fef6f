package streamer

import (
	"context"
	"errors"
	"time"

	"github.com/rollcall-go/rollcall/actors/internal/verdict"
	"github.com/rollcall-go/rollcall/messages"
)

// watch gives up what is dead, replaces what is old, calls again what is gone.
func (b *switchboard) watch(l *line, now time.Time) {
	if l.current != nil && !now.Before(l.current.heard.Add(b.settings.Connections.Silence)) {
		b.cut(l, l.current, messages.NewFailure(messages.OutcomeStalled, "nothing came for "+b.settings.Connections.Silence.String()), now)
	}

	if l.next != nil && !now.Before(l.next.begun.Add(b.settings.Connections.Opening)) {
		b.cut(l, l.next, messages.NewFailure(messages.OutcomeTimeout, "not ready within "+b.settings.Connections.Opening.String()), now)
	}

	if l.lapsed(b.settings.Connections.Silence, now) {
		l.standing = down
		b.noteDown(l)
	}

	b.feel(l, now)

	if l.wanting(now) {
		b.call(l, now)
	}
}

// feel notices whether a line is far less busy than it usually is.
func (b *switchboard) feel(l *line, now time.Time) {
	pulse := &l.kept.pulse

	switch {
	case !pulse.advance(b.settings.Connections.Thin, now):
	case pulse.thin:
		b.do(noteThin{line: l.index, rate: pulse.rate(), usual: pulse.usual})
	default:
		b.do(noteBusy{line: l.index})
	}
}

func (b *switchboard) call(l *line, now time.Time) {
	b.memory.number++
	l.next = &connection{number: b.memory.number, begun: now, heard: now}
	l.calls++
	l.kept.redial.attempt(now)
	b.calls[b.memory.number] = l
	b.do(connect{number: b.memory.number, from: l.from, to: l.to})
}

func (b *switchboard) hear(number uint64, news *news, now time.Time) {
	l := b.calls[number]
	if l == nil {
		return
	}

	c := l.find(number)
	if c == nil {
		return
	}

	b.memory.add(&news.counters)
	b.write(l, news.quotes)
	c.heard = later(c.heard, news.heard)

	if c == l.current {
		b.feel(l, now)
		l.kept.pulse.add(int(news.updates)) //nolint:gosec // counted in one turn
		l.alive = c.heard
	} else if news.ready {
		b.connected(l, now)
	}
}

func (b *switchboard) write(l *line, quotes []messages.Quote) {
	for i := range quotes {
		at, _ := b.board.judge.Position(quotes[i].Instrument)
		kept, first := b.board.put(at, &quotes[i])

		if first {
			l.missing--
		}

		if !kept {
			b.memory.dropped++
		}
	}
}

// connected makes the connection that was being made the one that counts. What an older one said is kept only if nothing can have been missed
// for long.
func (b *switchboard) connected(l *line, now time.Time) {
	old, c := l.current, l.next
	l.current, l.next = c, nil
	l.alive, c.ready = now, now
	c.replan = b.replan(c)
	b.memory.connects++
	b.report(true)

	if old != nil {
		l.kept.redial.settle(b.settings, old.age(now))
		b.do(cut{number: old.number})

		return
	}

	l.kept.pulse.begin(now)

	if l.standing != up {
		l.standing = up
		l.missing = b.board.forget(l.from, l.to, c.begun)
		l.patience = now.Add(settling)
		b.noteUp(l)
	}
}

// replan chooses a time somewhat before the vendor's limit, so that lines do not change together.
func (b *switchboard) replan(c *connection) time.Time {
	if b.settings.Connections.MaxAge <= 0 {
		return time.Time{}
	}

	const soonest, spread = 0.80, 0.15

	return c.begun.Add(time.Duration(float64(b.settings.Connections.MaxAge) * (soonest + spread*b.settings.Uniform())))
}

func (b *switchboard) cut(l *line, c *connection, failure *messages.Failure, now time.Time) {
	b.do(cut{number: c.number})
	b.lose(l, c, failure, now)
}

// hangUp takes the end of a call of the source.
func (b *switchboard) hangUp(number uint64, failure *messages.Failure, now time.Time) {
	l := b.calls[number]
	if l == nil {
		return // of an incarnation that is gone
	}

	delete(b.calls, number)
	l.calls--

	if c := l.find(number); c != nil {
		b.lose(l, c, failure, now)
	}
}

func (b *switchboard) lose(l *line, c *connection, failure *messages.Failure, now time.Time) {
	l.failure = failure

	if limit := b.memory.limit; limit > 0 && failure.Unreached() {
		l.kept.redial.excuse(b.settings, limit, c == l.current, now)
	} else {
		l.kept.redial.failed(b.settings, failure, c.age(now), now)
	}

	if c == l.current {
		l.current = nil
		l.kept.pulse.end()
	} else {
		l.next = nil
	}

	b.reportLoss(failure)
}

// endOf is why a connection has ended by itself.
func endOf(err error) *messages.Failure {
	var typed *messages.Failure

	switch {
	case err == nil:
		return messages.NewFailure(messages.OutcomeDisconnected, "connection ended")
	case errors.As(err, &typed), errors.Is(err, context.DeadlineExceeded):
		return verdict.Failure(err)
	default:
		return messages.NewFailure(messages.OutcomeDisconnected, verdict.Failure(err).Detail)
	}
}

package streamer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/internal/recovery"
	"github.com/rollcall-go/rollcall/actors/internal/verdict"
	"github.com/rollcall-go/rollcall/messages"
)

// spacing is the time between the first calls of the lines of one vendor.
const spacing = 100 * time.Millisecond

// memory is what outlives a restart.
type memory struct {
	number   uint64 // the last one given to a connection
	connects uint64 // connections that were ready
	counters
	lines []kept
}

func newMemory(s *Settings) *memory {
	return &memory{lines: make([]kept, (len(s.Instruments)+s.Connections.Shard-1)/s.Connections.Shard)}
}

// switchboard decides what a streamer does. Each method takes one event and returns what is to be done about it; the slice is good until
// the next event.
type switchboard struct {
	settings *Settings
	memory   *memory
	recovery recovery.Recovery
	board    board
	lines    []line
	calls    map[uint64]*line // of the source that have not returned, of this incarnation
	polls    bool             // there is a fallback

	asked   *question // nil while nobody waits
	alarm   time.Time // when due was asked for; zero if it was not
	effects []effect
}

func newSwitchboard(s *Settings, judge *verdict.Judge, m *memory, polls bool) *switchboard {
	b := &switchboard{
		settings: s, memory: m, board: newBoard(s, judge), lines: make([]line, len(m.lines)),
		calls: make(map[uint64]*line), polls: polls,
	}

	for i := range b.lines {
		from, to := i*s.Connections.Shard, min((i+1)*s.Connections.Shard, len(s.Instruments))
		b.lines[i] = line{index: i, from: from, to: to, kept: &m.lines[i], missing: to - from}
	}

	return b
}

// start begins a new incarnation: every line is called, one after another.
func (b *switchboard) start(now time.Time) []effect {
	b.effects = b.effects[:0]
	b.recovery = recovery.Since(now)

	for i := range b.lines {
		redial := &b.lines[i].kept.redial
		redial.until = later(redial.until, now.Add(time.Duration(i)*spacing))
	}

	return b.review(now)
}

// heard takes what a connection has said.
func (b *switchboard) heard(number uint64, news *news, now time.Time) []effect {
	b.effects = b.effects[:0]
	b.hear(number, news, now)

	return b.review(now)
}

// due does what time has made due.
func (b *switchboard) due(now time.Time) []effect {
	b.effects = b.effects[:0]
	b.alarm = time.Time{}

	return b.review(now)
}

// ended takes the end of a connection, unless it was cut: then the reason is known.
func (b *switchboard) ended(number uint64, err error, now time.Time) []effect {
	b.effects = b.effects[:0]
	b.hangUp(number, endOf(err), now)

	return b.review(now)
}

// panicked ends this incarnation: a source's panic is a bug, whichever connection it belonged to.
func (b *switchboard) panicked(number uint64, reason *actors.Panic, now time.Time) []effect {
	b.effects = b.effects[:0]
	b.hangUp(number, crashed(reason), now)

	return b.end(reason, now)
}

// fallbackPanicked ends this incarnation too: whether the vendor is tried again is for its supervisor to say.
func (b *switchboard) fallbackPanicked(reason *actors.Panic, now time.Time) []effect {
	b.effects = b.effects[:0]

	return b.end(reason, now)
}

func (b *switchboard) end(reason *actors.Panic, now time.Time) []effect {
	b.refuse(crashed(reason), now)
	b.do(crash{panic: reason})

	return b.effects
}

// close answers who still waits and ends every connection, because the actor stops or is restarted.
func (b *switchboard) close(outcome messages.Outcome, detail string, now time.Time) []effect {
	b.effects = b.effects[:0]
	b.refuse(messages.NewFailure(outcome, detail), now)

	for i := range b.lines {
		for _, c := range b.lines[i].connections() {
			if c != nil {
				b.do(cut{number: c.number})
			}
		}
	}

	return b.effects
}

// review looks after every line, then at the question, and asks to be woken.
func (b *switchboard) review(now time.Time) []effect {
	for i := range b.lines {
		b.watch(&b.lines[i], now)
	}

	b.settle(now)
	b.arm(now)

	return b.effects
}

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
		b.do(noteDown{line: l.index, failure: l.failure})
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
		b.do(noteUp{line: l.index})
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
	l.kept.redial.failed(b.settings, failure, c.age(now), now)

	if c == l.current {
		l.current = nil
		l.kept.pulse.end()
	} else {
		l.next = nil
	}
}

// arm asks for due if something is due before the time that was asked for.
func (b *switchboard) arm(now time.Time) {
	var next time.Time

	for i := range b.lines {
		next = earliest(next, b.lines[i].due(b.settings))
	}

	if b.asked != nil {
		next = earliest(next, b.waking(now))
	}

	if !next.IsZero() && (b.alarm.IsZero() || next.Before(b.alarm)) {
		b.alarm = next
		b.do(wake{after: max(next.Sub(now), 0)})
	}
}

func (b *switchboard) do(e effect) { b.effects = append(b.effects, e) }

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

func crashed(reason *actors.Panic) *messages.Failure {
	return messages.NewFailure(messages.OutcomeCrashed, fmt.Sprintf("panic: %v", reason.Value))
}

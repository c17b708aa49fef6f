package streamer

import (
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
	limit time.Duration // of delays between attempts while our own uplink seems down; 0 while it is up
	lost  bool          // the network has failed the last connection, or the fallback's last request
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

func crashed(reason *actors.Panic) *messages.Failure {
	return messages.NewFailure(messages.OutcomeCrashed, fmt.Sprintf("panic: %v", reason.Value))
}

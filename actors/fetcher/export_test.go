package fetcher

import (
	"fmt"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/internal/recovery"
	"github.com/rollcall-go/rollcall/actors/internal/verdict"
	"github.com/rollcall-go/rollcall/messages"
)

// Core is the poller with its effects as text.
type Core struct {
	settings Settings
	memory   *memory
	poller   poller
	start    time.Time
	rooms    map[uint64]*room

	Credits int                // what a request takes
	Says    messages.Allowance // what the next answer says about the budget
}

// NewCore returns a poller that starts at the given time.
func NewCore(settings Settings, start time.Time) *Core {
	c := &Core{settings: settings.withDefaults(), start: start, rooms: make(map[uint64]*room), Credits: 1}
	c.memory = &memory{breaker: newBreaker(c.settings.Breaker, settings.Uniform)}
	c.Restart(start)

	return c
}

// Restart makes a new incarnation with the old one's memory.
func (c *Core) Restart(now time.Time) {
	c.poller = poller{
		settings: &c.settings, judge: verdict.New(c.settings.Vendor, c.settings.Instruments, c.settings.Verdict), memory: c.memory,
		recovery: recovery.Since(now), cost: func() int { return c.Credits },
	}
}

// Fetch begins a poll.
func (c *Core) Fetch(message *messages.FetchQuotes, from *actor.PID, now time.Time) []string {
	return c.text(c.poller.fetch(message, from, now))
}

// Budget is what the poller spends from.
func (c *Core) Budget() *Budget { return c.settings.Budget }

// Barred ends an attempt that the budget no longer permitted.
func (c *Core) Barred(number uint64, now time.Time) []string {
	c.settings.Budget.cancel(c.rooms[number])

	return c.text(c.poller.done(&attemptDone{number: number, barred: true, doneAt: now}, now))
}

// Done ends an attempt.
func (c *Core) Done(number uint64, quotes []messages.Quote, err error, sent, now time.Time) []string {
	budget, room := c.settings.Budget, c.rooms[number]

	switch {
	case sent.IsZero():
		budget.cancel(room)
	default:
		budget.send(room, sent)
		budget.settle(room, now, asReserved, c.Says)
	}

	if err != nil {
		failure := verdict.Failure(err)
		budget.heed(failure, c.settings.Breaker.pause(failure), now)
	}

	return c.text(c.poller.done(&attemptDone{number: number, quotes: quotes, err: err, sentAt: sent, doneAt: now}, now))
}

// Panicked ends an attempt with a panic.
func (c *Core) Panicked(p *actors.Panic, now time.Time) []string {
	return c.text(c.poller.panicked(p, now))
}

// Woken ends a delay.
func (c *Core) Woken(number uint64, now time.Time) []string {
	return c.text(c.poller.woken(number, now))
}

// Cap takes what the supervisor says about our uplink.
func (c *Core) Cap(message *messages.CapBackoff, now time.Time) { c.poller.uplink(message, now) }

// Close stops the poller.
func (c *Core) Close(now time.Time) []string {
	return c.text(c.poller.close(messages.OutcomeCancelled, "fetcher stops", now))
}

func (c *Core) text(effects []effect) []string {
	lines := make([]string, len(effects))
	for i, e := range effects {
		lines[i] = c.line(e)
	}

	return lines
}

func (c *Core) line(e effect) string {
	switch e := e.(type) {
	case begin:
		c.rooms[e.number] = e.room

		return fmt.Sprintf("begin %d until %s", e.number, e.end.Sub(c.start))
	case drop:
		return "drop"
	case wake:
		return fmt.Sprintf("wake %d after %s", e.number, e.after)
	case answer:
		return "answer " + answerText(e) + feedText(feedOf(e.message), c.start)
	case recovered:
		return fmt.Sprintf("recovered settled=%t", e.settled)
	case report:
		if !e.reached {
			return "unreachable"
		}

		return "reachable"
	case noteResting:
		return "resting"
	case noteAsked:
		return "asked again"
	case crash:
		return fmt.Sprintf("crash %v", e.panic.Value)
	default:
		return "?"
	}
}

func answerText(e answer) string {
	switch message := e.message.(type) {
	case *messages.QuotesFetched:
		return fmt.Sprintf("%s round %d: %d of %d usable, attempts %d, latency %s",
			e.to.GetId(), message.Round, message.Usable, len(message.Quotes), message.Attempts, message.Latency) + heldText(message)
	case *messages.FetchFailed:
		return fmt.Sprintf("%s round %d: %s, attempts %d, latency %s",
			e.to.GetId(), message.Round, message.Failure.Error(), message.Attempts, message.Latency)
	default:
		return "?"
	}
}

func feedOf(message any) *messages.FeedStatus {
	switch message := message.(type) {
	case *messages.QuotesFetched:
		return message.Feed
	case *messages.FetchFailed:
		return message.Feed
	default:
		return nil
	}
}

// heldText says which quotes are held, and why.
func heldText(message *messages.QuotesFetched) string {
	var text strings.Builder

	for i := range message.Quotes {
		if q := &message.Quotes[i]; q.Flags&messages.FlagHeld != 0 {
			fmt.Fprintf(&text, ", held %s %s of %s", q.Instrument, q.Outcome, q.ReceivedAt.UTC().Format(time.TimeOnly))
		}
	}

	if message.Failure != nil {
		text.WriteString("; " + message.Failure.Error())
	}

	return text.String()
}

// feedText says how the budget stands.
func feedText(feed *messages.FeedStatus, start time.Time) string {
	if feed == nil {
		return ""
	}

	text := ""
	if feed.Budget.Key != "" {
		text = fmt.Sprintf(" [%s left %d", feed.Budget.Key, feed.Budget.Remaining)
		if !feed.Budget.PausedUntil.IsZero() {
			text += " paused until " + feed.Budget.PausedUntil.Sub(start).String()
		}

		text += "]"
	}

	return text
}

// Guarded is a breaker in tests.
type Guarded struct{ breaker breaker }

// NewGuarded returns a breaker.
func NewGuarded(settings Breaker, uniform func() float64) *Guarded {
	return &Guarded{breaker: newBreaker(settings.withDefaults(), uniform)}
}

// Refusal is what a poll is answered with now.
func (g *Guarded) Refusal(now time.Time) *messages.Failure { return g.breaker.refusal(now) }

// Success counts a good poll.
func (g *Guarded) Success(now time.Time) bool { return g.breaker.success(now) }

// Failure counts a failed poll.
func (g *Guarded) Failure(now time.Time, f *messages.Failure) bool { return g.breaker.failure(now, f) }

// Cap tells whether our own uplink seems to be down.
func (g *Guarded) Cap(limit time.Duration, now time.Time) { g.breaker.cap(limit, now) }

// Excuse takes a failure that is not counted, and reports whether it is one.
func (g *Guarded) Excuse(begun, now time.Time, f *messages.Failure) bool {
	excused := g.breaker.excuses(f)
	if excused {
		g.breaker.excuse(begun, now, f)
	}

	return excused
}

// Hold keeps a vendor's wish.
func (g *Guarded) Hold(now time.Time, f *messages.Failure) { g.breaker.hold(now, f) }

// Until is when the vendor may be asked again.
func (g *Guarded) Until() time.Time { return g.breaker.until }

// FailureOf translates a source's error.
func FailureOf(err error, waited time.Duration) *messages.Failure { return failureOf(err, waited) }

// InFlight is how many slots are taken.
func (s *Slots) InFlight() int { return len(s.taken) }

// Bug returns a message whose handling panics.
func Bug() any { return (*attemptPanicked)(nil) }

// Poll is one whole poll, for counting what it costs.
func (c *Core) Poll(message *messages.FetchQuotes, from *actor.PID, quotes []messages.Quote, now time.Time) int {
	c.poller.fetch(message, from, now)

	return len(c.poller.done(&attemptDone{number: c.poller.running, quotes: quotes, sentAt: now, doneAt: now}, now))
}

// Room is what a budget has set aside for a request.
type Room = room

// Reserve sets credits aside.
func (b *Budget) Reserve(now, due time.Time, cost int) (*Room, time.Duration, *messages.Failure) {
	return b.reserve(now, due, cost)
}

// Confirm looks again whether a request may be sent.
func (b *Budget) Confirm(r *Room, now, due time.Time) (time.Duration, *messages.Failure) {
	return b.confirm(r, now, due)
}

// Send notes that a request is sent, if it may be.
func (b *Budget) Send(r *Room, now time.Time) bool { return b.send(r, now) }

// Cancel gives back what was set aside.
func (b *Budget) Cancel(r *Room) { b.cancel(r) }

// Settle ends a request that took what was set aside for it.
func (b *Budget) Settle(r *Room, now time.Time, says messages.Allowance) {
	b.settle(r, now, asReserved, says)
}

// SettleFor ends a request that took so many credits.
func (b *Budget) SettleFor(r *Room, now time.Time, took int, says messages.Allowance) {
	b.settle(r, now, took, says)
}

// Memory is how many spends the budget keeps apart.
func (b *Budget) Memory() int {
	n := len(b.rooms)
	for i := range b.ledgers {
		n += len(b.ledgers[i].spends)
	}

	return n
}

// Spend sends a request of a cost at once and reports whether the budget had room for it.
func (b *Budget) Spend(now time.Time, cost int) bool {
	r, wait, refusal := b.reserve(now, now.Add(time.Nanosecond), cost)
	if refusal != nil || wait > 0 || !b.send(r, now) {
		return false
	}

	b.settle(r, now, asReserved, messages.Allowance{})

	return true
}

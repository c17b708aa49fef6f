package fetcher

import (
	"fmt"
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
}

// NewCore returns a poller that starts at the given time.
func NewCore(settings Settings, start time.Time) *Core {
	c := &Core{settings: settings.withDefaults(), start: start}
	c.memory = &memory{breaker: newBreaker(c.settings.Breaker, settings.Uniform), pacer: newPacer(c.settings.Rate)}
	c.Restart(start)

	return c
}

// Restart makes a new incarnation with the old one's memory.
func (c *Core) Restart(now time.Time) {
	c.poller = poller{settings: &c.settings, judge: verdict.New(c.settings.Vendor, c.settings.Instruments, c.settings.Verdict), memory: c.memory, recovery: recovery.Since(now)}
}

// Fetch begins a poll.
func (c *Core) Fetch(message *messages.FetchQuotes, from *actor.PID, now time.Time) []string {
	return c.text(c.poller.fetch(message, from, now))
}

// Done ends an attempt.
func (c *Core) Done(number uint64, quotes []messages.Quote, err error, sent, now time.Time) []string {
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
		return fmt.Sprintf("begin %d until %s", e.number, e.end.Sub(c.start))
	case drop:
		return "drop"
	case wake:
		return fmt.Sprintf("wake %d after %s", e.number, e.after)
	case answer:
		return "answer " + answerText(e)
	case recovered:
		return fmt.Sprintf("recovered settled=%t", e.settled)
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
			e.to.GetId(), message.Round, message.Usable, len(message.Quotes), message.Attempts, message.Latency)
	case *messages.FetchFailed:
		return fmt.Sprintf("%s round %d: %s, attempts %d, latency %s",
			e.to.GetId(), message.Round, message.Failure.Error(), message.Attempts, message.Latency)
	default:
		return "?"
	}
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

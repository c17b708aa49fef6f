package streamer

import (
	"fmt"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/internal/verdict"
	"github.com/rollcall-go/rollcall/messages"
)

// Core is the switchboard with its effects as text.
type Core struct {
	settings Settings
	judge    *verdict.Judge
	memory   *memory
	board    *switchboard
	polls    bool
	inboxes  map[uint64]*inbox
}

// NewCore returns a switchboard that has not started.
func NewCore(settings Settings, polls bool) *Core {
	c := &Core{settings: settings.withDefaults(), polls: polls, inboxes: make(map[uint64]*inbox)}
	c.judge = verdict.New(c.settings.Vendor, c.settings.Instruments, c.settings.Verdict)
	c.memory = newMemory(&c.settings)

	return c
}

// Start makes an incarnation with the memory of the one before.
func (c *Core) Start(now time.Time) []string {
	c.board = newSwitchboard(&c.settings, c.judge, c.memory, c.polls)

	return c.text(c.board.start(now))
}

// Hear delivers updates of a connection, through its inbox.
func (c *Core) Hear(number uint64, updates []messages.StreamUpdate, now time.Time) []string {
	box := c.inboxes[number]
	for i := range updates {
		box.put(&updates[i], now)
	}

	news := box.take(nil)

	return c.text(c.board.heard(number, &news, now))
}

// Ended ends a connection.
func (c *Core) Ended(number uint64, err error, now time.Time) []string {
	return c.text(c.board.ended(number, err, now))
}

// Panicked ends a connection with a panic.
func (c *Core) Panicked(number uint64, p *actors.Panic, now time.Time) []string {
	return c.text(c.board.panicked(number, p, now))
}

// FallbackPanicked suspends the fallback.
func (c *Core) FallbackPanicked(p *actors.Panic, now time.Time) []string {
	return c.text(c.board.fallbackPanicked(p, now))
}

// Alarm is when due is asked for; zero if it is not.
func (c *Core) Alarm() time.Time { return c.board.alarm }

// Due ends a wait.
func (c *Core) Due(now time.Time) []string { return c.text(c.board.due(now)) }

// Fetch asks for the quotes.
func (c *Core) Fetch(message *messages.FetchQuotes, from *actor.PID, now time.Time) []string {
	return c.text(c.board.fetch(message, from, now))
}

// Ask asks for the quotes and says what it costs only.
func (c *Core) Ask(message *messages.FetchQuotes, now time.Time) int {
	return len(c.board.fetch(message, nil, now))
}

// Polled is an answer of the fallback's.
func (c *Core) Polled(message *messages.QuotesFetched, now time.Time) []string {
	return c.text(c.board.polled(message, now))
}

// PollFailed is a failure of the fallback's.
func (c *Core) PollFailed(message *messages.FetchFailed, now time.Time) []string {
	return c.text(c.board.pollFailed(message, now))
}

// Cap takes what the supervisor says about our uplink.
func (c *Core) Cap(message *messages.CapBackoff, now time.Time) []string {
	return c.text(c.board.uplink(message, now))
}

// Close stops the streamer.
func (c *Core) Close(now time.Time) []string {
	return c.text(c.board.close(messages.OutcomeCancelled, "streamer stops", now))
}

func (c *Core) text(effects []effect) []string {
	var lines []string

	for _, e := range effects {
		if _, alarm := e.(wake); !alarm {
			lines = append(lines, c.line(e))
		}
	}

	return lines
}

func (c *Core) line(e effect) string {
	switch e := e.(type) {
	case connect:
		c.inboxes[e.number] = newInbox(c.judge, c.settings.Verdict.MaxSkew, e.from, e.to)

		return fmt.Sprintf("connect %d for %v", e.number, c.settings.Instruments[e.from:e.to])
	case cut:
		return fmt.Sprintf("cut %d", e.number)
	case poll:
		return fmt.Sprintf("poll round %d", e.message.Round)
	case answer:
		return "answer " + answerText(e)
	case recovered:
		return fmt.Sprintf("recovered settled=%t", e.settled)
	case report:
		if !e.reached {
			return "unreachable"
		}

		return "reachable"
	case noteUp:
		return fmt.Sprintf("line %d is up", e.line)
	case noteDown:
		return fmt.Sprintf("line %d is down: %s", e.line, e.failure.Error())
	case noteThin:
		return fmt.Sprintf("line %d is thin: %.1f a minute, usually %.1f", e.line, e.rate, e.usual)
	case noteBusy:
		return fmt.Sprintf("line %d is busy again", e.line)
	case crash:
		return fmt.Sprintf("crash %v", e.panic.Value)
	default:
		return "?"
	}
}

func answerText(e answer) string {
	switch message := e.message.(type) {
	case *messages.QuotesFetched:
		quotes := make([]string, len(message.Quotes))
		for i := range message.Quotes {
			quotes[i] = quoteText(&message.Quotes[i])
		}

		return fmt.Sprintf("%s round %d: %s (%d usable, attempts %d, %s)",
			e.to.GetId(), message.Round, strings.Join(quotes, "; "), message.Usable, message.Attempts, streamText(message.Feed))
	case *messages.FetchFailed:
		return fmt.Sprintf("%s round %d: %s (%s)", e.to.GetId(), message.Round, message.Failure.Error(), streamText(message.Feed))
	default:
		return "?"
	}
}

func quoteText(q *messages.Quote) string {
	text := string(q.Instrument) + " "
	if q.Outcome == messages.OutcomeOK {
		text += q.Price.Text()
	} else {
		text += string(q.Outcome)
	}

	if q.Detail != "" {
		text += ": " + q.Detail
	}

	if q.Flags != 0 {
		text += " [" + q.Flags.String() + "]"
	}

	return text
}

func streamText(feed *messages.FeedStatus) string {
	s := feed.Stream
	var text strings.Builder

	fmt.Fprintf(&text, "%s, alive %s", s.State, s.AliveAge)

	for _, count := range []struct {
		name string
		n    uint64
	}{
		{"connections", uint64(s.Connections)},
		{"connects", s.Connects},
		{"messages", s.Messages},
		{"updates", s.Updates},
		{"conflated", s.Conflated},
		{"dropped", s.Dropped},
		{"gaps", s.Gaps},
	} {
		if count.n > 0 {
			fmt.Fprintf(&text, ", %s %d", count.name, count.n)
		}
	}

	return text.String()
}

// Box is an inbox in tests.
type Box struct{ inbox *inbox }

// NewBox returns the inbox of a line that carries the whole listing.
func NewBox(settings Settings) *Box {
	settings = settings.withDefaults()
	judge := verdict.New(settings.Vendor, settings.Instruments, settings.Verdict)

	return &Box{inbox: newInbox(judge, settings.Verdict.MaxSkew, 0, len(settings.Instruments))}
}

// Put takes an update.
func (b *Box) Put(update *messages.StreamUpdate, now time.Time) bool { return b.inbox.put(update, now) }

// Close makes the inbox deaf.
func (b *Box) Close() { b.inbox.close() }

// Take empties the inbox into the buffer and returns the quotes and how many were conflated and dropped.
func (b *Box) Take(buffer []messages.Quote) (quotes []messages.Quote, conflated, dropped uint64) {
	news := b.inbox.take(buffer)

	return news.quotes, news.conflated, news.dropped
}

// Pulse is a pulse in tests.
type Pulse struct{ pulse pulse }

// Begin starts counting.
func (p *Pulse) Begin(now time.Time) { p.pulse.begin(now) }

// End stops counting.
func (p *Pulse) End() { p.pulse.end() }

// Add counts updates and reports how busy the line is: its usual rate and whether it is thin.
func (p *Pulse) Add(updates int, now time.Time) (usual float64, thin bool) {
	p.pulse.advance(DefaultThin, now)
	p.pulse.add(updates)

	return p.pulse.usual, p.pulse.thin
}

// Redial is a redial in tests.
type Redial struct {
	redial   redial
	settings Settings
}

// NewRedial returns a redial.
func NewRedial(settings Settings) *Redial { return &Redial{settings: settings.withDefaults()} }

// Earliest is when a call is allowed.
func (r *Redial) Earliest() time.Time { return r.redial.earliest() }

// Attempt notes a call.
func (r *Redial) Attempt(now time.Time) { r.redial.attempt(now) }

// Failed notes the end of a connection.
func (r *Redial) Failed(f *messages.Failure, ready time.Duration, now time.Time) {
	r.redial.failed(&r.settings, f, ready, now)
}

// Excuse notes the end of a connection while our uplink seems down.
func (r *Redial) Excuse(limit time.Duration, ready bool, now time.Time) {
	r.redial.excuse(&r.settings, limit, ready, now)
}

// Bug returns a message whose handling panics.
func Bug() any { return (*ended)(nil) }

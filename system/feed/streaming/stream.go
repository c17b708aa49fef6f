package streaming

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/client"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/feed/template"
)

// Directions of what an observer sees.
const (
	Asked    = "asked"   // the request that opens the connection, without its credentials
	Reached  = "reached" // a phase is over, see PhaseDial and the others
	Sent     = "sent"
	Received = "received"
	Noted    = "noted" // why the message received last gave no row
)

// Stream opens connections to one vendor, as its definition says. Its methods may be called from several goroutines.
type Stream struct {
	plan      *plan
	address   *address
	bootstrap *bootstrap // nil where none is needed
	client    *client.Client
	dialer    dialer
	observe   func(direction string, at time.Time, frame []byte)

	credentials Credentials
	nonce       nonces

	single bool // the request is about one instrument
	shard  int
	maxAge time.Duration
	thin   float64
}

// Option changes how a Stream is made.
type Option func(*Stream)

// WithObserver shows every message to a function, as it is sent (Sent) or as it came (Received), packed ones as they are, notes about those that
// cannot be read (Noted), and how the connection came about (Asked, Reached). Secrets are masked. It is called from several goroutines at once, and
// the frame must not be kept.
func WithObserver(observe func(direction string, at time.Time, frame []byte)) Option {
	return func(s *Stream) {
		s.observe = func(direction string, at time.Time, frame []byte) {
			observe(direction, at, []byte(s.plan.veil.Mask(string(frame))))
		}
	}
}

// WithClient makes bootstrap and connections go through a client that exists already, instead of one made from the definition.
func WithClient(c *client.Client) Option {
	return func(s *Stream) { s.client = c }
}

// WithCredentials authorizes the requests that open connections, and those of the bootstrap.
func WithCredentials(credentials Credentials) Option {
	return func(s *Stream) { s.credentials = credentials }
}

// New compiles a definition's stream. Its error lists every mistake, without secrets; it also fails if the file of certificate authorities
// cannot be read.
func New(definition spec.Definition, options ...Option) (*Stream, error) {
	s, problems := compile(definition)
	if len(problems) > 0 {
		mistakes := make([]error, len(problems))
		for i, problem := range problems {
			mistakes[i] = problem
		}

		return nil, fmt.Errorf("stream definition: %w", errors.Join(mistakes...))
	}

	s.observe = func(string, time.Time, []byte) {}
	s.credentials = anonymous{}

	for _, option := range options {
		option(s)
	}

	if s.client == nil {
		made, err := client.New(definition.Client)
		if err != nil {
			return nil, fmt.Errorf("stream client: %w", err)
		}

		s.client = made
	}

	s.dialer = dialer{
		client: s.client, transport: s.client.Upgrades(), reader: s.plan.reader, veil: s.plan.veil, maxFrame: s.plan.maxFrame,
	}

	return s, nil
}

// Stream runs one connection with the instruments until it ends, and calls deliver, from the calling goroutine and without holding a lock, for
// each message with quotes and at least every 100 ms in which something came. Deliver should be quick: while it works, nothing is read. The
// error is always a *messages.Failure that says why the connection ended; a context that ends closes it within about 100 ms.
func (s *Stream) Stream(ctx context.Context, instruments []messages.Instrument, deliver func(messages.StreamUpdate)) error {
	symbols, strangers := s.choose(instruments)
	if len(strangers) > 0 {
		deliver(messages.StreamUpdate{Quotes: strangers})
	}

	switch {
	case len(symbols) == 0:
		return messages.NewFailure(messages.OutcomeBadRequest, "there is no instrument to subscribe to")
	case len(symbols) > 1 && s.single:
		return messages.NewFailure(messages.OutcomeBadRequest, "stream.url is about one instrument, so each needs a connection of its own")
	}

	g := newGroup(symbols)

	life := make(chan struct{}, 1)

	o, failure := s.open(ctx, symbols, g, func() {
		select {
		case life <- struct{}{}:
		default: // one sign of life is as good as two
		}
	})
	if failure != nil {
		return s.unlessOver(ctx, failure)
	}

	c := &connection{
		wire: o.wire, session: newSession(s.plan, g, o.boot), observe: s.observe, deliver: deliver, life: life,
		incoming: make(chan received, readAhead), free: make(chan []byte, readAhead+1), outgoing: make(chan []byte, readAhead),
		pings: make(chan struct{}, 1), broken: make(chan struct{}),
	}

	c.session.hidden = o.hidden

	return s.unlessOver(ctx, c.run(ctx)) // an expression that was interrupted has not failed
}

// unlessOver returns a failure, or that we closed the connection where that is why.
func (*Stream) unlessOver(ctx context.Context, failure *messages.Failure) *messages.Failure {
	if ctx.Err() != nil {
		return closedByUs()
	}

	return failure
}

// choose returns the instruments that the definition lists, each once, and quotes for those that it does not.
func (s *Stream) choose(instruments []messages.Instrument) (symbols []spec.Symbol, strangers []messages.Quote) {
	seen := make(map[messages.Instrument]bool, len(instruments))

	for _, instrument := range instruments {
		symbol, known := s.plan.symbols[instrument]

		switch {
		case seen[instrument]:
		case known:
			symbols = append(symbols, symbol)
		default:
			strangers = append(strangers, messages.Quote{
				Instrument: instrument, Outcome: messages.OutcomeMissingSymbol, Detail: "the vendor's definition does not list it",
			})
		}

		seen[instrument] = true
	}

	return symbols, strangers
}

// Shard is how many instruments one connection carries; 0 means all.
func (s *Stream) Shard() int { return s.shard }

// Silence is how long nothing may come, not even a heartbeat, before a connection counts as dead.
func (s *Stream) Silence() time.Duration { return s.plan.silence }

// MaxAge is after what time a connection is to be replaced by a new one; 0 means never.
func (s *Stream) MaxAge() time.Duration { return s.maxAge }

// Thin is the share of its usual rate of updates below which a stream that lives is called thin; negative means never.
func (s *Stream) Thin() float64 { return s.thin }

// singlePlaces are those that make a connection one of one instrument.
const singlePlaces = template.Own | template.Group

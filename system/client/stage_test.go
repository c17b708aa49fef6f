package client_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/client"
	"github.com/rollcall-go/rollcall/system/gateway"
	"github.com/rollcall-go/rollcall/system/gateway/access"
	"github.com/rollcall-go/rollcall/system/gateway/listen"
)

// stage is a system whose rounds the test makes. Everything it does not implement panics.
type stage struct {
	gateway.Rounds

	t      *testing.T
	roster *messages.Roster

	mu     sync.Mutex
	latest *messages.Snapshot
	subs   map[*sub]bool
}

// sub is a subscription of the gateway.
type sub struct {
	stage     *stage
	events    bool
	delivered chan *messages.Delivered
	ended     chan struct{}
	end       func()
}

var errEnded = errors.New("subscription ended")

func (s *sub) Next(ctx context.Context) (*messages.Delivered, error) {
	select {
	case d := <-s.delivered:
		return d, nil
	case <-s.ended:
		return nil, errEnded
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *sub) Close() {
	s.stage.mu.Lock()
	delete(s.stage.subs, s)
	s.stage.mu.Unlock()
	s.end()
}

func newStage(t *testing.T) *stage {
	t.Helper()

	roster, err := messages.NewRoster([]messages.Listing{
		{Vendor: "licensed", Class: "fx", Instruments: []messages.Instrument{"EUR/USD", "GBP/USD"}},
		{Vendor: "free", Class: "fx", Instruments: []messages.Instrument{"EUR/USD"}},
	})
	require.NoError(t, err)

	return &stage{t: t, roster: roster, subs: make(map[*sub]bool)}
}

// Latest implements gateway.Rounds.
func (s *stage) Latest() *messages.Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.latest
}

// Roster implements gateway.Rounds.
func (s *stage) Roster() *messages.Roster { return s.roster }

// Subscribe implements gateway.Rounds.
func (s *stage) Subscribe(events bool) (gateway.Subscription, error) {
	s.mu.Lock()
	defer s.mu.Unlock()

	made := &sub{stage: s, events: events, delivered: make(chan *messages.Delivered, 10_000), ended: make(chan struct{})}
	made.end = sync.OnceFunc(func() { close(made.ended) })
	s.subs[made] = true

	if s.latest != nil {
		made.delivered <- &messages.Delivered{Snapshot: s.latest}
	}

	return made, nil
}

// publish makes rounds, one after the other.
func (s *stage) publish(from, to messages.Round) {
	for round := from; round <= to; round++ {
		s.deliver(&messages.Delivered{Snapshot: s.snapshot(round)})
	}
}

func (s *stage) deliver(d *messages.Delivered) {
	s.mu.Lock()
	defer s.mu.Unlock()

	if d.Snapshot != nil {
		s.latest = d.Snapshot
	}

	for sub := range s.subs {
		if d.Event == nil || sub.events {
			sub.delivered <- d
		}
	}
}

// listened reports whether the gateway wants events.
func (s *stage) listened() bool {
	s.mu.Lock()
	defer s.mu.Unlock()

	for sub := range s.subs {
		if sub.events {
			return true
		}
	}

	return false
}

// snapshot is a round in which EUR/USD at the licensed vendor has the round as its last digits, and every third round GBP/USD is missing.
func (s *stage) snapshot(round messages.Round) *messages.Snapshot {
	at := time.Unix(1_800_000_000+int64(round), 0).UTC()
	quote := func(vendor messages.Vendor, instrument messages.Instrument, text string) messages.Quote {
		price, err := messages.ParsePrice(text)
		require.NoError(s.t, err)

		return messages.Quote{Vendor: vendor, Instrument: instrument, Price: price, Outcome: messages.OutcomeOK, RequestedAt: at, ReceivedAt: at}
	}

	pounds := quote("licensed", "GBP/USD", "1.2700")
	outcome := messages.OutcomeOK

	if round%3 == 0 {
		pounds = messages.Quote{Vendor: "licensed", Instrument: "GBP/USD", Outcome: messages.OutcomeMissingSymbol}
		outcome = messages.OutcomePartial
	}

	made := &messages.Snapshot{
		Round: round, Status: messages.SnapshotComplete, Durable: true, StartedAt: at.Add(-20 * time.Millisecond), PublishedAt: at,
		Elapsed: 20 * time.Millisecond, Deadline: time.Second, Roster: s.roster,
		Vendors: []messages.VendorReport{
			{
				Outcome: outcome, Attempts: 1, Usable: 2, Latency: 5 * time.Millisecond, State: messages.VendorRunning,
				Quotes: []messages.Quote{quote("licensed", "EUR/USD", fmt.Sprintf("1.%06d", round)), pounds},
			},
			{
				Outcome: messages.OutcomeOK, Attempts: 1, Usable: 1, Latency: 7 * time.Millisecond, State: messages.VendorRunning,
				Quotes: []messages.Quote{quote("free", "EUR/USD", "2.0000")},
			},
		},
	}
	made.Instruments = []messages.InstrumentReport{
		{Status: messages.InstrumentGood, Price: made.Vendors[0].Quotes[0].Price, Used: 2},
		{Status: messages.InstrumentGood, Price: pounds.Price, Used: 1},
	}

	if pounds.Price.IsZero() {
		made.Status, made.Instruments[1] = messages.SnapshotPartial, messages.InstrumentReport{Status: messages.InstrumentInsufficient}
		made.Vendors[0].Usable = 1
	}

	return made.Seal()
}

// serve opens a gateway on the stage at an address and returns what stops it, which the test need not call.
func (s *stage) serve(address string, tokens ...access.Token) (*gateway.Gateway, func()) {
	s.t.Helper()

	g, err := gateway.New(gateway.Options{
		Rounds: s, Listen: listen.Settings{Address: address}, Access: access.Settings{Tokens: tokens, Rate: access.Rate{PerSecond: 1e6, Burst: 1e6}},
	})
	require.NoError(s.t, err)
	require.NoError(s.t, g.Listen(s.t.Context()))
	require.NoError(s.t, g.Start())

	stop := sync.OnceFunc(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()

		assert.NoError(s.t, g.Stop(ctx))
	})
	s.t.Cleanup(stop)

	return g, stop
}

// clientOf is a client of a service at an address.
func clientOf(t *testing.T, address net.Addr, options ...client.Option) *client.Client {
	t.Helper()

	c, err := client.New("http://"+address.String(), options...)
	require.NoError(t, err)

	return c
}

// listener is a subscription in a test.
type listener struct {
	t *testing.T
	*client.Subscription
}

func listenTo(t *testing.T, c *client.Client, options client.StreamOptions) *listener {
	t.Helper()

	s, err := c.Subscribe(options)
	require.NoError(t, err)
	t.Cleanup(s.Close)

	return &listener{t, s}
}

// event is the next event.
func (l *listener) event() client.Event {
	l.t.Helper()

	ctx, cancel := context.WithTimeout(l.t.Context(), 20*time.Second)
	defer cancel()

	e, err := l.Next(ctx)
	require.NoError(l.t, err)

	return e
}

// failure is how the stream ends.
func (l *listener) failure() error {
	l.t.Helper()

	ctx, cancel := context.WithTimeout(l.t.Context(), 20*time.Second)
	defer cancel()

	_, err := l.Next(ctx)
	require.Error(l.t, err)

	return err
}

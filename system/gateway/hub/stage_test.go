package hub_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/gateway/hub"
)

// stage is a hub on a real server, with a system whose rounds the test makes.
type stage struct {
	*hub.Hub

	t      *testing.T
	server *httptest.Server
	roster *messages.Roster

	mu     sync.Mutex
	latest *messages.Snapshot
	subs   map[*sub]bool
	begun  int // subscriptions so far
}

// sub is a subscription of the hub.
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

func newStage(t *testing.T, options hub.Options) *stage {
	t.Helper()

	roster, err := messages.NewRoster([]messages.Listing{
		{Vendor: "licensed", Class: "fx", Instruments: []messages.Instrument{"EUR/USD", "GBP/USD"}},
		{Vendor: "free", Class: "fx", Instruments: []messages.Instrument{"EUR/USD"}},
	})
	require.NoError(t, err)

	s := &stage{t: t, roster: roster, subs: make(map[*sub]bool)}
	options.Subscribe = func(events bool) (hub.Subscription, error) {
		s.mu.Lock()
		defer s.mu.Unlock()

		made := &sub{stage: s, events: events, delivered: make(chan *messages.Delivered, 100_000), ended: make(chan struct{})}
		made.end = sync.OnceFunc(func() { close(made.ended) })
		s.subs[made] = true
		s.begun++

		if s.latest != nil {
			made.delivered <- &messages.Delivered{Snapshot: s.latest}
		}

		return made, nil
	}

	s.Hub = hub.New(options)
	s.Start()
	require.Eventually(t, func() bool { return s.subscriptions() > 0 }, 10*time.Second, time.Millisecond)

	mux := http.NewServeMux()
	mux.HandleFunc("/v1/stream", s.SSE)
	mux.HandleFunc("/v1/ws", s.WebSocket)
	s.server = httptest.NewServer(mux)

	t.Cleanup(func() {
		s.Close()
		s.server.CloseClientConnections()
		s.server.Close()
	})

	return s
}

// snapshot is a round in which EUR/USD is 1.0000 at the licensed vendor and 2.0000 at the free one, each with the round as its last digits.
func (s *stage) snapshot(round messages.Round) *messages.Snapshot {
	at := time.Unix(1_800_000_000+int64(round), 0)
	quote := func(vendor messages.Vendor, instrument messages.Instrument, whole int) messages.Quote {
		price, err := messages.ParsePrice(fmt.Sprintf("%d.%04d", whole, round))
		require.NoError(s.t, err)

		return messages.Quote{
			Vendor: vendor, Instrument: instrument, Price: price, Outcome: messages.OutcomeOK, RequestedAt: at, ReceivedAt: at,
		}
	}

	made := &messages.Snapshot{
		Round: round, Status: messages.SnapshotPartial, Durable: true, StartedAt: at, PublishedAt: at, Deadline: time.Second, Roster: s.roster,
		Vendors: []messages.VendorReport{
			{
				Outcome: messages.OutcomePartial, Detail: "GBP/USD is missing", Attempts: 1, Usable: 1, Latency: 5 * time.Millisecond,
				State: messages.VendorRunning,
				Quotes: []messages.Quote{
					quote("licensed", "EUR/USD", 1), {Vendor: "licensed", Instrument: "GBP/USD", Outcome: messages.OutcomeMissingSymbol},
				},
			},
			{
				Outcome: messages.OutcomeOK, Attempts: 1, Usable: 1, State: messages.VendorRunning,
				Quotes: []messages.Quote{quote("free", "EUR/USD", 2)},
			},
		},
	}
	made.Instruments = []messages.InstrumentReport{
		{Status: messages.InstrumentGood, Price: made.Vendors[0].Quotes[0].Price, Used: 2}, {Status: messages.InstrumentInsufficient},
	}

	return made.Seal()
}

// publish makes rounds, one after the other, and waits until the hub has them.
func (s *stage) publish(from, to messages.Round) {
	s.t.Helper()

	for round := from; round <= to; round++ {
		s.deliver(&messages.Delivered{Snapshot: s.snapshot(round)})
	}

	_, err := s.Wait(s.t.Context(), to-1)
	require.NoError(s.t, err)
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

// subscriptions is how many the hub has made.
func (s *stage) subscriptions() int {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.begun
}

// event is one Server-Sent Event.
type event struct {
	kind api.EventType
	id   messages.Round
	data string
}

// listener reads a stream.
type listener struct {
	t    *testing.T
	body io.ReadCloser
	in   *bufio.Reader
}

// open opens a stream; header holds names and values.
func (s *stage) open(query string, header ...string) *listener {
	s.t.Helper()

	response := s.get(query, header...) //nolint:bodyclose // the listener closes it
	require.Equal(s.t, http.StatusOK, response.StatusCode)
	require.Equal(s.t, "text/event-stream", response.Header.Get("Content-Type"))

	l := &listener{t: s.t, body: response.Body, in: bufio.NewReader(response.Body)}
	s.t.Cleanup(l.close)

	return l
}

func (s *stage) get(query string, header ...string) *http.Response {
	s.t.Helper()

	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.server.URL+"/v1/stream"+query, http.NoBody)
	require.NoError(s.t, err)

	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}

	response, err := s.server.Client().Do(request)
	require.NoError(s.t, err)

	return response
}

// answer is a whole answer.
func (s *stage) answer(query string) (status int, header http.Header, body string) {
	s.t.Helper()

	response := s.get(query)
	text, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	require.NoError(s.t, response.Body.Close())

	return response.StatusCode, response.Header, string(text)
}

func (l *listener) close() { _ = l.body.Close() }

// next is the next event but for heartbeats.
func (l *listener) next() event {
	l.t.Helper()

	for {
		e, err := l.read()
		require.NoError(l.t, err)

		if e.kind != api.EventHeartbeat && e.kind != "" {
			return e
		}
	}
}

func (l *listener) read() (event, error) {
	var e event

	for {
		line, err := l.in.ReadString('\n')
		if err != nil {
			return e, fmt.Errorf("stream: %w", err)
		}

		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")

		switch name {
		case "":
			return e, nil
		case "id":
			id, err := strconv.ParseUint(value, 10, 64)
			require.NoError(l.t, err)

			e.id = messages.Round(id)
		case "event":
			e.kind = api.EventType(value)
		case "data":
			e.data = value
		}
	}
}

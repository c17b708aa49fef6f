package gateway_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/gateway"
	"github.com/rollcall-go/rollcall/system/gateway/access"
	"github.com/rollcall-go/rollcall/system/secret"
)

// The tokens of the stage. What each may see and do is in its name.
const (
	adminToken  = "admin-0123456789abcdef"
	readToken   = "read-0123456789abcdef"
	publicToken = "public-0123456789abcdef" // only the vendor public
	forexToken  = "forex-0123456789abcdef"  // only the class forex
	bossToken   = "boss-0123456789abcdef"   // admin of the vendor public
)

// stage is a gateway on a real port over a system whose rounds the test makes.
type stage struct {
	*gateway.Gateway

	url    string
	roster *messages.Roster

	mu      sync.Mutex
	stored  []*messages.Snapshot // oldest first
	entries []api.AuditEntry     // oldest first
	paused  map[messages.Vendor]bool
	subs    []chan *messages.Delivered
	steered []string
	failing error // what the ports answer with, where it is set
	held    bool  // rounds are published, but not delivered yet
	slow    bool  // history answers when nobody waits any more
}

// began is when the stage's first round was published; there is one every second.
func began() time.Time { return time.Date(2026, 11, 21, 6, 0, 0, 500_000_000, time.UTC) }

// newStage starts one with a few rounds.
func newStage(t *testing.T, rounds int, adjust ...func(*gateway.Options)) *stage {
	t.Helper()

	s, o := prepare(t, rounds)
	log := options(t)
	o.Log, o.Listen = log.Log, log.Listen

	for _, change := range adjust {
		change(&o)
	}

	s.Gateway, s.url = begin(t, o)

	if rounds > 0 {
		s.wait(t, messages.Round(rounds))
	}

	return s
}

// prepare makes one that is not served yet.
func prepare(t testing.TB, rounds int) (*stage, gateway.Options) {
	t.Helper()

	roster, err := messages.NewRoster([]messages.Listing{
		{Vendor: "licensed", Class: "forex", Instruments: []messages.Instrument{"EUR/USD", "GBP/USD"}},
		{Vendor: "public", Class: "forex", Instruments: []messages.Instrument{"EUR/USD"}},
		{Vendor: "shares", Class: "equities", Instruments: []messages.Instrument{"AAPL", "=HYPERLINK(\"x\")"}},
	})
	require.NoError(t, err)

	s := &stage{roster: roster, paused: make(map[messages.Vendor]bool)}
	for range rounds {
		s.add()
	}

	for i := range 6 {
		s.entries = append(s.entries, entry(i))
	}

	o := gateway.Options{
		Rounds: running{s}, History: archive{s}, Record: record{s}, Version: "test",
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "up 1\n") }),
	}
	o.Access.Tokens = []access.Token{
		{Name: "admin", Value: secret.New(adminToken), Role: access.RoleAdmin},
		{Name: "read", Value: secret.New(readToken), Role: access.RoleRead},
		{Name: "public", Value: secret.New(publicToken), Role: access.RoleRead, Selection: messages.Selection{Vendors: []messages.Vendor{"public"}}},
		{Name: "forex", Value: secret.New(forexToken), Role: access.RoleRead, Selection: messages.Selection{Classes: []string{"forex"}}},
		{Name: "boss", Value: secret.New(bossToken), Role: access.RoleAdmin, Selection: messages.Selection{Vendors: []messages.Vendor{"public"}}},
	}

	return s, o
}

// wait waits until the gateway shows a round.
func (s *stage) wait(t *testing.T, round messages.Round) {
	t.Helper()

	answer := s.ask(t, adminToken, "GET", fmt.Sprintf("/v1/snapshot?wait=20s&after=%d", round-1))
	require.Equal(t, 200, answer.StatusCode, string(answer.body))
}

func entry(i int) api.AuditEntry {
	e := api.AuditEntry{
		Seq: uint64(i + 1), At: began().Add(time.Duration(i) * time.Second), Hash: fmt.Sprintf("%064x", i+1), Data: map[string]string{"detail": "licensed is late"},
	}

	switch i {
	case 0:
		e.Kind, e.Data = messages.FactStarted, map[string]string{"version": "test", "reason": "=cmd"}
	case 1, 2:
		e.Kind, e.Vendor, e.Round, e.Data["to"] = messages.FactOutcome, "licensed", 1, "timeout"
	case 3:
		e.Kind, e.Vendor, e.Round, e.Data["to"] = messages.FactOutcome, "public", 2, "timeout"
	case 4:
		e.Kind, e.Round, e.Data = messages.FactAccepted, 2, map[string]string{"instrument": "GBP/USD", "old": "1", "new": "2", "why": "licensed said so"}
	default:
		e.Kind, e.Round, e.Data = messages.FactSnapshot, 3, map[string]string{"status": "partial", "digest": "d1"}
	}

	return e
}

// make is a round's snapshot: the licensed vendor is dearer than the public one, and shares time out.
func (s *stage) make(round messages.Round) *messages.Snapshot {
	at := began().Add(time.Duration(round-1) * time.Second)
	quote := func(vendor messages.Vendor, instrument messages.Instrument, text string) messages.Quote {
		price, err := messages.ParsePrice(text)
		if err != nil {
			panic(err)
		}

		return messages.Quote{
			Instrument: instrument, Vendor: vendor, Price: price, Outcome: messages.OutcomeOK,
			RequestedAt: at.Add(-400 * time.Millisecond), ReceivedAt: at.Add(-100 * time.Millisecond), VendorTime: at.Add(-150 * time.Millisecond),
		}
	}

	last := string(rune('0' + int(round)%10))
	licensed := []messages.Quote{quote("licensed", "EUR/USD", "1.2"+last), quote("licensed", "GBP/USD", "1.4"+last)}
	public := []messages.Quote{quote("public", "EUR/USD", "1.1"+last)}
	report := func(quotes []messages.Quote) messages.VendorReport {
		return messages.VendorReport{
			Outcome: messages.OutcomeOK, Latency: 300 * time.Millisecond, Attempts: 1, Usable: len(quotes), Quotes: quotes, State: messages.VendorRunning,
		}
	}
	verdict := func(q messages.Quote, used int) messages.InstrumentReport {
		return messages.InstrumentReport{Status: messages.InstrumentGood, Price: q.Price, Age: 150 * time.Millisecond, Used: used}
	}

	snapshot := &messages.Snapshot{
		Round: round, Status: messages.SnapshotPartial, Durable: true, StartedAt: at.Add(-500 * time.Millisecond), PublishedAt: at,
		Elapsed: 500 * time.Millisecond, Deadline: time.Second, Roster: s.roster,
		Vendors: []messages.VendorReport{
			report(licensed), report(public),
			{Outcome: messages.OutcomeTimeout, Detail: "no answer within 500ms", Attempts: 1, State: messages.VendorRunning},
		},
		Instruments: make([]messages.InstrumentReport, len(s.roster.Entries())),
	}

	for i, entry := range s.roster.Entries() {
		switch entry.Instrument {
		case "EUR/USD":
			snapshot.Instruments[i] = verdict(licensed[0], 2)
		case "GBP/USD":
			snapshot.Instruments[i] = verdict(licensed[1], 1)
		default:
			snapshot.Instruments[i] = messages.InstrumentReport{Status: messages.InstrumentInsufficient}
		}
	}

	return snapshot.Seal()
}

// add makes the next round and publishes it.
func (s *stage) add() *messages.Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()

	snapshot := s.make(messages.Round(len(s.stored) + 1))
	s.stored = append(s.stored, snapshot)

	if !s.held {
		s.deliver(snapshot)
	}

	return snapshot
}

func (s *stage) deliver(snapshot *messages.Snapshot) {
	for _, sub := range s.subs {
		sub <- &messages.Delivered{Snapshot: snapshot}
	}
}

// hold keeps back what is published from then on; release delivers the newest.
func (s *stage) hold() {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.held = true
}

func (s *stage) release() {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.held = false
	s.deliver(s.stored[len(s.stored)-1])
}

// fail has the ports answer with an error; nil ends that.
func (s *stage) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.failing = err
}

func (s *stage) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.failing
}

// Latest implements gateway.Rounds.
func (s *stage) Latest() *messages.Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()

	if len(s.stored) == 0 {
		return nil
	}

	return s.stored[len(s.stored)-1]
}

// Roster implements gateway.Rounds.
func (s *stage) Roster() *messages.Roster { return s.roster }

// Status implements gateway.Rounds.
func (s *stage) Status(context.Context) (*gateway.Status, error) {
	if err := s.failed(); err != nil {
		return nil, err
	}

	s.mu.Lock()
	defer s.mu.Unlock()

	round := messages.Round(len(s.stored))
	status := &gateway.Status{
		StartedAt: began(), Every: time.Second, Deadline: time.Second, Durability: "strict",
		Rounds: messages.RoundsDescribed{Round: round, DurableRound: round, NextAt: began().Add(time.Hour), Rounds: uint64(round)},
		Record: messages.RecordDescribed{Received: 6, Written: 6, LastErr: "licensed: disk full"},
		Core:   []gateway.CoreStatus{{Name: "coordinator"}, {Name: "vendors"}, {Name: "writer", Restarts: 1, Silent: time.Second}},
	}

	for _, listing := range s.roster.Listings() {
		v := gateway.VendorStatus{VendorStatus: messages.VendorStatus{Vendor: listing.Vendor, State: messages.VendorRunning}, Class: listing.Class, Transport: "poll"}
		if s.paused[listing.Vendor] {
			v.State = messages.VendorPaused
		}

		if listing.Vendor == "public" {
			v.Transport, v.LastCrash, v.Restarts = "stream", "licensed made me do it", 2
		}

		status.Vendors = append(status.Vendors, v)
	}

	return status, nil
}

// running is the stage as the running system.
type running struct{ *stage }

// Snapshot implements gateway.Rounds.
func (s running) Snapshot(context.Context) (*messages.Snapshot, error) {
	if err := s.failed(); err != nil {
		return nil, err
	}

	return s.add(), nil
}

// Subscribe implements gateway.Rounds.
func (s *stage) Subscribe(bool) (gateway.Subscription, error) {
	s.mu.Lock()
	defer s.mu.Unlock()

	sub := make(chan *messages.Delivered, 1000)
	s.subs = append(s.subs, sub)

	if len(s.stored) > 0 {
		sub <- &messages.Delivered{Snapshot: s.stored[len(s.stored)-1]}
	}

	return subscription(sub), nil
}

type subscription chan *messages.Delivered

func (s subscription) Next(ctx context.Context) (*messages.Delivered, error) {
	select {
	case delivered := <-s:
		return delivered, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s subscription) Close() {}

func (s *stage) steer(vendor messages.Vendor, how, by string) error {
	s.mu.Lock()
	defer s.mu.Unlock()

	if _, known := s.roster.Vendor(vendor); !known {
		return gateway.ErrUnknownVendor
	}

	if how == "restart" && s.paused[vendor] {
		return fmt.Errorf("%s: %w", vendor, gateway.ErrPaused)
	}

	s.paused[vendor] = how == "pause"
	s.steered = append(s.steered, fmt.Sprintf("%s %s by %s", how, vendor, by))

	return nil
}

// Pause implements gateway.Rounds.
func (s *stage) Pause(_ context.Context, vendor messages.Vendor, by string) error {
	return s.steer(vendor, "pause", by)
}

// Resume implements gateway.Rounds.
func (s *stage) Resume(_ context.Context, vendor messages.Vendor, by string) error {
	return s.steer(vendor, "resume", by)
}

// Restart implements gateway.Rounds.
func (s *stage) Restart(_ context.Context, vendor messages.Vendor, by string) error {
	return s.steer(vendor, "restart", by)
}

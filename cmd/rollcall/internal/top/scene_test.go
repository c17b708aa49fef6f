package top_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/cmd/rollcall/internal/top"
	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/client"
)

// scene is a view in a test: what is done to it is done at once, and nothing waits.
type scene struct {
	t     *testing.T
	model tea.Model
	now   time.Time
}

func newScene(t *testing.T, width, height int) *scene {
	t.Helper()

	now := time.Date(2026, 11, 21, 10, 31, 20, 0, time.UTC)
	s := &scene{t: t, model: top.New("http://127.0.0.1:8080", now), now: now}
	s.send(tea.WindowSizeMsg{Width: width, Height: height})

	return s
}

func (s *scene) send(message tea.Msg) { s.model, _ = s.model.Update(message) }

// wait lets time pass.
func (s *scene) wait(d time.Duration) {
	s.now = s.now.Add(d)
	s.send(top.Ticked(s.now))
}

func (s *scene) hear(e client.Event) { s.send(top.Heard(e, s.now)) }

// keys are pressed one after the other; what is longer than one letter is the name of a key.
func (s *scene) keys(names ...string) {
	codes := map[string]rune{
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "down": tea.KeyDown, "up": tea.KeyUp, "backspace": tea.KeyBackspace,
		"home": tea.KeyHome, "end": tea.KeyEnd,
	}

	for _, name := range names {
		key := tea.Key{Code: codes[name]}
		if key.Code == 0 {
			letter, _ := utf8.DecodeRuneInString(name)
			key = tea.Key{Code: letter, Text: name}
		}

		s.send(tea.KeyPressMsg(key))
	}
}

// screen is what is shown, without colours.
func (s *scene) screen() string { return ansi.Strip(s.model.View().Content) + "\n" }

// lines are those of the screen, without the spaces at their ends.
func (s *scene) lines() []string {
	lines := strings.Split(strings.TrimSuffix(s.screen(), "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}

	return lines
}

// rounds are heard, one every five seconds, each with its events.
func (s *scene) rounds(from, to messages.Round) {
	for round := from; round <= to; round++ {
		s.begin(round)
		s.answer(round, "equities", messages.OutcomeOK, 1200, 2)
		s.answer(round, "commodities", messages.OutcomeOK, 900, 2)
		s.wait(2 * time.Second)
		s.hear(client.Event{Type: api.EventSnapshot, Round: round, Snapshot: s.snapshot(round)})
		s.wait(3 * time.Second)
	}
}

func (s *scene) begin(round messages.Round) {
	s.hear(client.Event{Type: api.EventRound, Started: &api.RoundStarted{Round: round, At: s.now, DeadlineMS: 2000, Asked: 4}})
}

func (s *scene) answer(round messages.Round, vendor messages.Vendor, outcome messages.Outcome, ms int64, quotes int) {
	s.hear(client.Event{Type: api.EventAnswer, Answered: &api.VendorAnswered{
		Round: round, Vendor: vendor, Outcome: outcome, ElapsedMS: ms, Quotes: quotes,
	}})
}

// snapshot is a round in which forex times out, crypto is quarantined and backs up gold, and prices move up and down.
func (s *scene) snapshot(round messages.Round) *messages.Snapshot {
	roster, err := messages.NewRoster([]messages.Listing{
		{Vendor: "equities", Class: "equities", Instruments: []messages.Instrument{"AAPL", "MSFT"}},
		{Vendor: "commodities", Class: "commodities", Instruments: []messages.Instrument{"GOLD", "OIL"}},
		{Vendor: "forex", Class: "forex", Instruments: []messages.Instrument{"EUR/USD"}},
		{Vendor: "backup", Class: "commodities", Instruments: []messages.Instrument{"GOLD"}},
	})
	require.NoError(s.t, err)

	quote := func(vendor messages.Vendor, instrument messages.Instrument, text string) messages.Quote {
		return messages.Quote{
			Vendor: vendor, Instrument: instrument, Price: s.price(text), Outcome: messages.OutcomeOK,
			RequestedAt: s.now.Add(-2 * time.Second), ReceivedAt: s.now.Add(-time.Second), VendorTime: s.now.Add(-1500 * time.Millisecond),
		}
	}
	gold := quote("commodities", "GOLD", fmt.Sprintf("2647.%02d", 70+round%3))
	gold.Bid, gold.Ask, gold.Flags = s.price("2647.60"), s.price("2647.90"), messages.FlagHeld

	return &messages.Snapshot{
		Round: round, Status: messages.SnapshotPartial, Durable: round%2 == 0, StartedAt: s.now.Add(-2 * time.Second), PublishedAt: s.now,
		Elapsed: 2001 * time.Millisecond, Deadline: 2 * time.Second, Roster: roster,
		Instruments: []messages.InstrumentReport{
			{Status: messages.InstrumentGood, Price: s.price(fmt.Sprintf("185.%02d", 20+round)), Age: 800 * time.Millisecond, Used: 1},
			{Status: messages.InstrumentInsufficient},
			{Status: messages.InstrumentDegraded, Price: gold.Price, Age: 1500 * time.Millisecond, Used: 1},
			{Status: messages.InstrumentGood, Price: s.price(fmt.Sprintf("412.%02d", 90-round)), Age: 800 * time.Millisecond, Used: 1},
			{Status: messages.InstrumentCarried, Price: s.price("71.23"), Age: 95 * time.Second},
		},
		Vendors: []messages.VendorReport{
			{
				Outcome: messages.OutcomeOK, Attempts: 1, Usable: 2, Latency: 1200 * time.Millisecond, State: messages.VendorRunning,
				Quotes: []messages.Quote{quote("equities", "AAPL", "185.21"), quote("equities", "MSFT", "412.81")},
			},
			{
				Outcome: messages.OutcomePartial, Detail: "OIL is missing", Attempts: 2, Usable: 1, Latency: 900 * time.Millisecond,
				State: messages.VendorRunning, Quotes: []messages.Quote{
					gold, {Vendor: "commodities", Instrument: "OIL", Outcome: messages.OutcomeMissingSymbol, Detail: "not in the answer"},
				},
			},
			{Outcome: messages.OutcomeTimeout, Detail: "no answer within 2s", Attempts: 1, State: messages.VendorRunning, Restarts: 1},
			{Outcome: messages.OutcomeQuarantined, Detail: "next probe in 40s", State: messages.VendorQuarantined, Restarts: 5},
		},
	}
}

func (s *scene) price(text string) messages.Price {
	price, err := messages.ParsePrice(text)
	require.NoError(s.t, err)

	return price
}

// poll is what the service says when it is asked.
func (s *scene) poll() {
	remaining, next, checked := 17, s.now.Add(40*time.Second), s.now.Add(-10*time.Second)

	s.send(top.Polled(
		&api.Status{Ready: true, Role: "admin", EveryMS: 5000, DeadlineMS: 2000},
		[]api.Vendor{
			{Vendor: "equities", Class: "equities", Transport: "poll", State: messages.VendorRunning, Budget: &api.Budget{Key: "eq", Remaining: &remaining}},
			{Vendor: "commodities", Class: "commodities", Transport: "stream+poll", State: messages.VendorRunning, Stream: &api.Stream{
				State: messages.StreamPolled, Connects: 3, Messages: 1200, Updates: 800, Gaps: 1,
			}},
			{Vendor: "forex", Class: "forex", Transport: "poll", State: messages.VendorRunning, Restarts: 1, Budget: &api.Budget{Key: "fx", EveryMS: 10_000}},
			{Vendor: "backup", Class: "commodities", Transport: "poll", State: messages.VendorQuarantined, Restarts: 5, NextTry: &next, LastCrash: "index out of range"},
		},
		&api.Audit{
			Entries: []api.AuditEntry{
				{Seq: 9, At: s.now.Add(-2 * time.Second), Kind: messages.FactOutcome, Round: 3, Vendor: "forex", Data: map[string]string{
					"from": "ok", "to": "timeout", "detail": "no answer within 2s",
				}},
				{Seq: 8, At: s.now.Add(-time.Minute), Kind: messages.FactQuarantined, Vendor: "backup", Data: map[string]string{"restarts": "5"}},
				{Seq: 1, At: s.now.Add(-time.Hour), Kind: messages.FactStarted, Data: map[string]string{"version": "dev", "vendors": "4"}},
			},
			Verification: api.Verification{State: "verified", Entries: 9, CheckedAt: &checked},
		},
	))
}

var errCut = errors.New("connection reset by peer")

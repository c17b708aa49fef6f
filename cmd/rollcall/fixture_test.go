package main_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
)

func price(t *testing.T, text string) messages.Price {
	t.Helper()

	p, err := messages.ParseDecimal(text)
	require.NoError(t, err)

	return p
}

// quoted is a snapshot of one vendor with these prices; an empty text is no price.
func quoted(t *testing.T, texts map[messages.Instrument]string) *messages.Snapshot {
	t.Helper()

	listing := messages.Listing{Vendor: "v", Class: "c"}
	for instrument := range texts {
		listing.Instruments = append(listing.Instruments, instrument)
	}

	roster, err := messages.NewRoster([]messages.Listing{listing})
	require.NoError(t, err)

	s := &messages.Snapshot{
		Round: 1, Status: messages.SnapshotComplete, Durable: true, Elapsed: time.Second, Deadline: 2 * time.Second, Roster: roster,
		Vendors: []messages.VendorReport{{Outcome: messages.OutcomeOK, Latency: time.Second, Attempts: 1, State: messages.VendorRunning}},
	}

	for _, entry := range roster.Entries() {
		report := messages.InstrumentReport{Status: messages.InstrumentInsufficient}
		if text := texts[entry.Instrument]; text != "" {
			report = messages.InstrumentReport{Status: messages.InstrumentGood, Price: price(t, text), Used: 1}
		}

		s.Instruments = append(s.Instruments, report)
	}

	return s
}

// varied is a snapshot with one of everything a table must show: prices of all lengths, sources in all states, wide and hostile names, a long
// detail.
func varied(t *testing.T, round messages.Round, prices [6]string) *messages.Snapshot {
	t.Helper()

	started := time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC)
	roster, err := messages.NewRoster([]messages.Listing{
		{Vendor: "equities", Class: "equities", Instruments: []messages.Instrument{"AAPL", "トヨタ自動車", "Ünïcode", "=cmd|' /C calc'!A0"}},
		{Vendor: "backup", Class: "equities", Instruments: []messages.Instrument{"AAPL"}},
		{Vendor: "forex", Class: "forex", Instruments: []messages.Instrument{"USD/JPY"}},
		{Vendor: "crypto", Class: "crypto", Instruments: []messages.Instrument{"BTC/USD"}},
		{Vendor: "far", Class: "crypto", Instruments: []messages.Instrument{"BTC/USD"}},
	})
	require.NoError(t, err)

	s := &messages.Snapshot{
		Round: round, Status: messages.SnapshotPartial, Durable: round != 2, StartedAt: started, PublishedAt: started.Add(2001 * time.Millisecond),
		Elapsed: 2001 * time.Millisecond, Deadline: 2 * time.Second, Roster: roster,
		Vendors: []messages.VendorReport{
			{
				Outcome: messages.OutcomePartial, Latency: 1250 * time.Millisecond, Attempts: 2, Usable: 3, State: messages.VendorRunning,
				Quotes: []messages.Quote{
					{Instrument: "AAPL", Vendor: "equities", Outcome: messages.OutcomeOK},
					{Instrument: "トヨタ自動車", Vendor: "equities", Outcome: messages.OutcomeStale},
					{Instrument: "Ünïcode", Vendor: "equities", Outcome: messages.OutcomeOK},
					{Instrument: "=cmd|' /C calc'!A0", Vendor: "equities", Outcome: messages.OutcomeOK},
				},
			},
			{Outcome: messages.OutcomeHTTPStatus, Attempts: 1, Latency: 3 * time.Millisecond, State: messages.VendorRunning, Detail: "503 \x1b[31mred"},
			{Outcome: messages.OutcomeTimeout, Attempts: 1, State: messages.VendorRunning, Detail: "no answer within 2s"},
			{
				Outcome: messages.OutcomeQuarantined, State: messages.VendorQuarantined, Restarts: 6,
				Detail: "panic: runtime error: index out of range [3] with length 3; quarantined for 1m0s after 6 crashes in 60 s",
			},
			{Outcome: messages.OutcomeLate, Attempts: 1, State: messages.VendorRunning},
		},
	}

	for i := range roster.Entries() {
		report := messages.InstrumentReport{Status: messages.InstrumentInsufficient}
		if prices[i] != "" {
			report = messages.InstrumentReport{Status: messages.InstrumentGood, Price: price(t, prices[i]), Age: time.Duration(i) * time.Second, Used: 1}
		}

		s.Instruments = append(s.Instruments, report)
	}

	return s
}

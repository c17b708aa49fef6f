package store_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/store"
)

// start is when round 0 would have been.
var start = time.Date(2026, 11, 21, 6, 0, 0, 123456789, time.UTC)

// newRoster lists vendors × instruments, of two classes; every instrument is listed by two neighbouring vendors, so that sources are shared.
func newRoster(tb testing.TB, vendors, instruments int) *messages.Roster {
	tb.Helper()

	listings := make([]messages.Listing, vendors)
	for v := range listings {
		listings[v] = messages.Listing{Vendor: messages.Vendor(fmt.Sprintf("vendor%d", v))}
		for i := range instruments {
			number := (v/2)*instruments + (i*7919)%instruments
			listings[v].Add(messages.Instrument(fmt.Sprintf("I%05d", number)), []string{"equities", "equities", "forex"}[number%3])
		}
	}

	roster, err := messages.NewRoster(listings)
	require.NoError(tb, err)

	return roster
}

// newSnapshot makes a round in which the last vendor times out and the others answer.
func newSnapshot(tb testing.TB, roster *messages.Roster, round messages.Round) *messages.Snapshot {
	tb.Helper()

	at := start.Add(time.Duration(round) * 5 * time.Second)
	s := &messages.Snapshot{
		Round: round, Status: messages.SnapshotPartial, StartedAt: at, PublishedAt: at.Add(time.Second),
		Elapsed: time.Second + 3*time.Microsecond, Deadline: 2 * time.Second, Roster: roster,
		Vendors:     make([]messages.VendorReport, len(roster.Listings())),
		Instruments: make([]messages.InstrumentReport, len(roster.Entries())),
	}

	for v, listing := range roster.Listings() {
		report := &s.Vendors[v]
		if *report = (messages.VendorReport{Outcome: messages.OutcomeOK, State: messages.VendorRunning, Attempts: 1, Restarts: v}); v > 0 && v == len(s.Vendors)-1 {
			report.Outcome, report.Detail = messages.OutcomeTimeout, "no answer within 2s"

			continue
		}

		report.Latency, report.Usable = 12*time.Millisecond, len(listing.Instruments)
		for i, instrument := range listing.Instruments {
			report.Quotes = append(report.Quotes, messages.Quote{
				Instrument: instrument, Vendor: listing.Vendor, Price: price(tb, round, i), Bid: price(tb, round, i),
				VendorTime: at.Add(-time.Second), RequestedAt: at, ReceivedAt: at.Add(12 * time.Millisecond), Outcome: messages.OutcomeOK,
			})
		}
	}

	for i := range s.Instruments {
		s.Instruments[i] = messages.InstrumentReport{Status: messages.InstrumentGood, Price: price(tb, round, i), Age: time.Second, Used: 1}
	}

	s.Instruments[0] = messages.InstrumentReport{Status: messages.InstrumentInsufficient}

	return s
}

func price(tb testing.TB, round messages.Round, i int) messages.Price {
	tb.Helper()

	p, err := messages.ParsePrice(decimal.New(int64(round)*1000+int64(i)+1, -2).StringFixed(4))
	require.NoError(tb, err)

	return p
}

// open opens a store in a directory and closes it at the end.
func open(t *testing.T, dir string) *store.Store {
	t.Helper()

	s, err := store.Open(t.Context(), store.Options{Dir: dir})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })

	return s
}

// persist stores rounds from … to, one by one.
func persist(t *testing.T, s *store.Store, roster *messages.Roster, from, to messages.Round) {
	t.Helper()

	for round := from; round <= to; round++ {
		require.NoError(t, s.Persist(t.Context(), []*messages.Snapshot{newSnapshot(t, roster, round)}))
	}
}

// onFile returns the round in snapshot.json, which must be whole.
func onFile(tb testing.TB, dir string) messages.Round {
	tb.Helper()

	data, err := os.ReadFile(filepath.Join(dir, store.SnapshotName))
	require.NoError(tb, err)

	return roundIn(tb, data)
}

// roundIn returns the round of an encoded snapshot, which must be whole.
func roundIn(tb testing.TB, data []byte) messages.Round {
	tb.Helper()

	var head struct {
		Schema  string         `json:"schema"`
		Round   messages.Round `json:"round"`
		Durable bool           `json:"durable"`
	}

	require.NoError(tb, json.Unmarshal(data, &head), "torn: %.80q", data)
	require.Equal(tb, messages.SnapshotSchema, head.Schema)
	require.True(tb, head.Durable)

	return head.Round
}

// stored returns the rounds in the history, oldest first.
func stored(t *testing.T, s *store.Store) []messages.Round {
	t.Helper()

	var list []messages.Round

	for row, err := range s.Rounds(t.Context(), store.Query{}) {
		require.NoError(t, err)

		list = append(list, row.Round)
	}

	return list
}

func sequence(from, to messages.Round) []messages.Round {
	var list []messages.Round
	for r := from; r <= to; r++ {
		list = append(list, r)
	}

	return list
}

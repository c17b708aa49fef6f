package store_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/store"
)

// times are no time, one near the round, and the ends of what can be stored.
func times() *rapid.Generator[time.Time] {
	return rapid.OneOf(
		rapid.Just(time.Time{}),
		rapid.Map(rapid.Int64Range(-1e12, 1e12), func(n int64) time.Time { return start.Add(time.Duration(n)) }),
		rapid.SampledFrom([]time.Time{
			time.Date(1679, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2261, 12, 31, 23, 59, 59, 999_999_999, time.UTC), time.Unix(0, 0).UTC(),
		}),
	)
}

func prices() *rapid.Generator[messages.Price] {
	return rapid.Custom(func(t *rapid.T) messages.Price {
		text := rapid.OneOf(
			rapid.SampledFrom([]string{"", "185.20", "0.0", "-37.63", "1e-7", "12345678901234567890.123456789"}),
			rapid.Map(rapid.IntRange(1, 9999), strconv.Itoa),
		).Draw(t, "price")
		if text == "" {
			return messages.Price{}
		}

		p, err := messages.ParseDecimal(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}

		return p
	})
}

func quotes(listing *messages.Listing) *rapid.Generator[messages.Quote] {
	return rapid.Custom(func(t *rapid.T) messages.Quote {
		return messages.Quote{
			Vendor:  listing.Vendor,
			Price:   prices().Draw(t, "price"),
			Bid:     prices().Draw(t, "bid"),
			Ask:     prices().Draw(t, "ask"),
			Outcome: rapid.SampledFrom(append(messages.Outcomes(), "")).Draw(t, "outcome"),
			Detail:  rapid.SampledFrom([]string{"", "too old", "\xff\x00", "é"}).Draw(t, "detail"),

			VendorTime: times().Draw(t, "vendor time"), RequestedAt: times().Draw(t, "requested"), ReceivedAt: times().Draw(t, "received"),
		}
	})
}

func verdicts() *rapid.Generator[messages.InstrumentReport] {
	statuses := []messages.InstrumentStatus{messages.InstrumentGood, messages.InstrumentDegraded, messages.InstrumentCarried, messages.InstrumentInsufficient, ""}

	return rapid.Custom(func(t *rapid.T) messages.InstrumentReport {
		return messages.InstrumentReport{
			Status: rapid.SampledFrom(statuses).Draw(t, "status"),
			Price:  prices().Draw(t, "price"),
			Age:    time.Duration(rapid.Int64().Draw(t, "age")),
			Used:   rapid.IntRange(-1, 1000).Draw(t, "used"),
		}
	})
}

// TestQuotesComeBackAsTheyWere: any quotes, any verdicts, any of them at home, whether or not the vendor answered.
func TestQuotesComeBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		listing := &messages.Listing{Vendor: "v"}
		count := rapid.IntRange(0, 12).Draw(t, "instruments")
		answered := rapid.Bool().Draw(t, "answered")

		var (
			sent  []messages.Quote
			homes []store.Home
			all   []messages.InstrumentReport
		)

		for i := range count {
			listing.Instruments = append(listing.Instruments, messages.Instrument(fmt.Sprint("I", i)))

			if answered {
				q := quotes(listing).Draw(t, "quote")
				q.Instrument = listing.Instruments[i]
				sent = append(sent, q)
			}

			if rapid.Bool().Draw(t, "at home") {
				verdict := verdicts().Draw(t, "verdict")
				if answered && rapid.Bool().Draw(t, "own price") {
					verdict.Price = sent[i].Price
				}

				homes, all = append(homes, store.NewHome(i, len(all))), append(all, verdict)
			}
		}

		started := times().Draw(t, "started")
		encoded := store.AppendQuotes([]byte("before"), started, sent, homes, all)
		back := make([]messages.InstrumentReport, len(all))

		got, err := store.ReadQuotes(encoded[len("before"):], started, listing, homes, back)
		require.NoError(t, err)
		require.Equal(t, sent, got)
		require.Equal(t, append([]messages.InstrumentReport{}, all...), back)
	})
}

// oneQuote is a listing of two whose vendor answered, with its encoding.
func oneQuote(tb testing.TB) (*messages.Listing, []store.Home, []byte) {
	tb.Helper()

	listing := &messages.Listing{Vendor: "v", Instruments: []messages.Instrument{"A", "B"}}
	sent := []messages.Quote{
		{Price: price(tb, 1, 1), RequestedAt: start, ReceivedAt: start.Add(time.Millisecond), Outcome: messages.OutcomeOK},
		{Price: price(tb, 1, 2), RequestedAt: start, ReceivedAt: start.Add(time.Millisecond), Outcome: messages.OutcomeStale, Detail: "old"},
	}
	homes := []store.Home{store.NewHome(1, 0)}
	all := []messages.InstrumentReport{{Status: messages.InstrumentCarried, Price: price(tb, 2, 2), Age: time.Hour}}

	return listing, homes, store.AppendQuotes(nil, start, sent, homes, all)
}

// TestWhatRepeatsIsLeftOut: the size of the history is the size of what differs.
func TestWhatRepeatsIsLeftOut(t *testing.T) {
	q := messages.Quote{Price: price(t, 1, 1), RequestedAt: start, ReceivedAt: start.Add(time.Millisecond), Outcome: messages.OutcomeOK}
	homes := []store.Home{store.NewHome(0, 0), store.NewHome(1, 1)}
	verdict := messages.InstrumentReport{Status: messages.InstrumentGood, Price: q.Price, Age: time.Second, Used: 1}
	all := []messages.InstrumentReport{verdict, verdict}

	one := store.AppendQuotes(nil, start, []messages.Quote{q}, homes[:1], all)
	two := store.AppendQuotes(nil, start, []messages.Quote{q, q}, homes, all)
	assert.Len(t, two, len(one)+1+1+len(q.Price.Text())+2+1, "flags, price, two times; flags")

	failed := store.AppendQuotes(nil, start, nil, homes, make([]messages.InstrumentReport, 2))
	assert.Less(t, len(failed), 8)
}

func TestEveryCutIsNoticed(t *testing.T) {
	listing, homes, whole := oneQuote(t)
	all := make([]messages.InstrumentReport, 1)

	_, err := store.ReadQuotes(whole, start, listing, homes, all)
	require.NoError(t, err)

	for size := range whole {
		_, err := store.ReadQuotes(whole[:size], start, listing, homes, all)
		require.Error(t, err, "%d of %d bytes", size, len(whole))
	}

	for what, data := range map[string][]byte{
		"version":   append([]byte{2}, whole[1:]...),
		"count":     {1, 0xff, 0xff, 0xff, 0xff, 0x0f},
		"more":      append(append([]byte{}, whole...), 0),
		"flags":     {1, 0, 0x80},
		"own price": {1, 0, 0x20},
		"far":       {1, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
	} {
		_, err := store.ReadQuotes(data, start, listing, homes, all)
		require.Error(t, err, what)
	}
}

// FuzzReadQuotes: a damaged history is an error, not a crash.
func FuzzReadQuotes(f *testing.F) {
	listing, homes, whole := oneQuote(f)
	f.Add(whole)
	f.Add([]byte{1, 0})

	f.Fuzz(func(t *testing.T, data []byte) {
		all := make([]messages.InstrumentReport, 1)

		quotes, err := store.ReadQuotes(data, start, listing, homes, all)
		if err != nil {
			return
		}

		again := store.AppendQuotes(nil, start, quotes, homes, all)
		back := make([]messages.InstrumentReport, 1)

		got, err := store.ReadQuotes(again, start, listing, homes, back)
		require.NoError(t, err)
		require.Equal(t, quotes, got)
		require.Equal(t, all, back)
	})
}

// TestQuotesThatCannotBeReadNameTheRound: S06. The other rounds are still there.
func TestQuotesThatCannotBeReadNameTheRound(t *testing.T) {
	s := open(t, t.TempDir())
	persist(t, s, newRoster(t, 2, 2), 1, 3)

	for _, damage := range []string{
		"UPDATE reports SET quotes = x'' WHERE round = 2",
		"UPDATE reports SET quotes = x'63' WHERE round = 2",
		"UPDATE reports SET quotes = x'0100' WHERE round = 2",
		"DELETE FROM reports WHERE round = 2",
	} {
		require.NoError(t, s.Exec(t.Context(), damage))

		_, err := s.Snapshot(t.Context(), 2)
		require.ErrorContains(t, err, "round 2: quotes cannot be read", damage)

		var last error
		for _, err := range s.History(t.Context(), store.Query{}) {
			last = err
		}

		require.ErrorContains(t, last, "round 2: quotes cannot be read", damage)

		_, err = s.Snapshot(t.Context(), 3)
		require.NoError(t, err)
	}
}

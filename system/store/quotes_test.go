package store_test

import (
	"encoding/hex"
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

			Flags: flags().Draw(t, "flags"), More: mores().Draw(t, "more"),

			VendorTime: times().Draw(t, "vendor time"), RequestedAt: times().Draw(t, "requested"), ReceivedAt: times().Draw(t, "received"),
		}
	})
}

// flags are mostly the same: vendors are.
func flags() *rapid.Generator[messages.Flags] {
	all := 1<<len(messages.Flags(1<<16-1).Words()) - 1

	return rapid.OneOf(
		rapid.Just(messages.Flags(0)), rapid.Just(messages.FlagMid|messages.FlagUntimed),
		rapid.Map(rapid.IntRange(0, all), func(n int) messages.Flags { return messages.Flags(n) }),
	)
}

func mores() *rapid.Generator[*messages.More] {
	texts := rapid.SampledFrom([]string{"", "USD", "troy_ounce", "\xff"})

	return rapid.Custom(func(t *rapid.T) *messages.More {
		if rapid.Bool().Draw(t, "nothing") {
			return nil
		}

		return &messages.More{
			Mid: prices().Draw(t, "mid"), Size: prices().Draw(t, "size"), Volume: prices().Draw(t, "volume"),
			Currency: texts.Draw(t, "currency"), Unit: texts.Draw(t, "unit"), Sequence: rapid.Uint64().Draw(t, "sequence"),
		}
	})
}

func feeds() *rapid.Generator[*messages.FeedStatus] {
	return rapid.Custom(func(t *rapid.T) *messages.FeedStatus {
		feed := &messages.FeedStatus{}
		number := rapid.Uint64()

		if rapid.Bool().Draw(t, "stream") {
			feed.Stream = &messages.StreamStatus{
				State: rapid.SampledFrom([]messages.StreamState{"", "live", "thin"}).Draw(t, "state"), AliveAge: time.Duration(rapid.Int64().Draw(t, "alive")),
				Connections: rapid.Int().Draw(t, "connections"), Connects: number.Draw(t, "connects"), Messages: number.Draw(t, "messages"),
				Updates: number.Draw(t, "updates"), Conflated: number.Draw(t, "conflated"), Dropped: number.Draw(t, "dropped"), Gaps: number.Draw(t, "gaps"),
			}
		}

		if rapid.Bool().Draw(t, "budget") {
			feed.Budget = &messages.BudgetStatus{
				Key: rapid.SampledFrom([]string{"", "alpha"}).Draw(t, "key"), Every: time.Duration(rapid.Int64().Draw(t, "every")),
				Remaining: rapid.Int().Draw(t, "remaining"), PausedUntil: times().Draw(t, "paused"),
			}
		}

		if feed.Stream == nil && feed.Budget == nil {
			return nil
		}

		return feed
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
		answer := store.NewAnswer(started, feeds().Draw(t, "feed"), sent, homes...)
		encoded := answer.Append([]byte("before"), all)
		back := make([]messages.InstrumentReport, len(all))

		got, err := store.ReadAnswer(encoded[len("before"):], started, listing, homes, back)
		require.NoError(t, err)
		require.Equal(t, answer, got)
		require.Equal(t, append([]messages.InstrumentReport{}, all...), back)
	})
}

// listed is what oneQuote is an answer of.
func listed() *messages.Listing {
	return &messages.Listing{Vendor: "v", Instruments: []messages.Instrument{"A", "B"}}
}

// oneQuote is an answer for two instruments, with the verdict on the second one.
func oneQuote(tb testing.TB) (*store.Answer, []store.Home, []messages.InstrumentReport) {
	tb.Helper()

	sent := []messages.Quote{
		{
			Instrument: "A", Vendor: "v", Price: price(tb, 1, 1), RequestedAt: start.UTC(), ReceivedAt: start.Add(time.Millisecond),
			Outcome: messages.OutcomeOK,
		},
		{
			Instrument: "B", Vendor: "v", Price: price(tb, 1, 2), RequestedAt: start, ReceivedAt: start.Add(time.Millisecond),
			Outcome: messages.OutcomeStale, Detail: "old",
		},
	}
	homes := []store.Home{store.NewHome(1, 0)}

	return store.NewAnswer(start, nil, sent, homes...), homes,
		[]messages.InstrumentReport{{Status: messages.InstrumentCarried, Price: price(tb, 2, 2), Age: time.Hour}}
}

// everything is oneQuote with all that an answer can have.
func everything(tb testing.TB) (*store.Answer, []store.Home, []messages.InstrumentReport) {
	tb.Helper()

	plain, homes, all := oneQuote(tb)
	sent := plain.Quotes()
	sent[0].Flags, sent[1].Flags = messages.FlagMid, messages.FlagMid
	sent[1].More = &messages.More{Mid: price(tb, 1, 2), Size: price(tb, 3, 4), Volume: price(tb, 5, 6), Currency: "USD", Unit: "share", Sequence: 7}

	return store.NewAnswer(start, &messages.FeedStatus{
		Stream: &messages.StreamStatus{State: messages.StreamLive, AliveAge: time.Second, Connections: 1, Connects: 2, Messages: 3, Updates: 4},
		Budget: &messages.BudgetStatus{Key: "alpha", Every: time.Hour, Remaining: 5, PausedUntil: start.Add(time.Minute)},
	}, sent, homes...), homes, all
}

// TestRowsOfTheVersionBefore: what an older program has written is read; it had neither feed nor extras.
func TestRowsOfTheVersionBefore(t *testing.T) {
	older, err := hex.DecodeString("0102c40731302e303230300080897ac7057374616c65036f6c640731302e3033303000" +
		"001f010763617272696564008080c58bc6d1010732302e30333030")
	require.NoError(t, err)

	answer, homes, all := oneQuote(t)
	back := make([]messages.InstrumentReport, 1)

	got, err := store.ReadAnswer(older, start, listed(), homes, back)
	require.NoError(t, err)
	require.Equal(t, answer, got)
	require.Equal(t, all, back)
}

// TestWhatRepeatsIsLeftOut: the size of the history is the size of what differs.
func TestWhatRepeatsIsLeftOut(t *testing.T) {
	q := messages.Quote{Price: price(t, 1, 1), RequestedAt: start, ReceivedAt: start.Add(time.Millisecond), Outcome: messages.OutcomeOK}
	homes := []store.Home{store.NewHome(0, 0), store.NewHome(1, 1)}
	verdict := messages.InstrumentReport{Status: messages.InstrumentGood, Price: q.Price, Age: time.Second, Used: 1}
	all := []messages.InstrumentReport{verdict, verdict}

	one := store.NewAnswer(start, nil, []messages.Quote{q}, homes[:1]...).Append(nil, all)
	two := store.NewAnswer(start, nil, []messages.Quote{q, q}, homes...).Append(nil, all)
	assert.Len(t, two, len(one)+1+1+len(q.Price.Text())+2+1, "flags, price, two times; flags")

	failed := store.NewAnswer(start, nil, nil, homes...).Append(nil, make([]messages.InstrumentReport, 2))
	assert.Less(t, len(failed), 10)

	q.Flags, q.More = messages.FlagUntimed, &messages.More{Currency: "USD"}
	first := store.NewAnswer(start, nil, []messages.Quote{q}, homes[:1]...).Append(nil, all)
	both := store.NewAnswer(start, nil, []messages.Quote{q, q}, homes...).Append(nil, all)
	assert.Len(t, both, len(first)+len(two)-len(one)+2, "the same again; that there is more, in two bytes")
}

func TestEveryCutIsNoticed(t *testing.T) {
	answer, homes, verdicts := everything(t)
	whole := answer.Append(nil, verdicts)
	all := make([]messages.InstrumentReport, 1)

	_, err := store.ReadAnswer(whole, start, listed(), homes, all)
	require.NoError(t, err)

	for size := range whole {
		_, err := store.ReadAnswer(whole[:size], start, listed(), homes, all)
		require.Error(t, err, "%d of %d bytes", size, len(whole))
	}

	for what, data := range map[string][]byte{
		"version":   append([]byte{3}, whole[1:]...),
		"feed":      {2, 0x08, 0, 0},
		"pause":     {2, 0x04, 0, 0, 0},
		"extras":    {2, 0, 0, 1, 0, 0},
		"mid":       {2, 0, 1, 0, 1, 0, 4, 0},
		"count":     {1, 0xff, 0xff, 0xff, 0xff, 0x0f},
		"more":      append(append([]byte{}, whole...), 0),
		"flags":     {1, 0, 0x80},
		"own price": {1, 0, 0x20},
		"far":       {1, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
	} {
		_, err := store.ReadAnswer(data, start, listed(), homes, all)
		require.Error(t, err, what)
	}
}

// FuzzReadQuotes: a damaged history is an error, not a crash.
func FuzzReadQuotes(f *testing.F) {
	answer, homes, verdicts := everything(f)
	f.Add(answer.Append(nil, verdicts))

	answer, _, verdicts = oneQuote(f)
	f.Add(answer.Append(nil, verdicts))
	f.Add([]byte{1, 0})

	f.Fuzz(func(t *testing.T, data []byte) {
		all := make([]messages.InstrumentReport, 1)

		answer, err := store.ReadAnswer(data, start, listed(), homes, all)
		if err != nil {
			return
		}

		again := answer.Append(nil, all)
		back := make([]messages.InstrumentReport, 1)

		got, err := store.ReadAnswer(again, start, listed(), homes, back)
		require.NoError(t, err)
		require.Equal(t, answer, got)
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

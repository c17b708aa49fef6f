package verdict_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/actors/internal/verdict"
	"github.com/rollcall-go/rollcall/messages"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// TestVerdict gives a source's quotes one a line and shows the verdicts. The listing is A, B, C; the answer is complete at noon, 100 ms after
// the request.
func TestVerdict(t *testing.T) {
	t.Parallel()

	datadriven.RunTest(t, "testdata/verdict.txt", func(t *testing.T, d *datadriven.TestData) string {
		t.Helper()

		judge := verdict.New("v", []messages.Instrument{"A", "B", "C"},
			verdict.Limits{MaxAge: duration(t, d, "max-age"), MaxSkew: duration(t, d, "max-skew")})

		var quotes []messages.Quote

		for line := range strings.Lines(d.Input) {
			quotes = append(quotes, quoteIn(t, line))
		}

		judged, tally := judge.Answer(quotes, noon.Add(-100*time.Millisecond), noon)

		var out strings.Builder

		fmt.Fprintf(&out, "usable %d, readable %d\n", tally.Usable, tally.Readable)

		for i := range judged {
			q := &judged[i]
			assert.Equal(t, messages.Vendor("v"), q.Vendor)
			assert.Equal(t, noon, q.ReceivedAt)
			assert.Equal(t, 100*time.Millisecond, q.ReceivedAt.Sub(q.RequestedAt))
			assert.False(t, q.AsOf().After(noon), "no age is negative")
			assert.Equal(t, q.Outcome == messages.OutcomeOK, q.Usable())
			fmt.Fprintf(&out, "%s %s %s %s\n", q.Instrument, q.Price, q.Outcome, q.Detail)
		}

		return out.String()
	})
}

func duration(t *testing.T, d *datadriven.TestData, key string) time.Duration {
	t.Helper()

	var text string
	if !d.MaybeScanArgs(t, key, &text) {
		return 0
	}

	parsed, err := time.ParseDuration(text)
	require.NoError(t, err)

	return parsed
}

// quoteIn reads "A price=1.5 bid=1 ask=2 age=3s outcome=closed detail=words-with-hyphens".
func quoteIn(t *testing.T, line string) messages.Quote {
	t.Helper()

	words := strings.Fields(line)
	q := messages.Quote{Instrument: messages.Instrument(words[0])}

	for _, word := range words[1:] {
		key, value, _ := strings.Cut(word, "=")

		switch key {
		case "price":
			q.Price = decimalIn(t, value)
		case "bid":
			q.Bid = decimalIn(t, value)
		case "ask":
			q.Ask = decimalIn(t, value)
		case "age":
			age, err := time.ParseDuration(value)
			require.NoError(t, err)

			q.VendorTime = noon.Add(-age)
		case "unix":
			q.VendorTime = time.Unix(1, 0)
		case "far":
			q.VendorTime = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
		case "outcome":
			q.Outcome = messages.Outcome(value)
		case "crossed":
			q.Flags |= messages.FlagCrossed
		case "signed":
			q.Flags |= messages.FlagSigned
		case "detail":
			q.Detail = strings.ReplaceAll(value, "~", "\x1b")
		default:
			t.Fatalf("unknown word %q", word)
		}
	}

	return q
}

func decimalIn(t *testing.T, text string) messages.Price {
	t.Helper()

	price, err := messages.ParseDecimal(text)
	require.NoError(t, err)

	return price
}

// TestVerdictIsAligned: whatever a source returns, there is exactly one quote per instrument, in the listing's order.
func TestVerdictIsAligned(t *testing.T) {
	t.Parallel()

	listing := []messages.Instrument{"A", "B", "C", "D"}
	judge := verdict.New("v", listing, verdict.Limits{})
	names := rapid.SampledFrom([]messages.Instrument{"A", "B", "C", "D", "E", "", "__proto__", "a\r\nb"})

	rapid.Check(t, func(t *rapid.T) {
		quotes := make([]messages.Quote, rapid.IntRange(0, 12).Draw(t, "n"))
		for i := range quotes {
			quotes[i].Instrument = names.Draw(t, "instrument")
			quotes[i].VendorTime = noon.Add(time.Duration(rapid.Int64().Draw(t, "age")))
			quotes[i].Detail = rapid.String().Draw(t, "detail")
			quotes[i].Outcome = messages.Outcome(rapid.SampledFrom([]string{"", "ok", "closed", "rubbish"}).Draw(t, "outcome"))
		}

		judged, tally := judge.Answer(quotes, noon, noon)
		require.Len(t, judged, len(listing))
		assert.LessOrEqual(t, tally.Usable, tally.Readable)

		for i := range judged {
			assert.Equal(t, listing[i], judged[i].Instrument)
			assert.True(t, judged[i].Outcome.Valid())
			assert.LessOrEqual(t, len(judged[i].Detail), messages.MaxDetail)
			assert.False(t, judged[i].AsOf().After(noon))
		}
	})
}

// TestVerdictIgnoresAFlood: a million unasked symbols leave no trace and cost no memory (P08).
func TestVerdictIgnoresAFlood(t *testing.T) {
	judge := verdict.New("v", []messages.Instrument{"A"}, verdict.Limits{})
	quotes := make([]messages.Quote, 1_000_000)

	for i := range quotes {
		quotes[i].Instrument = "X"
	}

	allocations := testing.AllocsPerRun(3, func() {
		if judged, tally := judge.Answer(quotes, noon, noon); len(judged) != 1 || tally.Usable != 0 {
			t.Error("a quote that nobody asked for")
		}
	})
	assert.LessOrEqual(t, allocations, 1.0)
}

// TestVerdictAllocations: judging good quotes allocates their slice, which the snapshot keeps, and nothing else.
func TestVerdictAllocations(t *testing.T) {
	listing := make([]messages.Instrument, 100)
	quotes := make([]messages.Quote, len(listing))

	for i := range listing {
		listing[i] = messages.Instrument(fmt.Sprintf("I%d", i))
		quotes[i] = messages.Quote{
			Instrument: listing[i], Price: decimalIn(t, "1.50"), Bid: decimalIn(t, "1.49"), Ask: decimalIn(t, "1.51"), VendorTime: noon,
		}
	}

	judge := verdict.New("v", listing, verdict.Limits{MaxAge: time.Minute})

	allocations := testing.AllocsPerRun(100, func() {
		if _, tally := judge.Answer(quotes, noon, noon); tally.Usable != len(listing) {
			t.Error("a good quote is refused")
		}
	})
	assert.LessOrEqual(t, allocations, 1.0)
}

// TestOutcomeAgesWithTheClock: a quote that was pushed is judged again whenever it is asked for; without a vendor time its receipt counts.
func TestOutcomeAgesWithTheClock(t *testing.T) {
	t.Parallel()

	judge := verdict.New("v", []messages.Instrument{"A"}, verdict.Limits{MaxAge: time.Minute})
	timed := messages.Quote{Instrument: "A", Price: decimalIn(t, "1"), VendorTime: noon.Add(3 * time.Second), ReceivedAt: noon}
	untimed := messages.Quote{Instrument: "A", Price: decimalIn(t, "1"), ReceivedAt: noon}
	old := messages.Quote{Instrument: "A", Price: decimalIn(t, "1"), ReceivedAt: noon, VendorTime: noon.Add(-30 * time.Second)}

	for _, q := range []*messages.Quote{&timed, &untimed} {
		outcome, _ := judge.Outcome(q, noon.Add(time.Minute))
		assert.Equal(t, messages.OutcomeOK, outcome)

		outcome, detail := judge.Outcome(q, noon.Add(61*time.Second))
		assert.Equal(t, messages.OutcomeStale, outcome)
		assert.Equal(t, "1m1s old, at most 1m0s", detail)
	}

	outcome, _ := judge.Outcome(&old, noon.Add(31*time.Second))
	assert.Equal(t, messages.OutcomeStale, outcome)

	ahead := messages.Quote{Instrument: "A", Price: decimalIn(t, "1"), VendorTime: noon.Add(time.Minute), ReceivedAt: noon}
	outcome, _ = judge.Outcome(&ahead, noon.Add(59*time.Second))
	assert.Equal(t, messages.OutcomeFuture, outcome, "time does not heal a quote from the future")
}

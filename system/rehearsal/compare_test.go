package rehearsal_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/example"
	"github.com/rollcall-go/rollcall/system/rehearsal"
)

func TestEachDifferenceIsSeen(t *testing.T) {
	at := time.Date(2026, 11, 20, 15, 4, 5, 0, time.UTC)
	want := example.Quote{
		Instrument: "A", Price: "1.50", Bid: "1.4", Ask: "1.6", Time: at, Flags: []string{"day", "mid"}, Mid: "1.5", Size: "2", Volume: "3",
		Currency: "USD", Unit: "coin", Sequence: 7,
	}
	good := func() messages.Quote {
		return messages.Quote{
			Outcome: messages.OutcomeOK, Price: price(t, "1.50"), Bid: price(t, "1.4"), Ask: price(t, "1.6"), VendorTime: at,
			Flags: messages.FlagMid | messages.FlagDay,
			More: &messages.More{
				Mid: price(t, "1.5"), Size: price(t, "2"), Volume: price(t, "3"), Currency: "USD", Unit: "coin", Sequence: 7,
			},
		}
	}

	got := good()
	assert.Empty(t, rehearsal.Differences(&want, &got))

	for _, c := range []struct {
		what   string
		change func(q *messages.Quote)
	}{
		{"price is", func(q *messages.Quote) { q.Price = price(t, "1.5") }},
		{"bid is", func(q *messages.Quote) { q.Bid = messages.Price{} }},
		{"ask is", func(q *messages.Quote) { q.Ask = price(t, "1.60") }},
		{"time is", func(q *messages.Quote) { q.VendorTime = time.Time{} }},
		{"flags is", func(q *messages.Quote) { q.Flags |= messages.FlagUntimed }},
		{"mid is", func(q *messages.Quote) { q.More = nil }},
		{"size is", func(q *messages.Quote) { q.More.Size = messages.Price{} }},
		{"volume is", func(q *messages.Quote) { q.More.Volume = messages.Price{} }},
		{"currency is", func(q *messages.Quote) { q.More.Currency = "EUR" }},
		{"unit is", func(q *messages.Quote) { q.More.Unit = "" }},
		{"sequence is", func(q *messages.Quote) { q.More.Sequence++ }},
		{"stale", func(q *messages.Quote) { q.Outcome = messages.OutcomeStale }},
		{"want a price", func(q *messages.Quote) { q.Price = messages.Price{} }},
	} {
		got := good()
		c.change(&got)

		wrong := rehearsal.Differences(&want, &got)
		require.NotEmpty(t, wrong, c.what)
		assert.Contains(t, strings.Join(wrong, "; "), c.what)
	}
}

func TestQuotesWithoutAPrice(t *testing.T) {
	got := messages.Quote{Outcome: messages.OutcomeUnknownSymbol}
	assert.Empty(t, rehearsal.Differences(&example.Quote{Outcome: "unknown_symbol"}, &got))
	assert.NotEmpty(t, rehearsal.Differences(&example.Quote{Outcome: "missing_symbol"}, &got))

	got = messages.Quote{Outcome: messages.OutcomeOK, Price: price(t, "1")}
	assert.NotEmpty(t, rehearsal.Differences(&example.Quote{Outcome: "unknown_symbol"}, &got))
	assert.NotEmpty(t, rehearsal.Differences(&example.Quote{Outcome: "ok"}, &got), "usable, which is not what was expected")
}

func price(t *testing.T, text string) messages.Price {
	t.Helper()

	p, err := messages.ParseDecimal(text)
	require.NoError(t, err)

	return p
}

func TestAVendorsOutcome(t *testing.T) {
	usable, missing := example.Quote{Instrument: "A", Price: "1"}, example.Quote{Instrument: "B", Outcome: "unknown_symbol"}

	for _, c := range []struct {
		expect []example.Quote
		want   messages.Outcome
	}{
		{[]example.Quote{usable, usable}, messages.OutcomeOK},
		{[]example.Quote{usable, missing}, messages.OutcomePartial},
		{[]example.Quote{usable}, messages.OutcomePartial},
	} {
		e := example.Example{Instruments: []string{"A", "B"}, Expect: c.expect}
		assert.Empty(t, rehearsal.CompareOutcome(&e, &messages.VendorReport{Outcome: c.want}))
		assert.NotEmpty(t, rehearsal.CompareOutcome(&e, &messages.VendorReport{Outcome: messages.OutcomeAuth}))
	}

	none := example.Example{Expect: []example.Quote{missing}}
	assert.Empty(t, rehearsal.CompareOutcome(&none, &messages.VendorReport{Outcome: messages.OutcomeAuth}), "the quotes say it")

	limited := example.Example{Outcome: "rate_limited"}
	assert.Empty(t, rehearsal.CompareOutcome(&limited, &messages.VendorReport{Outcome: messages.OutcomeRateLimited}))
	assert.NotEmpty(t, rehearsal.CompareOutcome(&limited, &messages.VendorReport{Outcome: messages.OutcomeAuth}))

	said := []messages.Quote{{Outcome: messages.OutcomeRateLimited}, {Outcome: messages.OutcomeRateLimited}}
	assert.Empty(t, rehearsal.CompareOutcome(&limited, &messages.VendorReport{Outcome: messages.OutcomeMalformed, Quotes: said}))

	said[1].Outcome = messages.OutcomeAuth
	assert.NotEmpty(t, rehearsal.CompareOutcome(&limited, &messages.VendorReport{Outcome: messages.OutcomeMalformed, Quotes: said}))
}

package fetcher_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/messages"
)

func TestJudge(t *testing.T) {
	t.Parallel()

	price, err := messages.ParsePrice("1.5")
	require.NoError(t, err)

	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	quotes := []messages.Quote{
		{Instrument: "fresh", Price: price, VendorTime: now.Add(-time.Second)},
		{Instrument: "old", Price: price, VendorTime: now.Add(-time.Minute), Outcome: messages.OutcomeOK},
		{Instrument: "pushed long ago", Price: price, ReceivedAt: now.Add(-time.Minute)},
		{Instrument: "ahead", Price: price, VendorTime: now.Add(3 * time.Second)},
		{Instrument: "no price"},
		{Instrument: "unknown", Outcome: messages.OutcomeUnknownSymbol, Detail: "says the vendor"},
	}

	fetcher.Judge(quotes, fetcher.Verdict{MaxAge: 30 * time.Second, MaxSkew: 2 * time.Second}, now)

	outcomes := make([]messages.Outcome, len(quotes))
	for i := range quotes {
		outcomes[i] = quotes[i].Outcome
	}

	assert.Equal(t, []messages.Outcome{
		messages.OutcomeOK, messages.OutcomeStale, messages.OutcomeStale, messages.OutcomeFuture, messages.OutcomeInvalidPrice, messages.OutcomeUnknownSymbol,
	}, outcomes)
	assert.Equal(t, "1m0s old, at most 30s", quotes[1].Detail)
	assert.Equal(t, "says the vendor", quotes[5].Detail)
	assert.Equal(t, now, quotes[0].ReceivedAt)
}

package testkit_test

import (
	"context"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
	"github.com/rollcall-go/rollcall/system/testkit"
)

var _ = flag.Bool("update", false, "rewrite golden files")

// polled is a source that answers in 100 ms.
type polled struct{ t *testing.T }

func (p polled) Fetch(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
	select {
	case <-time.After(100 * time.Millisecond):
		return quotes(p.t, instruments), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// pushed is a stream that says everything each second.
type pushed struct{ t *testing.T }

func (p pushed) Stream(ctx context.Context, instruments []messages.Instrument, deliver func(messages.StreamUpdate)) error {
	for ready := true; ; ready = false {
		deliver(messages.StreamUpdate{Ready: ready, Messages: 1, Quotes: quotes(p.t, instruments)})

		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// quotes prices each instrument by the time.
func quotes(t *testing.T, instruments []messages.Instrument) []messages.Quote {
	t.Helper()

	out := make([]messages.Quote, len(instruments))
	for i, instrument := range instruments {
		price, err := messages.ParsePrice("1.50")
		require.NoError(t, err)

		out[i] = messages.Quote{Instrument: instrument, Price: price, VendorTime: time.Now(), Outcome: messages.OutcomeOK}
	}

	return out
}

func TestAPolledVendor(t *testing.T) {
	t.Parallel()
	testkit.RunFile(t, "testdata/polled.txt", func() system.Settings {
		return system.Settings{Every: 10 * time.Second, Vendors: []system.Vendor{
			{Name: "forex", Class: "forex", Instruments: []messages.Instrument{"EUR/USD", "USD/JPY"}, Source: polled{t}},
			{Name: "metals", Class: "commodities", Instruments: []messages.Instrument{"GOLD"}, Source: polled{t}},
		}}
	})
}

func TestAVendorThatPushes(t *testing.T) {
	t.Parallel()
	testkit.RunFile(t, "testdata/pushed.txt", func() system.Settings {
		return system.Settings{Every: 10 * time.Second, Vendors: []system.Vendor{
			{Name: "crypto", Class: "crypto", Instruments: []messages.Instrument{"BTC/USD"}, Stream: pushed{t}, MaxAge: 15 * time.Second},
		}}
	})
}

// The example on the page about testing is what comes of its script.
func TestTheScriptInTheDocumentation(t *testing.T) {
	t.Parallel()

	page, err := os.ReadFile("../../docs/testing.md")
	require.NoError(t, err)

	_, rest, found := strings.Cut(string(page), "```\n# ")
	require.True(t, found)

	block, _, found := strings.Cut(rest, "```\n")
	require.True(t, found)

	script, want, found := strings.Cut("# "+block, "---\n")
	require.True(t, found)

	assert.Equal(t, want, testkit.Snapshots(testkit.Run(t, script, func() system.Settings {
		return system.Settings{Vendors: []system.Vendor{
			{Name: "desk", Class: "crypto", Instruments: []messages.Instrument{"BTC/USD"}, Source: polled{t}},
		}}
	})))
}

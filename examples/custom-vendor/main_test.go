package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
)

func TestTheExampleRuns(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer

	require.NoError(t, run(t.Context(), &out))

	snapshot, err := messages.ParseSnapshot(out.Bytes())
	require.NoError(t, err)
	assert.Equal(t, messages.SnapshotPartial, snapshot.Status)
	assert.Equal(t, []messages.Instrument{"NOPE/USD"}, snapshot.Missing())

	for _, vendor := range []messages.Vendor{"tape", "desk"} {
		report, _ := snapshot.Vendor(vendor)
		assert.Equal(t, "81240.10", report.Quotes[0].Price.Text(), "BTC/USD, from either")
	}
}

func TestWhatTheServerSays(t *testing.T) {
	t.Parallel()

	for line, want := range map[string]messages.Outcome{
		"BTC/USD 81240.10": messages.OutcomeOK, "BTC/USD nan": messages.OutcomeInvalidPrice, "BTC/USD unknown": messages.OutcomeUnknownSymbol,
	} {
		quote, err := parse(line)
		require.NoError(t, err)
		assert.Equal(t, want, quote.Outcome)
	}

	_, err := parse("<html>")
	require.ErrorContains(t, err, "malformed: line \"<html>\" has no price")
}

// Against the real server: a connection that drops comes back, and one over which nothing comes is noticed and left for another.
func TestTheStreamOutlivesItsConnections(t *testing.T) {
	t.Parallel()

	server, err := listen(t.Context())
	require.NoError(t, err)
	t.Cleanup(server.stop)

	about := settings(dialTCP(server.address()))
	about.Vendors = about.Vendors[:1]
	about.Vendors[0].Connections.Silence = 3 * beat

	s, err := system.New(about)
	require.NoError(t, err)
	require.NoError(t, s.Start(t.Context()))
	t.Cleanup(func() { assert.NoError(t, s.Stop(context.Background())) })

	becomes(t, s, messages.OutcomeOK)

	server.cut()
	assert.Eventually(t, func() bool { return server.calls.Load() > 1 }, time.Minute, 10*time.Millisecond, "it connects again")
	becomes(t, s, messages.OutcomeOK)

	server.mute.Store(true)
	becomes(t, s, messages.OutcomeStalled)

	server.mute.Store(false)
	becomes(t, s, messages.OutcomeOK)
}

// becomes waits until the vendor has an outcome.
func becomes(t *testing.T, s *system.System, want messages.Outcome) {
	t.Helper()
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		snapshot, err := s.Snapshot(t.Context())
		if assert.NoError(c, err) {
			report, _ := snapshot.Vendor("tape")
			assert.Equal(c, want, report.Outcome, report.Detail)
		}
	}, time.Minute, 50*time.Millisecond)
}

// A line without an end is refused.
func TestEndlessLines(t *testing.T) {
	t.Parallel()

	err := talking(t, strings.Repeat("x", 1<<20)).Stream(t.Context(), nil, func(messages.StreamUpdate) {})
	require.ErrorContains(t, err, "too_large")
}

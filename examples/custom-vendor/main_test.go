package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
)

func TestTheExampleRuns(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer

	require.NoError(t, run(t.Context(), &out))

	snapshot, err := messages.ParseSnapshot(out.Bytes())
	require.NoError(t, err)
	assert.Equal(t, messages.SnapshotPartial, snapshot.Status)
	assert.Equal(t, []messages.Instrument{"ETH/USD"}, snapshot.Missing())

	price, _ := snapshot.Price("BTC/USD")
	assert.Equal(t, "81240.10", price.Price.Text())
}

func TestWhatTheServerSays(t *testing.T) {
	t.Parallel()

	quotes, err := read(strings.NewReader("BTC/USD 81240.10\nETH/USD nan\n"))
	require.NoError(t, err)
	assert.Equal(t, messages.OutcomeOK, quotes[0].Outcome)
	assert.Equal(t, messages.OutcomeInvalidPrice, quotes[1].Outcome)

	_, err = read(strings.NewReader("<html>\n"))
	require.ErrorContains(t, err, "malformed: line \"<html>\" has no price")
}

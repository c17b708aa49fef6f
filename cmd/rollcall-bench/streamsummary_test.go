package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestStreamRatiosAreTakenWithinARepetition: a machine that was busy for one repetition must not show in the ratio.
func TestStreamRatiosAreTakenWithinARepetition(t *testing.T) {
	t.Parallel()

	rows := summarizeStreams(flood, []streamRepetition{
		{programPlain: {CPU: 10, PerSecond: 100}, programPaths: {CPU: 12, PerSecond: 80, Missing: 1}, programJQ: {CPU: 20, PerSecond: 50}},
		{
			programPlain: {CPU: 100, PerSecond: 10}, programPaths: {CPU: 120, PerSecond: 8, Missing: 2},
			programJQ: {CPU: 200, PerSecond: 5, Updates: 50, Conflated: 10, Dropped: 2},
		},
		{
			programPlain: {CPU: 20, PerSecond: 50}, programPaths: {CPU: 100, PerSecond: 10},
			programJQ: {CPU: 40, PerSecond: 25, Updates: 50, Conflated: 20, Dropped: 3, Peak: 3 << 20, Grown: 1 << 20},
		},
	})

	require.Len(t, rows, 3)
	assert.InDelta(t, 1.0, rows[0].Ratio, 0)
	assert.InDelta(t, 100.0, rows[1].CPU, 0)
	assert.InDelta(t, 1.2, rows[1].Ratio, 1e-9)
	assert.InDelta(t, 0.8, rows[1].Faster, 1e-9)
	assert.Equal(t, 3, rows[1].Missing)
	assert.InDelta(t, 30.0, rows[2].Conflated, 1e-9, "of all updates of all repetitions")
	assert.Equal(t, uint64(5), rows[2].Dropped)
}

func TestStreamsHaveATableOfTheirOwn(t *testing.T) {
	t.Parallel()

	var out strings.Builder

	f := figures{Streams: []streamRow{
		{Rate: 5000, Program: programPlain, PerSecond: 5000, Faster: 1, CPU: 7.126, Ratio: 1, Allocs: 25},
		{Rate: flood, Program: programJQ, PerSecond: 90_000, Conflated: 61.44, Dropped: 2, Overrun: spread{P50: 0.1, P99: -0.2, Max: 3}, Missing: 4},
	}}
	require.NoError(t, f.print(&out, &options{Streams: 4, For: 5 * time.Second, Repeat: 3}))

	assert.Contains(t, out.String(), "Streams: 4 connections, 100 products each, messages of 400 bytes, 5s each")
	assert.Contains(t, out.String(), "a round every 500ms")

	_, table, _ := strings.Cut(out.String(), "\n\n")
	lines := strings.Split(table, "\n")

	require.GreaterOrEqual(t, len(lines), 4)
	assert.Equal(t, strings.Fields("5000/s plain 5000 1.00 7.13 1.00 0.00 25.0 0.00 – – 0.00 0.00 0.00 0 0.0"), strings.Fields(lines[1]))
	assert.Equal(t, strings.Fields("flood jq 90000 – 0.00 – 0.00 0.0 0.00 61.4 % 2 0.10 -0.20 3.00 0 0.0"), strings.Fields(lines[2]))
	assert.Contains(t, table, "jq at flood: 4 prices are missing in rounds")
}

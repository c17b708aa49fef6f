package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestReadersPayOnlyForThemselves: what Rollcall does without readers is not what they cost, however long each was measured.
func TestReadersPayOnlyForThemselves(t *testing.T) {
	t.Parallel()

	alone := &servedSample{CPU: 5 * time.Second, Rounds: 10}
	used := &servedSample{CPU: 14 * time.Second, Rounds: 20, Resident: 3 << 20, Overrun: []time.Duration{time.Millisecond}, Missing: 2}
	had := &readersSample{Events: 1000, Bytes: 5000, Latency: []time.Duration{10 * time.Millisecond, 30 * time.Millisecond}, Told: 4, Skipped: 9}

	row := serveRow{Mode: modeWhole}.of(used, had, alone)
	assert.InDelta(t, 4000, row.CPU, 1e-6)
	assert.InDelta(t, 5, row.Bytes, 0)
	assert.InDelta(t, 3, row.Resident, 0)
	assert.InDelta(t, 10, row.Latency.P50, 0)
	assert.InDelta(t, 30, row.Latency.P99, 0)
	assert.InDelta(t, 1, row.Overrun.Max, 0)
	assert.Equal(t, int64(9), row.Skipped)
	assert.Equal(t, 2, row.Missing)

	assert.InDelta(t, 14_000, serveRow{}.of(used, had, nil).CPU, 1e-6)
	assert.Zero(t, serveRow{}.of(used, &readersSample{}, alone).CPU, "nothing is divided by no events")
}

func TestServeTable(t *testing.T) {
	t.Parallel()

	o := &options{Vendors: []int{3, 100}, Readers: 995, For: 5 * time.Second}
	text := serveTable(o, []serveRow{
		{Program: programRollcall, Rounds: 10, Overrun: spread{P50: 1}, Resident: 100, Peak: 110},
		{Mode: modeWhole, Program: programBare, Rounds: 10, Events: 11_000, Bytes: 2048, CPU: 20, Ratio: 1},
		{Mode: modeWhole, Program: programRollcall, Rounds: 10, Events: 10_900, CPU: 22, Ratio: 1.1, Told: 3, Skipped: 51, Failed: 7, Missing: 2},
	})
	_, table, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(table, "\n")

	require.GreaterOrEqual(t, len(lines), 4)
	assert.Contains(t, text, "100 vendors every 1s, 995 Server-Sent Events readers and 100 WebSockets, 10s,")
	assert.Equal(t, strings.Fields("– rollcall 10 – – – – – – – – – – – – – 1.00 – – 100 110"), strings.Fields(lines[1]))
	assert.Equal(t, strings.Fields("whole bare 10 11000 2.0 20.0 1.00 0.0 0.0 0.0 0 0 0 0 0 0 – – – 0 0"), strings.Fields(lines[2]))
	assert.Equal(t, strings.Fields("whole rollcall 10 10900 0.0 22.0 1.10 0.0 0.0 0.0 0 0 0 0 51 3 – – – 0 0"), strings.Fields(lines[3]))
	assert.Contains(t, text, "rollcall, readers of whole: 7 connections failed or were ended by the server")
	assert.Contains(t, text, "rollcall, readers of whole: 2 prices are missing")
}

func TestReadersAreServedForTenRounds(t *testing.T) {
	t.Parallel()

	o := options{For: time.Second, Vendors: []int{3, 10_000}, Readers: 1000}
	assert.Equal(t, 200*time.Millisecond, o.serveEvery())
	assert.Equal(t, 2*time.Second, o.serveFor())
	assert.Equal(t, 2*time.Second, o.besideFor())
	assert.Equal(t, 1000, o.served())
	assert.Equal(t, 100, o.webSockets())

	o.For = 5 * time.Minute
	assert.Equal(t, time.Second, o.serveEvery())
	assert.Equal(t, 5*time.Minute, o.serveFor())
	assert.Equal(t, 30*time.Second, o.besideFor())
}

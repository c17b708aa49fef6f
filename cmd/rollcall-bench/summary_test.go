package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMedian(t *testing.T) {
	t.Parallel()

	unsorted := []float64{9, 1, 5}

	assert.InDelta(t, 0.0, median(nil), 0)
	assert.InDelta(t, 5.0, median(unsorted), 0)
	assert.InDelta(t, 4.0, median([]float64{7, 1, 9, 1}), 0)
	assert.Equal(t, []float64{9, 1, 5}, unsorted, "figures stay as they were")
}

func TestSpread(t *testing.T) {
	t.Parallel()

	assert.Equal(t, spread{}, spreadOf(nil))
	assert.Equal(t, spread{P50: 7, P99: 7, Max: 7}, spreadOf([]time.Duration{7 * time.Millisecond}))

	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(100-i) * time.Millisecond
	}

	assert.Equal(t, spread{P50: 50, P99: 99, Max: 100}, spreadOf(hundred))
	assert.Equal(t, spread{P50: -1, P99: 2, Max: 2}, spreadOf([]time.Duration{2e6, -1e6, -3e6}), "a round can be faster than a late timer says")
}

// TestRatioIsTakenWithinARepetition: a machine that was busy for one repetition, or for one program in it, must not show in the ratio.
func TestRatioIsTakenWithinARepetition(t *testing.T) {
	t.Parallel()

	o := &options{Programs: []string{programPlain, programRollcall}, Deadline: time.Second}
	rows := summarize(10, o, []repetition{
		{programPlain: {CPU: 10}, programRollcall: {CPU: 12, Missing: 1}},
		{programPlain: {CPU: 100}, programRollcall: {CPU: 120, Missing: 2}},
		{programPlain: {CPU: 20}, programRollcall: {CPU: 100, Undurable: 4}},
	})

	require.Len(t, rows, 2)
	assert.InDelta(t, 20.0, rows[0].CPU, 0)
	assert.InDelta(t, 1.0, rows[0].Ratio, 0)
	assert.InDelta(t, 100.0, rows[1].CPU, 0)
	assert.InDelta(t, 1.2, rows[1].Ratio, 1e-9)
	assert.Equal(t, 3, rows[1].Missing)
	assert.Equal(t, 4, rows[1].Undurable)
}

func TestSummaryWithoutPlainHasNoRatio(t *testing.T) {
	t.Parallel()

	o := &options{Programs: []string{programRollcall}, Deadline: time.Second}
	rows := summarize(1000, o, []repetition{{programRollcall: {
		CPU: 10, Peak: 64 << 20, Grown: 1000 << 10, Beyond: []time.Duration{time.Millisecond}, Durable: []time.Duration{2 * time.Millisecond},
	}}})

	require.Len(t, rows, 1)
	assert.Zero(t, rows[0].Ratio)
	assert.InDelta(t, 64.0, rows[0].PeakMB, 0)
	assert.InDelta(t, 1.0, rows[0].PerVendor, 0)
	assert.InDelta(t, 1.0, rows[0].Beyond.P50, 0)
	assert.InDelta(t, 2.0, rows[0].Durable.P50, 0)
}

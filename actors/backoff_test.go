package actors_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/actors"
)

func TestBackoffDoublesUpToItsMaximum(t *testing.T) {
	backoff := actors.Backoff{Base: 100 * time.Millisecond, Max: 30 * time.Second}
	least := func() float64 { return 0 }

	for n, want := range map[int]time.Duration{
		-1: 50 * time.Millisecond, 0: 50 * time.Millisecond, 1: 50 * time.Millisecond, 2: 100 * time.Millisecond, 5: 800 * time.Millisecond,
		9: 12800 * time.Millisecond, 10: 15 * time.Second, 1000: 15 * time.Second, math.MaxInt: 15 * time.Second,
	} {
		assert.Equal(t, want, backoff.Delay(n, least), n)
	}

	assert.Equal(t, 75*time.Millisecond, backoff.Delay(1, func() float64 { return 0.5 }))
	assert.Equal(t, time.Second, actors.Backoff{Base: time.Hour, Max: 2 * time.Second}.Delay(1, least), "Max is the limit from the first")
	assert.Zero(t, actors.Backoff{Max: time.Second}.Delay(math.MaxInt, nil), "without a base there is no delay, nor a long loop")
}

func TestBackoffStaysInItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := time.Duration(rapid.Int64Range(1, math.MaxInt64).Draw(t, "base"))
		limit := time.Duration(rapid.Int64Range(int64(base), math.MaxInt64).Draw(t, "max"))
		n := rapid.OneOf(rapid.IntRange(1, 70), rapid.Int()).Draw(t, "n")
		uniform := rapid.SampledFrom([]func() float64{
			nil, func() float64 { return 0 }, func() float64 { return math.Nextafter(1, 0) },
		}).Draw(t, "uniform")

		full := limit
		if n <= 1 {
			full = base
		} else if n < 63 && base <= limit>>(n-1) {
			full = base << (n - 1)
		}

		delay := actors.Backoff{Base: base, Max: limit}.Delay(n, uniform)
		ratio := float64(delay) / float64(full)
		require.GreaterOrEqual(t, ratio, 0.5-1/float64(full))
		require.LessOrEqual(t, ratio, 1.0)
	})
}

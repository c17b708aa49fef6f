package config_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/config"
)

// P12 P13: what is checked where the file says nothing.
func TestDefaultChecks(t *testing.T) {
	t.Parallel()

	c, err := parse(minimal)
	require.NoError(t, err)

	want := config.Checks{Jump: "400%", Confirm: 3, Outlier: "20%", Spread: "0", Stuck: "0"}
	assert.Equal(t, want, c.Checks)
	assert.Zero(t, c.Vendors[0].Checks)

	want.Within = time.Minute
	assert.Equal(t, want, c.ChecksOf(0, 5*time.Second))

	want.Within = 3 * time.Hour
	assert.Equal(t, want, c.ChecksOf(0, time.Hour), "three intervals")
}

// A vendor's checks come first, each for itself, where they say nothing or none, too.
func TestChecksOfAVendor(t *testing.T) {
	t.Parallel()

	c, err := parse("checks: {jump: 20%, within: 30s, confirm: 2, agree: 4, outlier: 2.5%, spread: 4, stuck: 60}\n" + minimal + "    checks: {jump: 0%, stuck: 0}\n")
	require.NoError(t, err)
	assert.Equal(t, config.Checks{Jump: "0%", Within: 30 * time.Second, Confirm: 2, Agree: 4, Outlier: "2.5%", Spread: "4", Stuck: "0"},
		c.ChecksOf(0, time.Hour))

	c, err = parse(minimal + "    checks: {within: 5s, outlier: 100%, confirm: 7}\n")
	require.NoError(t, err)
	assert.Equal(t, config.Checks{Jump: "400%", Within: 5 * time.Second, Confirm: 7, Outlier: "100%", Spread: "0", Stuck: "0"}, c.ChecksOf(0, time.Hour))
}

func TestPercent(t *testing.T) {
	t.Parallel()

	for text, want := range map[config.Percent]int64{
		"": 0, "0%": 0, "0.0001%": 1, "2.5%": 25_000, "20%": 200_000, "100.00%": 1_000_000, "1000000%": 10_000_000_000,
	} {
		assert.Equal(t, want, text.Millionths(), string(text))
	}
}

// Checks are made of what a fetcher answers: they make no other vendor of it.
func TestChecksMakeNoOtherVendor(t *testing.T) {
	t.Parallel()

	one, err := parse(minimal)
	require.NoError(t, err)

	other, err := parse(minimal + "    checks: {jump: 1%}\n")
	require.NoError(t, err)

	assert.True(t, one.Vendors[0].Equal(other.Vendors[0]))
	assert.Equal(t, one.Vendors[0].Digest(nil), other.Vendors[0].Digest(nil))
	assert.NotEqual(t, one.Digest(), other.Digest())
}

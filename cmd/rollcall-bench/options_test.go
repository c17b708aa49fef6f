package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEffortFitsTheNumberOfVendors(t *testing.T) {
	t.Parallel()

	var o options

	assert.Equal(t, effort{Busy: 300, Held: 30, Hangs: 3}, o.effortFor(3))
	assert.Equal(t, effort{Busy: 30, Held: 10, Hangs: 3}, o.effortFor(1000))
	assert.Equal(t, effort{Busy: 3, Held: 2, Hangs: 2}, o.effortFor(maxVendors))

	o.Rounds = 3
	assert.Equal(t, effort{Busy: 3, Held: 3, Hangs: 3}, o.effortFor(3))
	assert.Equal(t, effort{Busy: 3, Held: 2, Hangs: 2}, o.effortFor(10_000))
}

// TestLargeAnswersNeedFewerRounds: a thousand symbols take a hundred times what three take.
func TestLargeAnswersNeedFewerRounds(t *testing.T) {
	t.Parallel()

	o := options{costsOnly: true, Symbols: 3}
	assert.Equal(t, effort{Busy: 300}, o.effortFor(100))

	o.Symbols = 1000
	assert.Equal(t, effort{Busy: 9}, o.effortFor(100))

	o.Symbols = maxSymbols
	assert.Equal(t, effort{Busy: 1}, o.effortFor(100))
}

func TestRepetitionsAreFewerWithVeryManyVendors(t *testing.T) {
	t.Parallel()

	o := options{Repeat: 3}

	assert.Equal(t, 3, o.repetitions(1000))
	assert.Equal(t, 2, o.repetitions(10_000))
	assert.Equal(t, 1, o.repetitions(maxVendors))
}

func TestDeadlineGrowsWithTheVendors(t *testing.T) {
	t.Parallel()

	o := options{Deadline: 500 * time.Millisecond}

	assert.Equal(t, 500*time.Millisecond, o.deadlineFor(3))
	assert.Equal(t, 2*time.Second, o.deadlineFor(10_000))
}

func TestStreamsHaveRoundsEnough(t *testing.T) {
	t.Parallel()

	o := options{For: 5 * time.Second}
	assert.Equal(t, 500*time.Millisecond, o.streamEvery())

	o.For = time.Second
	assert.Equal(t, 100*time.Millisecond, o.streamEvery())

	o.For = time.Minute
	assert.Equal(t, 500*time.Millisecond, o.streamEvery(), "more time makes more rounds, not slower ones")
}

func TestFilesThatNobodyMayOpenAreRefused(t *testing.T) {
	t.Parallel()

	assert.Equal(t, uint64(128+1000+125), filesFor(1000))
	require.NoError(t, raiseFiles(3))
}

package core //nolint:testpackage // the watch is internal and worth its own table

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestCrashesAreCountedWithinTheWindow(t *testing.T) {
	t.Parallel()

	w := &watch{}
	now := time.Unix(0, 0)

	assert.Equal(t, 1, w.crash(now, time.Minute))
	assert.Equal(t, 2, w.crash(now.Add(30*time.Second), time.Minute))
	assert.Equal(t, 2, w.crash(now.Add(80*time.Second), time.Minute), "the first is older than the window")
	assert.Equal(t, 3, w.restarts, "restarts are counted for ever")
	assert.Len(t, w.crashes, 2, "crashes outside the window are forgotten")
}

func TestSilenceIsCountedInHeartbeats(t *testing.T) {
	t.Parallel()

	w, now := &watch{}, time.Unix(0, 0)
	assert.Equal(t, 0, w.beat(now))
	assert.Equal(t, 1, w.beat(now))
	w.answer(now)
	assert.Equal(t, 0, w.beat(now))
}

func TestLagIsFromTheOldestOpenQuestionToItsAnswer(t *testing.T) {
	t.Parallel()

	w, at := &watch{}, func(ms int) time.Time { return time.Unix(0, 0).Add(time.Duration(ms) * time.Millisecond) }
	assert.Zero(t, w.lag(at(0)), "nobody has asked")

	w.answer(at(0)) // to a question of the start
	assert.Zero(t, w.lag(at(1)))

	w.beat(at(1000))
	w.answer(at(1020))
	assert.Equal(t, 20*time.Millisecond, w.lag(at(1500)))

	w.beat(at(2000))
	assert.Equal(t, 20*time.Millisecond, w.lag(at(2010)), "not longer yet than the last one")
	w.beat(at(3000))
	assert.Equal(t, 1500*time.Millisecond, w.lag(at(3500)), "it grows while no answer comes")
	w.answer(at(3600))
	w.answer(at(3601))
	assert.Equal(t, 1600*time.Millisecond, w.lag(at(3700)), "two answers came; the first is that to the oldest question")
}

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

	w := &watch{}
	assert.Equal(t, 0, w.beat())
	assert.Equal(t, 1, w.beat())
	w.answer()
	assert.Equal(t, 0, w.beat())
}

package recovery_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/rollcall-go/rollcall/actors/internal/recovery"
)

func TestRecoverySaysEachThingOnce(t *testing.T) {
	t.Parallel()

	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	r := recovery.Since(noon)

	for _, c := range []struct {
		after          time.Duration
		first, settled bool
	}{
		{time.Second, true, false},
		{2 * time.Second, false, false},
		{3 * time.Second, false, false},
		{time.Minute, false, true},
		{2 * time.Minute, false, false},
	} {
		first, settled := r.Good(noon.Add(c.after))
		assert.Equal(t, c.first, first, c.after)
		assert.Equal(t, c.settled, settled, c.after)
	}

	r = recovery.Since(noon)
	r.Good(noon.Add(time.Hour))
	_, settled := r.Good(noon.Add(time.Hour))
	assert.False(t, settled, "two are not enough, however late")
}

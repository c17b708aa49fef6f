package streamer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/streamer"
	"github.com/rollcall-go/rollcall/messages"
)

// N23: whatever the vendor does and whatever is configured, no minute sees more than ten calls, and no wish is ignored.
func TestRedialNeverStorms(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		redial := streamer.NewRedial(streamer.Settings{Connections: streamer.Connections{
			Backoff:      actors.Backoff{Base: time.Duration(rapid.IntRange(1, 2000).Draw(t, "base")) * time.Millisecond, Max: 3 * time.Second},
			HealthyAfter: time.Duration(rapid.IntRange(1, 90).Draw(t, "healthy")) * time.Second,
		}})
		now, wished := noon, noon

		var calls []time.Time

		for range rapid.IntRange(1, 60).Draw(t, "calls") {
			now = maxTime(now, redial.Earliest())
			assert.False(t, now.Before(wished), "called before the vendor's wish")

			if n := len(calls); n >= 10 {
				assert.GreaterOrEqual(t, now.Sub(calls[n-10]), time.Minute)
			}

			calls = append(calls, now)
			redial.Attempt(now)

			ready := time.Duration(rapid.SampledFrom([]int{0, 0, 0, 0, 0, 1, 120}).Draw(t, "ready")) * time.Second
			now = now.Add(ready)
			failure := messages.NewFailure(rapid.SampledFrom(messages.Outcomes()).Draw(t, "outcome"), "")
			failure.RetryAfter = time.Duration(rapid.SampledFrom([]int{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 300}).Draw(t, "wish")) * time.Second
			redial.Failed(failure, ready, now)
			wished = now.Add(failure.RetryAfter)
		}
	})
}

func TestRedialStartsAnewAfterAHealthyConnection(t *testing.T) {
	t.Parallel()

	redial := streamer.NewRedial(streamer.Settings{Uniform: half})
	reset := messages.NewFailure(messages.OutcomeReset, "")
	now := noon

	for _, want := range []int64{750, 1500, 3000, 6000, 12000, 24000, 45000, 45000} {
		redial.Failed(reset, 59*time.Second, now)
		assert.Equal(t, want, redial.Earliest().Sub(now).Milliseconds())
		now = redial.Earliest()
	}

	redial.Failed(reset, time.Minute, now)
	assert.Equal(t, 750*time.Millisecond, redial.Earliest().Sub(now))
}

func maxTime(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}

	return a
}

package system_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
)

func TestPauseResumeAndRestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		record := &facts{}
		one, two := count(answer("1", 0)), count(answer("2", 0))
		settings := every(from("one", one), from("two", two))
		settings.Record = record
		s := start(t, settings)
		sub, err := s.Subscribe(system.SubscribeOptions{})
		require.NoError(t, err)
		assert.Equal(t, messages.SnapshotComplete, next(t, sub).Status)

		require.NoError(t, s.Pause(t.Context(), "two", "Ada"))
		require.NoError(t, s.Pause(t.Context(), "two", "Ada"))

		paused := next(t, sub)
		assert.Equal(t, messages.OutcomePaused, paused.Vendors[1].Outcome)
		assert.Equal(t, "paused by Ada", paused.Vendors[1].Detail)
		assert.Equal(t, messages.VendorPaused, paused.Vendors[1].State)
		assert.Equal(t, int32(1), two.fetches.Load())
		require.ErrorIs(t, s.Restart(t.Context(), "two", "Ada"), system.ErrPaused)

		two = count(answer("3", 0))
		_, err = s.Reload(t.Context(), every(from("one", one), from("two", two)))
		require.NoError(t, err)
		assert.Equal(t, messages.OutcomePaused, next(t, sub).Vendors[1].Outcome, "another definition does not end a pause")

		require.NoError(t, s.Resume(t.Context(), "two", "Ada"))
		assert.Equal(t, messages.SnapshotComplete, next(t, sub).Status)
		require.NoError(t, s.Restart(t.Context(), "one", "Ada"))

		again := next(t, sub)
		assert.Equal(t, messages.SnapshotComplete, again.Status)
		assert.Equal(t, 1, again.Vendors[0].Restarts)
		require.ErrorIs(t, s.Pause(t.Context(), "nobody", "Ada"), system.ErrUnknownVendor)

		require.Len(t, record.of(messages.FactPaused), 1)
		assert.Equal(t, []messages.Field{{Name: "by", Value: "Ada"}}, record.of(messages.FactPaused)[0].Fields)
		assert.Len(t, record.of(messages.FactResumed), 1)
		assert.Len(t, record.of(messages.FactRestarted), 1)
	})
}

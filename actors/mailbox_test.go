package actors_test

import (
	"log/slog"
	"testing"
	"testing/synctest"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
)

// V09: the library's mailbox spins for ever on a nil message; ours drops it and goes on.
func TestANilMessageIsDropped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		system := actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return slog.New(slog.DiscardHandler) }))
		received := 0
		pid := system.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
			if _, ok := ctx.Message().(string); ok {
				received++
			}
		}, actors.IgnoreNil()))

		system.Root.Send(pid, nil)
		system.Root.Send(pid, "after")
		synctest.Wait()
		assert.Equal(t, 1, received)
		require.NoError(t, actors.PoisonWait(t.Context(), system, pid))
	})
}

package actors_test

import (
	"log/slog"
	"strconv"
	"sync"
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
		}, actors.Mailbox()))

		system.Root.Send(pid, nil)
		system.Root.Send(pid, "after")
		synctest.Wait()
		assert.Equal(t, 1, received)
		require.NoError(t, actors.PoisonWait(t.Context(), system, pid))
	})
}

// Whoever knows an actor's name may send to it while it is being spawned: nothing is lost, nothing comes before Started, and the race detector
// has nothing to say.
func TestMessagesDuringSpawningAreKept(t *testing.T) {
	t.Parallel()

	system := actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return slog.New(slog.DiscardHandler) }))

	for i := range 50 {
		const senders, each = 4, 25

		name := "early" + strconv.Itoa(i)
		arrived := make(chan any, senders*each+1)
		registered := make(chan struct{})

		var all sync.WaitGroup

		for range senders {
			all.Go(func() {
				<-registered

				for range each {
					system.Root.Send(system.NewLocalPID(name), "early")
				}
			})
		}

		// OnInit runs when the name is registered and the mailbox is not ready yet.
		pid, err := system.Root.SpawnNamed(actor.PropsFromFunc(func(ctx actor.Context) {
			switch message := ctx.Message().(type) {
			case *actor.Started, string:
				arrived <- message
			}
		}, actors.Mailbox(), actor.WithOnInit(func(actor.Context) { close(registered) })), name)
		require.NoError(t, err)
		all.Wait()
		require.NoError(t, actors.PoisonWait(t.Context(), system, pid))

		assert.IsType(t, &actor.Started{}, <-arrived)
		assert.Len(t, arrived, senders*each)
	}
}

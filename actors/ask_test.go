package actors_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
)

// oracle answers a question after a while; it never answers "why".
func oracle() *actor.Props {
	return guarded(func(ctx actor.Context) {
		question, ok := ctx.Message().(string)
		if !ok || question == "why" {
			return
		}

		time.Sleep(time.Second)
		ctx.Respond(len(question))
	})
}

func TestAskAnswersAndLeavesNothingBehind(t *testing.T) {
	bubble(t, func(t *testing.T, system *actor.ActorSystem) {
		posts := &posts{}
		pid := system.Root.Spawn(oracle().Configure(posts.mailbox()))
		before := processes(system)

		for range 100 {
			answer, err := actors.Ask[int](t.Context(), system, actors.NewRef[string](pid), "four")
			require.NoError(t, err)
			require.Equal(t, 4, answer)
		}

		synctest.Wait()
		assert.Equal(t, before, processes(system), "no asker lives on")
		assert.Zero(t, posts.watching(), "nor does the actor remember one")
		require.NoError(t, actors.StopWait(t.Context(), system, pid))
	})
}

func TestAskSomebodyDead(t *testing.T) {
	bubble(t, func(t *testing.T, system *actor.ActorSystem) {
		pid := system.Root.Spawn(oracle())
		require.NoError(t, actors.StopWait(t.Context(), system, pid))

		before, began := processes(system), time.Now()
		_, err := actors.Ask[int](t.Context(), system, actors.NewRef[string](pid), "four")
		require.ErrorIs(t, err, actors.ErrGone)

		_, err = actors.Ask[int](t.Context(), system, actors.NewRef[string](actor.NewPID("nonhost", "never")), "four")
		require.ErrorIs(t, err, actors.ErrGone)

		_, err = actors.Ask[int](t.Context(), system, actors.Ref[string]{}, "four")
		require.ErrorIs(t, err, actors.ErrGone)

		assert.Zero(t, time.Since(began), "at once")
		synctest.Wait()
		assert.Equal(t, before, processes(system))
	})
}

func TestAskEndsWithItsContext(t *testing.T) {
	bubble(t, func(t *testing.T, system *actor.ActorSystem) {
		posts := &posts{}
		pid := system.Root.Spawn(oracle().Configure(posts.mailbox()))
		before := processes(system)

		for _, question := range []string{"why", "too slow"} {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			began := time.Now()
			_, err := actors.Ask[int](ctx, system, actors.NewRef[string](pid), question)

			cancel()
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.ErrorContains(t, err, pid.Id)
			assert.Equal(t, 100*time.Millisecond, time.Since(began))
		}

		time.Sleep(time.Minute) // the late answer goes nowhere
		synctest.Wait()
		assert.Equal(t, before, processes(system))
		assert.Zero(t, posts.watching())
		require.NoError(t, actors.StopWait(t.Context(), system, pid))
	})
}

func TestAskAnActorThatStopsMidWay(t *testing.T) {
	bubble(t, func(t *testing.T, system *actor.ActorSystem) {
		pid := system.Root.Spawn(oracle())
		before := processes(system)

		time.AfterFunc(time.Second, func() { system.Root.Stop(pid) })

		began := time.Now()
		_, err := actors.Ask[int](t.Context(), system, actors.NewRef[string](pid), "why")
		require.ErrorIs(t, err, actors.ErrGone)
		assert.Equal(t, time.Second, time.Since(began))
		synctest.Wait()
		assert.Equal(t, before-1, processes(system))
	})
}

// TestAskAnActorThatAnswersAndStops: the answer counts, although the news of the end may overtake it.
func TestAskAnActorThatAnswersAndStops(t *testing.T) {
	bubble(t, func(t *testing.T, system *actor.ActorSystem) {
		last := guarded(func(ctx actor.Context) {
			if _, ok := ctx.Message().(string); ok {
				ctx.Respond(42)
				ctx.Stop(ctx.Self())
			}
		})

		for range 1000 {
			answer, err := actors.Ask[int](t.Context(), system, actors.NewRef[string](system.Root.Spawn(last)), "last words")
			require.NoError(t, err)
			require.Equal(t, 42, answer)
		}
	})
}

func TestAskIgnoresAnswersOfOtherTypes(t *testing.T) {
	bubble(t, func(t *testing.T, system *actor.ActorSystem) {
		pid := system.Root.Spawn(guarded(func(ctx actor.Context) {
			if _, ok := ctx.Message().(string); ok {
				ctx.Respond("not yet")
				ctx.Respond(1)
				ctx.Respond(2)
			}
		}))
		answer, err := actors.Ask[int](t.Context(), system, actors.NewRef[string](pid), "?")
		require.NoError(t, err)
		assert.Equal(t, 1, answer)
		require.NoError(t, actors.StopWait(t.Context(), system, pid))
	})
}

package actors_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
)

// TestSuperviseWaitsForADecision: until Restart is called the child is suspended and its mailbox kept.
func TestSuperviseWaitsForADecision(t *testing.T) {
	bubble(t, func(t *testing.T, system *actor.ActorSystem) {
		var (
			heard, events journal
			failed        *actors.Failed
		)

		subscription := system.EventStream.Subscribe(func(event any) {
			if e, ok := event.(*actor.SupervisorEvent); ok {
				events.add(e)
			}
		})
		child := guarded(func(ctx actor.Context) {
			switch message := ctx.Message().(type) {
			case *planted:
				explode()
			case string:
				heard.add(message)
			}
		})
		parent := system.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
			if _, ok := ctx.Message().(*actor.Started); ok {
				if _, err := ctx.SpawnNamed(child, "child"); err != nil {
					panic(err)
				}
			}
		}, actor.WithSupervisor(actors.Supervise(func(f *actors.Failed) { failed = f }))))

		synctest.Wait()
		system.Root.Send(childOf(parent), &planted{})
		system.Root.Send(childOf(parent), "kept")
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Empty(t, heard.all())
		require.NotNil(t, failed)
		assert.Equal(t, childOf(parent).Id, failed.Child.Id)
		assert.Equal(t, time.Hour, time.Since(failed.At))
		assert.Equal(t, "planted", failed.Panic.Value)

		failed.Restart()
		synctest.Wait()
		assert.Equal(t, []any{"kept"}, heard.all())
		require.Len(t, events.all(), 1)
		assert.Equal(t, actor.RestartDirective, events.all()[0].(*actor.SupervisorEvent).Directive) //nolint:errcheck,forcetypeassert // only those are kept
		system.EventStream.Unsubscribe(subscription)
		require.NoError(t, actors.StopWait(t.Context(), system, parent))
	})
}

// TestRestartGuardianNeverGivesUp: the library's own strategy would have stopped the actor after ten panics in ten seconds. V03.
func TestRestartGuardianNeverGivesUp(t *testing.T) {
	bubble(t, func(t *testing.T, system *actor.ActorSystem) {
		const crashes = 100

		var starts journal

		strategy := actors.RestartGuardian(actors.Backoff{Base: 10 * time.Millisecond, Max: 80 * time.Millisecond}, time.Minute)
		pid := system.Root.Spawn(guarded(func(ctx actor.Context) {
			switch ctx.Message().(type) {
			case *actor.Started:
				starts.add(time.Now())
			case *planted:
				explode()
			}
		}).Configure(actor.WithGuardian(strategy)))

		began := time.Now()

		for range crashes {
			system.Root.Send(pid, &planted{})
		}

		time.Sleep(10 * time.Second)
		synctest.Wait()
		require.Len(t, starts.all(), 1+crashes)
		assert.Greater(t, at(&starts, crashes).Sub(began), crashes*40*time.Millisecond*9/10, "with a delay each")

		_, err := actors.Ask[*actors.Pong](t.Context(), system, actors.NewRef[any](pid), any(&actors.Ping{}))
		require.NoError(t, err)

		// After a quiet time the delays start anew.
		time.Sleep(2 * time.Minute)
		system.Root.Send(pid, &planted{})
		synctest.Wait()
		time.Sleep(10 * time.Millisecond)
		synctest.Wait()
		assert.Len(t, starts.all(), 2+crashes)
		require.NoError(t, actors.StopWait(t.Context(), system, pid))
	})
}

func at(j *journal, n int) time.Time {
	when, _ := j.all()[n].(time.Time)

	return when
}

// TestRestartGuardianServesSeveralActors that crash at the same time; -race watches.
func TestRestartGuardianServesSeveralActors(t *testing.T) {
	bubble(t, func(t *testing.T, system *actor.ActorSystem) {
		strategy := actors.RestartGuardian(actors.Backoff{Base: time.Millisecond, Max: time.Millisecond}, time.Minute)

		var pids []*actor.PID

		for range 8 {
			pids = append(pids, system.Root.Spawn(guarded(func(ctx actor.Context) {
				if _, ok := ctx.Message().(*planted); ok {
					explode()
				}
			}).Configure(actor.WithGuardian(strategy))))
		}

		for range 20 {
			for _, pid := range pids {
				system.Root.Send(pid, &planted{})
			}
		}

		time.Sleep(time.Second)

		for _, pid := range pids {
			require.NoError(t, actors.PoisonWait(t.Context(), system, pid))
		}
	})
}

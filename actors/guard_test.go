package actors_test

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
)

// guarded describes a guarded actor made of one function.
func guarded(receive actor.ReceiveFunc) *actor.Props {
	return actor.PropsFromProducer(actors.Guard(func() actor.Actor { return receive }))
}

// family is a parent that restarts its one child at once, and writes down why.
func family(failures *journal, child *actor.Props) *actor.Props {
	strategy := actors.Supervise(func(f *actors.Failed) {
		failures.add(f.Panic)
		f.Restart()
	})

	return actor.PropsFromFunc(func(ctx actor.Context) {
		if _, ok := ctx.Message().(*actor.Started); ok {
			_, err := ctx.SpawnNamed(child, "child")
			if err != nil {
				panic(err)
			}
		}
	}, actor.WithSupervisor(strategy))
}

func childOf(parent *actor.PID) *actor.PID { return actor.NewPID(parent.Address, parent.Id+"/child") }

type planted struct{}

func explode() { panic("planted") }

func TestGuardKeepsTheStack(t *testing.T) {
	bubble(t, func(t *testing.T, system *actor.ActorSystem) {
		var failures journal

		parent := system.Root.Spawn(family(&failures, guarded(func(ctx actor.Context) {
			if _, ok := ctx.Message().(*planted); ok {
				explode()
			}
		})))

		synctest.Wait()
		system.Root.Send(childOf(parent), &planted{})
		synctest.Wait()
		require.Len(t, failures.all(), 1)

		p, ok := failures.all()[0].(*actors.Panic)
		require.True(t, ok)
		require.EqualError(t, p, "panic in *actors_test.planted: planted")
		assert.Contains(t, string(p.Stack), "actors_test.explode")
		require.NoError(t, actors.StopWait(t.Context(), system, parent))
	})
}

func TestGuardPassesOnAPanicAsItIs(t *testing.T) {
	bubble(t, func(t *testing.T, system *actor.ActorSystem) {
		var failures journal

		original := &actors.Panic{Value: "planted", Message: "elsewhere"}
		parent := system.Root.Spawn(family(&failures, guarded(func(ctx actor.Context) {
			if _, ok := ctx.Message().(*planted); ok {
				panic(original)
			}
		})))

		synctest.Wait()
		system.Root.Send(childOf(parent), &planted{})
		synctest.Wait()
		assert.Equal(t, []any{original}, failures.all())
		require.NoError(t, actors.StopWait(t.Context(), system, parent))
	})
}

// TestProducerThatPanicsIsRetried: a producer that panics when its actor is restarted is one more crash.
func TestProducerThatPanicsIsRetried(t *testing.T) { // V03
	bubble(t, func(t *testing.T, system *actor.ActorSystem) {
		var (
			failures journal
			made     int
		)

		parent := system.Root.Spawn(family(&failures, actor.PropsFromProducer(actors.Guard(func() actor.Actor {
			made++
			if made == 2 {
				explode()
			}

			return actor.ReceiveFunc(func(ctx actor.Context) {
				if _, ok := ctx.Message().(*planted); ok && made == 1 {
					explode()
				}
			})
		}))))

		synctest.Wait()
		system.Root.Send(childOf(parent), &planted{})
		synctest.Wait()
		require.Len(t, failures.all(), 2)

		_, err := actors.Ask[*actors.Pong](t.Context(), system, actors.NewRef[any](childOf(parent)), any(&actors.Ping{}))
		require.NoError(t, err, "and lives again")
		require.NoError(t, actors.StopWait(t.Context(), system, parent))
	})
}

// TestPanicWhileStoppingDoesNotHangTheParent plants a panic in each message that an actor gets on its way out.
func TestPanicWhileStoppingDoesNotHangTheParent(t *testing.T) {
	for name, isPlace := range map[string]func(any) bool{
		"stopping": func(message any) bool { _, ok := message.(*actor.Stopping); return ok },
		"stopped":  func(message any) bool { _, ok := message.(*actor.Stopped); return ok },
		"while its children stop": func(message any) bool {
			_, ok := message.(*actor.Terminated)

			return ok
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var (
					failures journal
					logs     locked
				)

				system := quiet(&logs)
				parent := system.Root.Spawn(family(&failures, guarded(func(ctx actor.Context) {
					if _, ok := ctx.Message().(*actor.Started); ok {
						ctx.Spawn(actor.PropsFromFunc(func(actor.Context) {}))
					}

					if isPlace(ctx.Message()) {
						explode()
					}
				})))

				synctest.Wait()

				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()

				require.NoError(t, actors.StopWait(ctx, system, parent))
				assert.Empty(t, failures.all(), "it is not restarted")
				assert.Contains(t, logs.String(), "panic while stopping")
				assert.Contains(t, logs.String(), "actors_test.explode")
				time.Sleep(2 * time.Second)
			})
		})
	}
}

// locked is a buffer for several goroutines.
type locked struct {
	mutex  sync.Mutex
	buffer bytes.Buffer
}

// Write implements io.Writer.
func (l *locked) Write(p []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	return l.buffer.Write(p)
}

// String implements fmt.Stringer.
func (l *locked) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	return l.buffer.String()
}

func TestPanicWhileRestartingDoesNotPreventIt(t *testing.T) {
	bubble(t, func(t *testing.T, system *actor.ActorSystem) {
		var failures, starts journal

		parent := system.Root.Spawn(family(&failures, guarded(func(ctx actor.Context) {
			switch ctx.Message().(type) {
			case *actor.Started:
				starts.add("started")
			case *planted, *actor.Restarting:
				explode()
			}
		})))

		synctest.Wait()
		system.Root.Send(childOf(parent), &planted{})
		synctest.Wait()
		assert.Len(t, failures.all(), 1)
		assert.Len(t, starts.all(), 2)
		require.NoError(t, actors.StopWait(t.Context(), system, parent))
	})
}

func TestGuardAnswersPing(t *testing.T) {
	bubble(t, func(t *testing.T, system *actor.ActorSystem) {
		var heard journal

		pid := system.Root.Spawn(guarded(heard.listener))
		pong, err := actors.Ask[*actors.Pong](t.Context(), system, actors.NewRef[any](pid), any(&actors.Ping{}))
		require.NoError(t, err)
		assert.Equal(t, pid.Id, pong.Who.Id)

		system.Root.Send(pid, &actors.Ping{}) // from nobody
		synctest.Wait()
		assert.Empty(t, heard.all(), "the actor itself never sees one")
		require.NoError(t, actors.StopWait(t.Context(), system, pid))
	})
}

// supervising is an actor that is its own children's strategy.
type supervising struct {
	actor.SupervisorStrategy
	child *actor.Props
}

// Receive implements actor.Actor.
func (s *supervising) Receive(ctx actor.Context) {
	if _, ok := ctx.Message().(*actor.Started); ok {
		if _, err := ctx.SpawnNamed(s.child, "child"); err != nil {
			panic(err)
		}
	}
}

func TestGuardForwardsAStrategy(t *testing.T) {
	bubble(t, func(t *testing.T, system *actor.ActorSystem) {
		var failures journal

		strategy := actors.Supervise(func(f *actors.Failed) { failures.add(f.Child.Id); f.Restart() })
		child := guarded(func(ctx actor.Context) {
			if _, ok := ctx.Message().(*planted); ok {
				explode()
			}
		})
		parent := system.Root.Spawn(actor.PropsFromProducer(actors.Guard(func() actor.Actor {
			return &supervising{SupervisorStrategy: strategy, child: child}
		})))

		synctest.Wait()
		system.Root.Send(childOf(parent), &planted{})
		synctest.Wait()
		assert.Equal(t, []any{childOf(parent).Id}, failures.all())
		require.NoError(t, actors.StopWait(t.Context(), system, parent))
	})
}

func TestAsPanicTakesAnyReason(t *testing.T) {
	p := &actors.Panic{Value: 1, Message: "m"}
	assert.Same(t, p, actors.AsPanic(p))

	reason := errors.New("reason")
	assert.Equal(t, reason, actors.AsPanic(reason).Value)
	require.EqualError(t, actors.AsPanic(nil), "panic in unknown: <nil>")
}

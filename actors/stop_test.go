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

// busy takes a second for each text.
func busy(heard *journal) *actor.Props {
	return guarded(func(ctx actor.Context) {
		if text, ok := ctx.Message().(string); ok {
			time.Sleep(time.Second)
			heard.add(text)
		}
	})
}

func TestPoisonWaitDrains(t *testing.T) {
	bubble(t, func(t *testing.T, system *actor.ActorSystem) {
		var heard journal

		pid := system.Root.Spawn(busy(&heard))
		for range 30 {
			system.Root.Send(pid, "work")
		}

		began := time.Now()

		require.NoError(t, actors.PoisonWait(t.Context(), system, pid))
		assert.Len(t, heard.all(), 30)
		assert.Equal(t, 30*time.Second, time.Since(began), "longer than the library's own ten seconds")
		assert.False(t, registered(system, pid))
		require.NoError(t, actors.PoisonWait(t.Context(), system, pid), "who is gone need not be waited for")
	})
}

func TestStopWaitDoesNotDrain(t *testing.T) {
	bubble(t, func(t *testing.T, system *actor.ActorSystem) {
		var heard journal

		pid := system.Root.Spawn(busy(&heard))
		for range 30 {
			system.Root.Send(pid, "work")
		}

		synctest.Wait()
		require.NoError(t, actors.StopWait(t.Context(), system, pid))
		assert.Len(t, heard.all(), 1, "only what was being handled")
		assert.False(t, registered(system, pid))
		require.NoError(t, actors.StopWait(t.Context(), system, pid))
	})
}

func TestWaitIncludesTheChildren(t *testing.T) {
	bubble(t, func(t *testing.T, system *actor.ActorSystem) {
		var failures, heard journal

		parent := system.Root.Spawn(family(&failures, busy(&heard)))
		synctest.Wait()
		system.Root.Send(childOf(parent), "work")
		synctest.Wait()
		require.NoError(t, actors.PoisonWait(t.Context(), system, parent))
		assert.Len(t, heard.all(), 1)
		assert.False(t, registered(system, childOf(parent)))
	})
}

func TestWaitEndsWithItsContext(t *testing.T) {
	for name, wait := range map[string]func(context.Context, *actor.ActorSystem, *actor.PID) error{
		"poison": actors.PoisonWait, "stop": actors.StopWait,
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, system *actor.ActorSystem) {
				var heard journal

				posts := &posts{}
				pid := system.Root.Spawn(busy(&heard).Configure(posts.mailbox()))
				system.Root.Send(pid, "work")
				synctest.Wait()

				ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
				defer cancel()

				began, before := time.Now(), processes(system)

				err := wait(ctx, system, pid)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.ErrorContains(t, err, pid.Id)
				assert.Equal(t, 100*time.Millisecond, time.Since(began))
				synctest.Wait()
				assert.Equal(t, before, processes(system), "the waiter is gone")

				time.Sleep(time.Second)
				synctest.Wait()
				assert.False(t, registered(system, pid), "it stops all the same")
				assert.Zero(t, posts.watching(), "nobody stays in its list of watchers")
			})
		})
	}
}

func TestWaitForNobodyReturnsAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, system *actor.ActorSystem) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()

		require.NoError(t, actors.PoisonWait(ctx, system, nil))
		require.NoError(t, actors.StopWait(ctx, system, nil))
	})
}

func registered(system *actor.ActorSystem, pid *actor.PID) bool {
	_, found := system.ProcessRegistry.Get(actor.NewPID(pid.Address, pid.Id))

	return found
}

func processes(system *actor.ActorSystem) int {
	count := 0
	for _, shard := range system.ProcessRegistry.LocalPIDs.LocalPIDs {
		count += shard.Count()
	}

	return count
}

// posts counts who watches an actor, by the system messages in its mailbox.
type posts struct{ journal }

func (p *posts) mailbox() actor.PropsOption { return actor.WithMailbox(actor.Unbounded(p)) }

func (p *posts) watching() int {
	balance := 0

	for _, message := range p.all() {
		switch message.(type) {
		case *actor.Watch:
			balance++
		case *actor.Unwatch:
			balance--
		}
	}

	return balance
}

// MessagePosted implements actor.MailboxMiddleware.
func (p *posts) MessagePosted(message any) { p.add(message) }

// MailboxStarted implements actor.MailboxMiddleware.
func (p *posts) MailboxStarted() {}

// MessageReceived implements actor.MailboxMiddleware.
func (p *posts) MessageReceived(any) {}

// MailboxEmpty implements actor.MailboxMiddleware.
func (p *posts) MailboxEmpty() {}

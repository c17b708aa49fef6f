package actors_test

import (
	"io"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
)

// bubble runs a test with an actor system of its own in virtual time. Its last act waits for the goroutine that the library keeps for a
// second after a dead letter.
func bubble(t *testing.T, test func(t *testing.T, system *actor.ActorSystem)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		test(t, quiet(io.Discard))
		time.Sleep(2 * time.Second)
		synctest.Wait()
	})
}

func quiet(logs io.Writer) *actor.ActorSystem {
	return actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
		return slog.New(slog.NewTextHandler(logs, nil))
	}))
}

// journal is what happened, from any goroutine.
type journal struct {
	mutex   sync.Mutex
	entries []any
}

func (j *journal) add(entry any) {
	j.mutex.Lock()
	defer j.mutex.Unlock()

	j.entries = append(j.entries, entry)
}

func (j *journal) all() []any {
	j.mutex.Lock()
	defer j.mutex.Unlock()

	return append([]any(nil), j.entries...)
}

// listener writes down every message but the library's own.
func (j *journal) listener(ctx actor.Context) {
	switch message := ctx.Message().(type) {
	case actor.SystemMessage, actor.AutoReceiveMessage:
	default:
		j.add(message)
	}
}

func TestRefSendsOnlyToSomebody(t *testing.T) {
	bubble(t, func(t *testing.T, system *actor.ActorSystem) {
		var (
			heard  journal
			nobody actors.Ref[string]
		)

		assert.Nil(t, nobody.PID())
		nobody.Tell(nil, "dropped")
		nobody.Request(nil, "dropped")

		pid := system.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
			if text, ok := ctx.Message().(string); ok {
				heard.add(text)
				heard.add(ctx.Sender() != nil)
			}
		}))
		ref := actors.NewRef[string](pid)
		assert.Same(t, pid, ref.PID())

		ref.Tell(system.Root, "told")
		synctest.Wait()

		asker := system.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
			if _, ok := ctx.Message().(*actor.Started); ok {
				ref.Request(ctx, "requested")
			}
		}))

		synctest.Wait()
		assert.Equal(t, []any{"told", false, "requested", true}, heard.all())
		require.NoError(t, actors.StopWait(t.Context(), system, pid))
		require.NoError(t, actors.StopWait(t.Context(), system, asker))
	})
}

func TestAfterSendsOnceToItsActor(t *testing.T) {
	bubble(t, func(t *testing.T, system *actor.ActorSystem) {
		var (
			heard       journal
			kept, ended actors.Timer
		)

		pid := system.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
			switch message := ctx.Message().(type) {
			case *actor.Started:
				kept = actors.After(ctx, time.Minute, "kept")
				ended = actors.After(ctx, time.Minute, "ended")
			case string:
				heard.add(message)
			}
		}))

		synctest.Wait()
		ended.Stop()
		ended.Stop()
		time.Sleep(time.Minute - time.Nanosecond)
		synctest.Wait()
		assert.Empty(t, heard.all())
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		assert.Equal(t, []any{"kept"}, heard.all())
		time.Sleep(time.Hour)
		synctest.Wait()
		kept.Stop()
		assert.Equal(t, []any{"kept"}, heard.all())
		require.NoError(t, actors.StopWait(t.Context(), system, pid))
	})

	var unarmed actors.Timer
	assert.NotPanics(t, unarmed.Stop)
}

func TestGoSendsTheResultOrThePanic(t *testing.T) { // O08
	bubble(t, func(t *testing.T, system *actor.ActorSystem) {
		var heard journal

		failed := func(p *actors.Panic) any { return p }
		pid := system.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
			if _, ok := ctx.Message().(*actor.Started); ok {
				actors.Go(ctx, "slow sum", func() any { time.Sleep(time.Minute); return 42 }, failed)
				actors.Go(ctx, "division", func() any { panic("by zero") }, failed)
			}

			heard.listener(ctx)
		}))

		synctest.Wait()
		require.Len(t, heard.all(), 1, "the mailbox is free while work goes on")

		p, ok := heard.all()[0].(*actors.Panic)
		require.True(t, ok)
		require.EqualError(t, p, "panic in division: by zero")
		assert.Contains(t, string(p.Stack), "kit_test.go", "the stack leads to the bug")

		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Equal(t, 42, heard.all()[1])
		require.NoError(t, actors.StopWait(t.Context(), system, pid))
	})
}

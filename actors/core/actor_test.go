package core_test

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/core"
	"github.com/rollcall-go/rollcall/messages"
)

// rig is an actor system with a root above children that panic when told to.
type rig struct {
	system *actor.ActorSystem
	root   *actor.PID
	starts map[string]*atomic.Int32
	begun  atomic.Int32
	fatal  chan error
}

type explode struct{}

func newRig(t *testing.T, names ...string) *rig {
	t.Helper()

	log := logrus.New()
	log.SetOutput(io.Discard)

	r := &rig{
		system: actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return slog.New(slog.DiscardHandler) })),
		starts: make(map[string]*atomic.Int32),
		fatal:  make(chan error, 1),
	}

	settings := core.Settings{
		Begin: func(actors.Sender) { r.begun.Add(1) },
		Fatal: func(err error) { r.fatal <- err },
		Log:   logrus.NewEntry(log),
	}

	for _, name := range names {
		started := &atomic.Int32{}
		r.starts[name] = started
		settings.Children = append(settings.Children, core.Child{
			Name: name, Vital: strings.HasPrefix(name, "vital"), Props: fragile(started),
		})
	}

	root, err := r.system.Root.SpawnNamed(core.Props(settings, actors.Ref[messages.AuditorMessage]{}), "root")
	require.NoError(t, err)

	r.root = root

	synctest.Wait() // until every child is up

	return r
}

func fragile(started *atomic.Int32) *actor.Props {
	return actor.PropsFromProducer(actors.Guard(func() actor.Actor {
		return actor.ReceiveFunc(func(ctx actor.Context) {
			switch ctx.Message().(type) {
			case *actor.Started:
				started.Add(1)
			case *explode:
				panic("told to")
			}
		})
	}))
}

func (r *rig) child(name string) *actor.PID { return r.system.NewLocalPID("root/" + name) }

func (r *rig) describe(t *testing.T) []core.ChildStatus {
	t.Helper()

	described, err := actors.Ask[*core.ChildrenDescribed](t.Context(), r.system,
		actors.NewRef[core.Message](r.root), core.Message(&core.DescribeChildren{}))
	require.NoError(t, err)

	return described.Children
}

func (r *rig) stop(t *testing.T) {
	t.Helper()
	require.NoError(t, actors.StopWait(context.Background(), r.system, r.root))
	time.Sleep(2 * time.Second) // the library's dead-letter throttle holds a goroutine for its interval
}

func TestACrashedChildIsBackWithinASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "publisher", "vitalwriter")
		defer r.stop(t)

		synctest.Wait()
		assert.Equal(t, int32(1), r.begun.Load())

		r.system.Root.Send(r.child("publisher"), &explode{})
		time.Sleep(time.Second)
		assert.Equal(t, int32(2), r.starts["publisher"].Load())
		assert.Equal(t, int32(1), r.starts["vitalwriter"].Load(), "the other child is not touched")
		assert.Equal(t, 1, r.describe(t)[0].Restarts)
	})
}

// The library's default stops an actor for good after ten failures in ten seconds; ours never does.
func TestAChildIsNeverStoppedForGood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "publisher")
		defer r.stop(t)

		for range 30 {
			r.system.Root.Send(r.child("publisher"), &explode{})
			time.Sleep(2 * time.Second)
		}

		assert.Equal(t, int32(31), r.starts["publisher"].Load())
		assert.Empty(t, r.fatal, "only a vital child ends the system")
	})
}

func TestAVitalChildThatCannotBeKeptAliveEndsTheSystem(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "vitalwriter")
		defer r.stop(t)

		for range 3 {
			r.system.Root.Send(r.child("vitalwriter"), &explode{})
			time.Sleep(2 * time.Second)
		}

		assert.Empty(t, r.fatal)
		r.system.Root.Send(r.child("vitalwriter"), &explode{})
		assert.ErrorContains(t, <-r.fatal, "core actor vitalwriter crashed 4 times within 1m0s: panic in *core_test.explode: told to")
	})
}

func TestAChildThatEndsOnItsOwnIsBroughtBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "publisher")
		defer r.stop(t)

		r.system.Root.Stop(r.child("publisher"))
		time.Sleep(2 * time.Second)
		assert.Equal(t, int32(2), r.starts["publisher"].Load())
	})
}

func TestAQuiescedRootLetsItsChildrenGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "publisher")
		defer r.stop(t)

		_, err := actors.Ask[*core.Quiesced](t.Context(), r.system, actors.NewRef[core.Message](r.root), core.Message(&core.Quiesce{}))
		require.NoError(t, err)
		require.NoError(t, actors.PoisonWait(t.Context(), r.system, r.child("publisher")))
		time.Sleep(time.Minute)
		assert.Equal(t, int32(1), r.starts["publisher"].Load())
	})
}

// A child that is stuck in a message is seen by the heartbeat.
func TestASilentChildIsSeen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		stuck := actor.PropsFromProducer(actors.Guard(func() actor.Actor {
			return actor.ReceiveFunc(func(ctx actor.Context) {
				if _, ok := ctx.Message().(*explode); ok {
					<-release
				}
			})
		}))
		log := logrus.New()
		log.SetOutput(io.Discard)

		system := actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return slog.New(slog.DiscardHandler) }))
		root, err := system.Root.SpawnNamed(core.Props(core.Settings{
			Children: []core.Child{{Name: "writer", Props: stuck}}, Log: logrus.NewEntry(log),
		}, actors.Ref[messages.AuditorMessage]{}), "root")
		require.NoError(t, err)

		r := &rig{system: system, root: root}

		time.Sleep(3500 * time.Millisecond)
		assert.Zero(t, r.describe(t)[0].Silent)

		system.Root.Send(r.child("writer"), &explode{})
		time.Sleep(10 * time.Second)
		assert.GreaterOrEqual(t, r.describe(t)[0].Silent, 9*time.Second)

		close(release)
		time.Sleep(2 * time.Second)
		assert.Zero(t, r.describe(t)[0].Silent)
		r.stop(t)
	})
}

// V09: what the root does not understand is ignored.
func TestUnknownMessagesAreIgnored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "publisher")
		defer r.stop(t)

		r.system.Root.Send(r.root, nil)
		r.system.Root.Send(r.root, make([]byte, 10<<20))
		r.system.Root.Send(r.root, struct{}{})
		synctest.Wait()
		assert.Len(t, r.describe(t), 1)
		assert.Equal(t, int32(1), r.starts["publisher"].Load())
	})
}

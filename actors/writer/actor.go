package writer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/messages"
)

// Store is the port behind which snapshots become durable.
type Store interface {
	// Persist writes the snapshots, oldest round first, all of them or none, and returns when they are on stable storage. A round that
	// is there already stays as it is. One call at a time.
	Persist(ctx context.Context, snapshots []*messages.Snapshot) error
}

// Props returns the props of a writer: WriterStarted goes to the coordinator, poison to the auditor.
func Props(
	settings Settings, store Store,
	coordinator actors.Ref[messages.CoordinatorMessage], auditor actors.Ref[messages.AuditorMessage],
) *actor.Props {
	settings = settings.withDefaults()
	turn := make(chan struct{}, 1) // held by the one call of Persist, whichever incarnation made it

	return actor.PropsFromProducer(actors.Guard(func() actor.Actor {
		return &writer{
			settings: settings, store: store, coordinator: coordinator, auditor: auditor, turn: turn,
			queue: queue{limit: settings.Queue},
		}
	}), actors.Mailbox())
}

type writer struct {
	settings    Settings
	store       Store
	coordinator actors.Ref[messages.CoordinatorMessage]
	auditor     actors.Ref[messages.AuditorMessage]
	turn        chan struct{}
	queue       queue
	cancel      context.CancelFunc // ends the work under way; nil if there is none
	failing     bool               // the last write failed
}

// Results of work come with the incarnation that asked for it: what an earlier one started is nobody's any more.
type (
	persisted struct {
		owner *writer
		err   error
	}
	panicked struct {
		owner *writer
		panic *actors.Panic
	}
	identified struct {
		owner  *writer
		digest string
	}
)

// Receive implements actor.Actor.
func (w *writer) Receive(ctx actor.Context) {
	switch message := ctx.Message().(type) {
	case *actor.Started:
		w.coordinator.Tell(ctx, &messages.WriterStarted{})
	case *actor.Stopping, *actor.Restarting:
		w.stop(ctx)
	case messages.WriterMessage:
		w.receive(ctx, message)
	case *persisted:
		w.persisted(ctx, message)
	case *panicked:
		w.panicked(ctx, message)
	case *identified:
		w.identified(ctx, message)
	}
}

func (w *writer) receive(ctx actor.Context, message messages.WriterMessage) {
	switch message := message.(type) { //nolint:gocritic // a switch, so that a message added to the protocol is a lint error here
	case *messages.PersistSnapshot:
		w.persistSnapshot(ctx, message)
	}
}

func (w *writer) persistSnapshot(ctx actor.Context, message *messages.PersistSnapshot) {
	if message == nil || message.Snapshot == nil {
		return
	}

	asker := ctx.Sender()
	if asker == nil {
		asker = w.coordinator.PID()
	}

	w.perform(ctx, w.queue.Add(message.Snapshot, asker))
}

func (w *writer) persisted(ctx actor.Context, message *persisted) {
	if message.owner != w {
		return
	}

	w.notice(message.err)
	w.perform(ctx, w.queue.Persisted(message.err))
}

// notice logs when writing begins to fail and when it works again.
func (w *writer) notice(err error) {
	switch failing := err != nil; {
	case failing == w.failing:
		return
	case failing:
		w.settings.Log.WithError(err).Warn("snapshots cannot be written")
	default:
		w.settings.Log.Info("snapshots are written again")
	}

	w.failing = !w.failing
}

func (w *writer) panicked(ctx actor.Context, message *panicked) {
	if message.owner != w {
		return
	}

	w.settings.Log.WithField("where", message.panic.Where()).WithError(message.panic).Error("writing snapshots panicked")
	w.perform(ctx, w.queue.Panicked())
}

func (w *writer) identified(ctx actor.Context, message *identified) {
	if message.owner == w {
		w.perform(ctx, w.queue.Identified(message.digest, time.Now()))
	}
}

// stop leaves nothing unanswered; see the package comment.
func (w *writer) stop(ctx actor.Context) {
	if w.cancel != nil {
		w.cancel()
	}

	w.perform(ctx, w.queue.Abandon())
}

func (w *writer) perform(ctx actor.Context, effects []effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case persist:
			w.persist(ctx, e.Snapshots)
		case identify:
			w.identify(ctx, e.Snapshot)
		case answer:
			actors.NewRef[any](e.To).Tell(ctx, e.Message)
		case record:
			w.auditor.Tell(ctx, e.Fact)
		}
	}
}

func (w *writer) persist(ctx actor.Context, snapshots []*messages.Snapshot) {
	work, cancel := context.WithCancel(context.Background())
	w.cancel = cancel

	actors.Go(ctx, "Store.Persist", func() any {
		defer cancel()

		select {
		case w.turn <- struct{}{}:
		case <-work.Done():
			return &persisted{w, work.Err()}
		}

		defer func() { <-w.turn }()

		return &persisted{w, w.store.Persist(work, snapshots)}
	}, func(p *actors.Panic) any { return &panicked{w, p} })
}

func (w *writer) identify(ctx actor.Context, snapshot *messages.Snapshot) {
	actors.Go(ctx, "snapshot digest", func() any {
		sum := sha256.Sum256(snapshot.Encoded())

		return &identified{w, hex.EncodeToString(sum[:])}
	}, func(*actors.Panic) any { return &identified{owner: w} })
}

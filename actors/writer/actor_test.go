package writer_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/writer"
	"github.com/rollcall-go/rollcall/messages"
)

// storeFunc is a store made of one function.
type storeFunc func(ctx context.Context, snapshots []*messages.Snapshot) error

func (f storeFunc) Persist(ctx context.Context, snapshots []*messages.Snapshot) error {
	return f(ctx, snapshots)
}

// inbox is an actor that keeps what it receives.
type inbox struct {
	mu       sync.Mutex
	received []any
}

func (i *inbox) Receive(ctx actor.Context) {
	switch message := ctx.Message().(type) {
	case *messages.WriterStarted, *messages.SnapshotPersisted, *messages.PersistFailed, *messages.RecordFact, *actors.Pong:
		i.mu.Lock()
		i.received = append(i.received, message)
		i.mu.Unlock()
	}
}

// take returns what has come since the last take, once everything is quiet.
func (i *inbox) take() []any {
	synctest.Wait()
	i.mu.Lock()
	defer i.mu.Unlock()

	received := i.received
	i.received = nil

	return received
}

type world struct {
	system               *actor.ActorSystem
	writer               *actor.PID
	coordinator, auditor *inbox
	asker                *actor.PID
}

func (w *world) persist(snapshots ...*messages.Snapshot) {
	for _, s := range snapshots {
		w.system.Root.RequestWithCustomSender(w.writer, &messages.PersistSnapshot{Snapshot: s, Attempt: 1}, w.asker)
	}
}

// inBubble runs a writer in virtual time and stops it at the end.
func inBubble(t *testing.T, store writer.Store, test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{coordinator: &inbox{}, auditor: &inbox{}}
		w.system = actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
			return slog.New(slog.DiscardHandler)
		}))
		spawn := func(i *inbox) *actor.PID {
			return w.system.Root.Spawn(actor.PropsFromProducer(func() actor.Actor { return i }))
		}
		auditor := spawn(w.auditor)
		w.asker = spawn(w.coordinator)
		props := writer.Props(writer.Settings{}, store,
			actors.NewRef[messages.CoordinatorMessage](w.asker), actors.NewRef[messages.AuditorMessage](auditor))
		w.writer = w.system.Root.Spawn(props.Configure(actor.WithGuardian(
			actors.RestartGuardian(actors.Backoff{Base: time.Millisecond, Max: time.Millisecond}, time.Minute))))

		require.Equal(t, []any{&messages.WriterStarted{}}, w.coordinator.take(), "it says that it started, and that it holds nothing")
		test(t, w)

		for _, pid := range []*actor.PID{w.writer, w.asker, auditor} {
			require.NoError(t, actors.PoisonWait(t.Context(), w.system, pid))
		}

		time.Sleep(2 * time.Second) // the library counts dead letters for a second
	})
}

func snapshot(t *testing.T, round messages.Round) *messages.Snapshot {
	t.Helper()

	roster, err := messages.NewRoster([]messages.Listing{{Vendor: "v", Class: "c", Instruments: []messages.Instrument{"A"}}})
	require.NoError(t, err)

	return &messages.Snapshot{
		Round: round, Roster: roster,
		Vendors:     make([]messages.VendorReport, 1),
		Instruments: make([]messages.InstrumentReport, 1),
	}
}

func TestEveryRoundIsAcknowledgedOnceItIsWritten(t *testing.T) { // S08
	var batches [][]messages.Round

	var release chan error

	store := storeFunc(func(_ context.Context, snapshots []*messages.Snapshot) error {
		batches = append(batches, rounds(snapshots))

		return <-release
	})

	inBubble(t, store, func(t *testing.T, w *world) {
		release = make(chan error) // one that belongs to the bubble

		w.persist(snapshot(t, 1), snapshot(t, 2), snapshot(t, 3))
		assert.Empty(t, w.coordinator.take(), "nothing is acknowledged while the disk is silent")

		release <- nil
		assert.Equal(t, []any{&messages.SnapshotPersisted{Round: 1}}, w.coordinator.take())

		release <- errors.New("disk\nfull")
		assert.Equal(t, []any{
			&messages.PersistFailed{Round: 2, Reason: "disk full"},
			&messages.PersistFailed{Round: 3, Reason: "disk full"},
		}, w.coordinator.take())

		w.persist(snapshot(t, 2))
		synctest.Wait()
		release <- nil
		assert.Equal(t, []any{&messages.SnapshotPersisted{Round: 2}}, w.coordinator.take())
		assert.Equal(t, [][]messages.Round{{1}, {2, 3}, {2}}, batches)
	})
}

func TestSnapshotThatPanicsTwiceIsPoison(t *testing.T) { // V04
	bad := snapshot(t, 3)
	sum := sha256.Sum256(bad.Encoded())
	tries := 0
	store := storeFunc(func(_ context.Context, snapshots []*messages.Snapshot) error {
		time.Sleep(time.Millisecond)

		for _, s := range snapshots {
			if s.Round == 3 {
				tries++
				panic("secret contents")
			}
		}

		return nil
	})

	inBubble(t, store, func(t *testing.T, w *world) {
		w.persist(snapshot(t, 1), snapshot(t, 2), bad, snapshot(t, 4))
		time.Sleep(time.Second)
		assert.Equal(t, []any{
			&messages.SnapshotPersisted{Round: 1},
			&messages.SnapshotPersisted{Round: 2},
			&messages.SnapshotPersisted{Round: 3, Poisoned: true},
			&messages.SnapshotPersisted{Round: 4},
		}, w.coordinator.take())
		assert.Equal(t, 2, tries)

		facts := w.auditor.take()
		require.Len(t, facts, 1)

		fact, ok := facts[0].(*messages.RecordFact)
		require.True(t, ok)
		assert.Equal(t, messages.FactPoison, fact.Kind)
		assert.Equal(t, messages.Round(3), fact.Round)
		assert.Equal(t, []messages.Field{
			{Name: "message", Value: "PersistSnapshot"}, {Name: "sha256", Value: hex.EncodeToString(sum[:])},
		}, fact.Fields, "type and digest, never contents")
	})
}

func TestSnapshotThatCannotBeEncodedIsPoison(t *testing.T) { // V04
	store := storeFunc(func(_ context.Context, snapshots []*messages.Snapshot) error {
		snapshots[0].AppendJSON(nil) // has no roster

		return nil
	})

	inBubble(t, store, func(t *testing.T, w *world) {
		w.persist(&messages.Snapshot{Round: 1}, snapshot(t, 2))
		assert.Equal(t, []any{
			&messages.SnapshotPersisted{Round: 1, Poisoned: true}, &messages.SnapshotPersisted{Round: 2},
		}, w.coordinator.take())
		assert.Len(t, w.auditor.take(), 1)
	})
}

func TestHangingStoreLeavesTheWriterResponsive(t *testing.T) { // S08 O02
	stuck := storeFunc(func(ctx context.Context, _ []*messages.Snapshot) error {
		<-ctx.Done()

		return ctx.Err()
	})

	inBubble(t, stuck, func(t *testing.T, w *world) {
		w.persist(snapshot(t, 1), snapshot(t, 2))
		w.system.Root.RequestWithCustomSender(w.writer, &actors.Ping{}, w.asker)
		assert.Equal(t, []any{&actors.Pong{Who: w.writer}}, w.coordinator.take())

		began := time.Now()
		require.NoError(t, actors.PoisonWait(t.Context(), w.system, w.writer))
		assert.Zero(t, time.Since(began))
		assert.Equal(t, []any{
			&messages.PersistFailed{Round: 1, Reason: writer.ReasonStopping},
			&messages.PersistFailed{Round: 2, Reason: writer.ReasonStopping},
		}, w.coordinator.take())
	})
}

func TestRestartHoldsNothingAndWritesOneAtATime(t *testing.T) {
	var running, most int

	store := storeFunc(func(context.Context, []*messages.Snapshot) error {
		running++
		most = max(most, running)

		time.Sleep(time.Second) // a disk that does not notice that nobody waits any more

		running--

		return nil
	})

	inBubble(t, store, func(t *testing.T, w *world) {
		w.persist(snapshot(t, 1), snapshot(t, 2))
		synctest.Wait()

		process, ok := w.system.ProcessRegistry.Get(w.writer)
		require.True(t, ok)
		process.SendSystemMessage(w.writer, &actor.Restart{})
		assert.Equal(t, []any{
			&messages.PersistFailed{Round: 1, Reason: writer.ReasonStopping},
			&messages.PersistFailed{Round: 2, Reason: writer.ReasonStopping},
			&messages.WriterStarted{},
		}, w.coordinator.take())

		w.persist(snapshot(t, 1))
		time.Sleep(1500 * time.Millisecond)
		assert.Empty(t, w.coordinator.take(), "the old write is nobody's")
		time.Sleep(time.Second)
		assert.Equal(t, []any{&messages.SnapshotPersisted{Round: 1}}, w.coordinator.take())
	})

	assert.Equal(t, 1, most)
}

func TestStrangeMessagesAreIgnored(t *testing.T) { // V09
	store := storeFunc(func(context.Context, []*messages.Snapshot) error { return nil })

	inBubble(t, store, func(t *testing.T, w *world) {
		for _, strange := range []any{(*messages.PersistSnapshot)(nil), &messages.PersistSnapshot{}, "text", 42, make([]byte, 10<<20), nil} {
			w.system.Root.Send(w.writer, strange)
		}

		w.system.Root.Send(w.writer, &messages.PersistSnapshot{Snapshot: snapshot(t, 1)}) // without a sender
		assert.Equal(t, []any{&messages.SnapshotPersisted{Round: 1}}, w.coordinator.take(), "the coordinator is told")
	})
}

package coordinator_test

import (
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors/coordinator"
	"github.com/rollcall-go/rollcall/messages"
)

func TestHungDiskDelaysNoRound(t *testing.T) { // S08
	t.Parallel()

	settings := fiveSeconds()
	settings.Credit = 3

	in(t, settings, func(w *world) {
		w.writer.reacts(nil)
		w.tell(&messages.StartRounds{})
		w.until(249 * time.Millisecond)
		assert.Empty(t, w.published())
		w.until(99 * time.Second)

		require.Len(t, w.published(), 20)

		for i, snapshot := range w.published() {
			assert.False(t, snapshot.Durable)
			assert.Equal(t, w.began.Add(time.Duration(i)*5*time.Second).UnixNano(), snapshot.StartedAt.UnixNano())
		}

		orders := received[*messages.PersistSnapshot](w.writer)
		require.Len(t, orders, 3, "never more than the credit")
		assert.True(t, orders[0].Snapshot.Durable, "what is on disk is durable")

		described := w.describe()
		assert.Equal(t, uint64(16), described.Coalesced)
		assert.Equal(t, uint64(20), described.Undurable)

		w.writer.reacts(acknowledge)
		w.tell(&messages.WriterStarted{})
		assert.Equal(t, messages.Round(20), w.describe().DurableRound, "the newest was kept")
		w.until(100 * time.Second)
		assert.True(t, w.latest.Load().Durable)

		var kept []string

		for _, fact := range received[*messages.RecordFact](w.auditor) {
			if fact.Kind == messages.FactDurability {
				kept = append(kept, fact.Fields[0].Value)
			}
		}

		assert.Equal(t, []string{"false", "true"}, kept)
		w.healthy()
	})
}

func TestNewWriterGetsEverythingAgain(t *testing.T) { // V04: the sender keeps what is not acknowledged
	t.Parallel()
	in(t, fiveSeconds(), func(w *world) {
		w.writer.reacts(nil)
		w.tell(&messages.StartRounds{})
		w.until(12 * time.Second)
		w.tell(&messages.WriterStarted{})

		var sent [][2]int
		for _, order := range received[*messages.PersistSnapshot](w.writer) {
			sent = append(sent, [2]int{int(order.Snapshot.Round), order.Attempt})
		}

		assert.Equal(t, [][2]int{{1, 1}, {2, 1}, {3, 1}, {1, 2}, {2, 2}, {3, 2}}, sent)

		for round := range messages.Round(3) {
			w.tell(&messages.SnapshotPersisted{Round: round + 1})
		}

		w.tell(&messages.WriterStarted{})
		assert.Len(t, received[*messages.PersistSnapshot](w.writer), 6, "acknowledged is acknowledged")
		w.healthy()
	})
}

func TestFailedWriteIsTriedAgain(t *testing.T) { // S03
	t.Parallel()
	in(t, fiveSeconds(), func(w *world) {
		w.writer.reacts(func(ctx actor.Context) {
			order, ok := ctx.Message().(*messages.PersistSnapshot)
			if ok && order.Attempt < 4 {
				ctx.Respond(&messages.PersistFailed{Round: order.Snapshot.Round, Reason: "disk is full"})

				return
			}

			acknowledge(ctx)
		})
		w.tell(&messages.StartRounds{})
		w.until(4 * time.Second)
		assert.Len(t, received[*messages.PersistSnapshot](w.writer), 4)
		assert.Equal(t, messages.Round(1), w.describe().DurableRound)
		w.healthy()
	})
}

func TestMissingWriterIsNoLoss(t *testing.T) {
	t.Parallel()
	in(t, fiveSeconds(), func(w *world) {
		w.stop(w.writer.pid)
		w.tell(&messages.StartRounds{})
		w.until(6 * time.Second)
		assert.Len(t, w.published(), 2)
		w.writer = w.spawn("writer")
		w.writer.reacts(acknowledge)
		w.until(9 * time.Second)
		assert.Equal(t, messages.Round(2), w.describe().DurableRound)
		w.healthy()
	})
}

func TestRelaxedAndOff(t *testing.T) {
	t.Parallel()

	for mode, orders := range map[coordinator.Durability]int{coordinator.Relaxed: 1, coordinator.Off: 0} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()

			settings := fiveSeconds()
			settings.Durability = mode

			in(t, settings, func(w *world) {
				w.writer.reacts(nil)
				w.tell(&messages.StartRounds{})
				require.Len(t, w.published(), 1, "nothing is waited for")
				assert.False(t, w.published()[0].Durable)
				assert.Len(t, received[*messages.PersistSnapshot](w.writer), orders)
			})
		})
	}
}

func TestCrashKeepsRoundNumbersIncreasing(t *testing.T) { // V03
	t.Parallel()
	in(t, fiveSeconds(), func(w *world) {
		w.silent(0)
		w.tell(&messages.StartRounds{})

		caller := w.spawn("caller")
		w.system.Root.RequestWithCustomSender(w.coordinator.PID(), &messages.TakeSnapshot{}, caller.pid)
		w.until(time.Second)
		w.system.Root.Send(w.coordinator.PID(), &explode{}) // round 1 is open, and abandoned
		w.until(3 * time.Second)
		assert.Empty(t, w.published())
		w.tell(goodAnswer(&w.roster.Listings()[0], 1))
		w.until(8 * time.Second)

		require.Len(t, w.published(), 1)
		assert.Equal(t, w.began.Add(5*time.Second).UnixNano(), w.published()[0].StartedAt.UnixNano())
		assert.Len(t, received[*messages.SnapshotTaken](caller), 1, "who waited got the next round")
		assert.Equal(t, uint64(1), w.describe().LateAnswers)
		w.tell(&messages.StartRounds{}) // a second one changes nothing
		w.until(18 * time.Second)
		w.healthy(1)
		w.stop(caller.pid)
	})
}

func TestCrashWithoutScheduleStillAnswers(t *testing.T) {
	t.Parallel()
	in(t, coordinator.Settings{Deadline: time.Second}, func(w *world) {
		w.silent(0)
		w.tell(&messages.StartRounds{})

		caller := w.spawn("caller")
		w.system.Root.RequestWithCustomSender(w.coordinator.PID(), &messages.TakeSnapshot{}, caller.pid)
		w.system.Root.Send(w.coordinator.PID(), &explode{})
		w.until(3 * time.Second)
		assert.Len(t, received[*messages.SnapshotTaken](caller), 1)
		w.stop(caller.pid)
	})
}

func TestCrashLosesNoSnapshot(t *testing.T) {
	t.Parallel()

	settings := fiveSeconds()
	crashes := 0
	settings.Uniform = func() float64 {
		crashes++
		if crashes == 1 {
			panic("the back-off of the first failure")
		}

		return 0.5
	}

	in(t, settings, func(w *world) {
		w.writer.reacts(func(ctx actor.Context) {
			if order, ok := ctx.Message().(*messages.PersistSnapshot); ok && order.Attempt == 1 {
				ctx.Respond(&messages.PersistFailed{Round: order.Snapshot.Round})

				return
			}

			acknowledge(ctx)
		})
		w.tell(&messages.StartRounds{})
		w.until(200 * time.Millisecond)
		require.Len(t, w.published(), 1)
		assert.True(t, w.published()[0].Durable)
		w.until(12 * time.Second)
		assert.Len(t, w.published(), 3)
		w.healthy()
	})
}

func TestStopClosesTheRoundInFlight(t *testing.T) { // O01
	t.Parallel()
	in(t, fiveSeconds(), func(w *world) {
		w.silent(2)
		w.tell(&messages.StartRounds{})
		w.until(700 * time.Millisecond)

		stopped := ask[*messages.RoundsStopped](w, &messages.StopRounds{})
		assert.Equal(t, &messages.RoundsStopped{LastRound: 1}, stopped)
		require.Len(t, w.published(), 1)

		report, _ := w.published()[0].Vendor("gamma")
		assert.Equal(t, messages.OutcomeCancelled, report.Outcome)
		assert.Equal(t, 700*time.Millisecond, w.published()[0].Elapsed)

		facts := received[*messages.RecordFact](w.auditor)
		require.NotEmpty(t, facts, "recorded before it says so")
		assert.Equal(t, messages.FactSnapshot, facts[len(facts)-1].Kind)

		w.tell(&messages.TakeSnapshot{})
		w.tell(&messages.StartRounds{})
		w.until(time.Minute)
		assert.Len(t, w.published(), 1)
		assert.Equal(t, stopped, ask[*messages.RoundsStopped](w, &messages.StopRounds{}))
		assert.True(t, w.describe().NextAt.IsZero())
	})
}

func TestStopDoesNotWaitForeverForTheWriter(t *testing.T) { // O02
	t.Parallel()
	in(t, fiveSeconds(), func(w *world) {
		w.writer.reacts(nil)
		w.tell(&messages.StartRounds{})
		w.until(6 * time.Second)

		stopped := ask[*messages.RoundsStopped](w, &messages.StopRounds{})
		assert.Equal(t, &messages.RoundsStopped{LastRound: 2, Unwritten: 2}, stopped)
		assert.Equal(t, 11*time.Second, time.Since(w.began))
		w.healthy()
	})
}

func TestStopBeforeStart(t *testing.T) {
	t.Parallel()
	in(t, fiveSeconds(), func(w *world) {
		assert.Equal(t, &messages.RoundsStopped{}, ask[*messages.RoundsStopped](w, &messages.StopRounds{}))
		w.tell(&messages.StartRounds{})
		w.until(time.Minute)
		assert.Empty(t, w.published())
	})
}

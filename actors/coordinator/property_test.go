package coordinator_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/actors/coordinator"
	"github.com/rollcall-go/rollcall/messages"
)

// TestAnyInterleavingKeepsTheInvariants lets answers, late answers, crashes, write failures and time come in any order: each round is
// published once and in order, every instrument is in it, and no quote is of another round.
func TestAnyInterleavingKeepsTheInvariants(t *testing.T) { // V07, S08
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		steps := rapid.SliceOfN(rapid.Custom(drawStep), 1, 60).Draw(rt, "steps")
		settings := coordinator.Settings{
			Every:    rapid.SampledFrom([]time.Duration{0, time.Second}).Draw(rt, "every"),
			Deadline: 600 * time.Millisecond,
			Carry:    rapid.SampledFrom([]time.Duration{0, 3 * time.Second}).Draw(rt, "carry"),
			Credit:   rapid.IntRange(1, 4).Draw(rt, "credit"),
		}

		in(t, settings, func(w *world) { interleave(w, steps) })
	})
}

// step is one thing that happens.
type step struct {
	kind   string
	vendor int
	back   messages.Round // how many rounds ago
	after  time.Duration
}

func drawStep(t *rapid.T) step {
	return step{
		kind: rapid.SampledFrom([]string{
			"quotes", "quotes", "quotes", "fails", "crashes", "runs", "wait", "wait", "wait", "take", "ack", "ack", "reject", "writer",
		}).Draw(t, "kind"),
		vendor: rapid.IntRange(0, 2).Draw(t, "vendor"),
		back:   messages.Round(rapid.IntRange(0, 3).Draw(t, "back")),
		after:  time.Duration(rapid.IntRange(1, 900).Draw(t, "after")) * time.Millisecond,
	}
}

func interleave(w *world, steps []step) {
	w.writer.reacts(nil)

	for i := range w.fetchers {
		w.silent(i)
	}

	w.tell(&messages.StartRounds{})

	for _, s := range steps {
		w.happens(s)
	}

	w.writer.reacts(acknowledge)
	w.tell(&messages.WriterStarted{})

	stopped := ask[*messages.RoundsStopped](w, &messages.StopRounds{})
	require.Zero(w.t, stopped.Unwritten)
	require.Len(w.t, w.published(), int(stopped.LastRound))
	w.healthy()

	for _, snapshot := range w.published() {
		for i := range snapshot.Instruments {
			if report := &snapshot.Instruments[i]; report.Used > 0 {
				require.Equal(w.t, roundPrice(snapshot.Round).Text(), report.Price.Text())
			}
		}
	}
}

func (w *world) happens(s step) {
	w.t.Helper()

	listing := &w.roster.Listings()[s.vendor]
	asked := messages.Round(len(received[*messages.FetchQuotes](w.fetchers[s.vendor])))

	var last messages.Round

	for _, request := range received[*messages.FetchQuotes](w.fetchers[s.vendor]) {
		last = request.Round
	}

	round := last - min(last, s.back)
	newest := messages.Round(len(received[*messages.PersistSnapshot](w.writer)))

	switch s.kind {
	case "quotes":
		if asked > 0 {
			w.tell(goodAnswer(listing, round))
		}
	case "fails":
		w.tell(&messages.FetchFailed{Vendor: listing.Vendor, Round: round, Failure: messages.Failure{Outcome: messages.OutcomeReset}})
	case "crashes":
		w.tell(&messages.VendorStateChanged{Vendor: listing.Vendor, State: messages.VendorBackoff})
	case "runs":
		w.tell(&messages.VendorStateChanged{Vendor: listing.Vendor, State: messages.VendorRunning})
	case "wait":
		time.Sleep(s.after)
		synctest.Wait()
	case "take":
		w.tell(&messages.TakeSnapshot{})
	case "ack":
		w.tell(&messages.SnapshotPersisted{Round: newest - min(newest, s.back)})
	case "reject":
		w.tell(&messages.PersistFailed{Round: newest - min(newest, s.back), Reason: "disk is full"})
	case "writer":
		w.system.Root.Send(w.coordinator.PID(), &messages.WriterStarted{})
		w.system.Root.Send(w.coordinator.PID(), &actor.DeadLetterResponse{Target: w.fetchers[s.vendor].pid})
		synctest.Wait()
	}
}

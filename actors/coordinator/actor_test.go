package coordinator_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors/coordinator"
	"github.com/rollcall-go/rollcall/messages"
)

func roundPrice(round messages.Round) messages.Price {
	price, err := messages.ParsePrice(strconv.FormatUint(uint64(round), 10) + ".50")
	if err != nil {
		panic(err) // a round is a number
	}

	return price
}

func fiveSeconds() coordinator.Settings {
	return coordinator.Settings{Every: 5 * time.Second, Deadline: 2 * time.Second}
}

func TestRoundClosesWhenEveryoneHasAnswered(t *testing.T) {
	t.Parallel()
	in(t, fiveSeconds(), func(w *world) {
		w.answersAfter(1, 700*time.Millisecond)
		w.tell(&messages.StartRounds{})
		w.until(699 * time.Millisecond)
		assert.Empty(t, w.published())
		w.until(700 * time.Millisecond)
		require.Len(t, w.published(), 1)

		snapshot := w.published()[0]
		assert.Equal(t, messages.SnapshotComplete, snapshot.Status)
		assert.Equal(t, 700*time.Millisecond, snapshot.Elapsed)
		assert.True(t, snapshot.Durable)
		assert.Same(t, snapshot, w.latest.Load())
		w.healthy()
	})
}

func TestSilentVendorDelaysNoOneBeyondTheDeadline(t *testing.T) { // N01
	t.Parallel()
	in(t, fiveSeconds(), func(w *world) {
		w.silent(2)
		w.tell(&messages.StartRounds{})
		w.until(2*time.Second - 1)
		assert.Empty(t, w.published())
		w.until(2 * time.Second)
		require.Len(t, w.published(), 1)

		snapshot := w.published()[0]
		assert.Equal(t, messages.SnapshotPartial, snapshot.Status)
		assert.Equal(t, 2*time.Second, snapshot.Elapsed)
		assert.Equal(t, []messages.Instrument{"EUR/USD"}, snapshot.Missing())

		report, _ := snapshot.Vendor("gamma")
		assert.Equal(t, messages.OutcomeTimeout, report.Outcome)
		assert.Equal(t, "no answer within 2s", report.Detail)

		request := received[*messages.FetchQuotes](w.fetchers[2])[0]
		assert.Equal(t, 2*time.Second, request.Deadline.Sub(w.began))
		w.healthy()
	})
}

func TestDripOfAnswersDoesNotExtendTheRound(t *testing.T) {
	t.Parallel()
	in(t, fiveSeconds(), func(w *world) {
		w.silent(2)
		w.tell(&messages.StartRounds{})

		for at := 100 * time.Millisecond; at < 4*time.Second; at += 100 * time.Millisecond {
			w.until(at)
			w.tell(goodAnswer(&w.roster.Listings()[0], 1)) // counted once, and no reason to wait longer
		}

		require.Len(t, w.published(), 1)
		assert.Equal(t, 2*time.Second, w.published()[0].Elapsed)
		assert.Equal(t, uint64(20), w.describe().LateAnswers)
	})
}

func TestLateAnswersCountForNoRound(t *testing.T) { // V07
	t.Parallel()
	in(t, fiveSeconds(), func(w *world) {
		w.silent(2)
		w.tell(&messages.StartRounds{})
		w.until(6 * time.Second) // round 2 is open
		w.tell(goodAnswer(&w.roster.Listings()[2], 1))
		w.until(501 * time.Second) // round 101 is open
		assert.True(t, w.describe().InFlight)
		w.tell(goodAnswer(&w.roster.Listings()[2], 1))
		w.until(503 * time.Second)

		assert.Len(t, w.published(), 101)
		assert.Equal(t, uint64(2), w.describe().LateAnswers)

		for _, snapshot := range w.published() {
			report, _ := snapshot.Price("EUR/USD")
			assert.Equal(t, messages.InstrumentInsufficient, report.Status)
		}

		w.healthy()
	})
}

func TestSnapshotOnDemandJoinsTheRoundInFlight(t *testing.T) {
	t.Parallel()
	in(t, fiveSeconds(), func(w *world) {
		w.answersAfter(0, time.Second)
		w.tell(&messages.StartRounds{})

		callers := []*probe{w.spawn("one"), w.spawn("two")}
		for _, caller := range callers {
			w.system.Root.RequestWithCustomSender(w.coordinator.PID(), &messages.TakeSnapshot{}, caller.pid)
		}

		w.until(time.Second)

		for _, caller := range callers {
			taken := received[*messages.SnapshotTaken](caller)
			require.Len(t, taken, 1)
			assert.Same(t, w.published()[0], taken[0].Snapshot)
			w.stop(caller.pid)
		}

		assert.Len(t, w.published(), 1)
	})
}

func TestSnapshotOnDemandDoesNotDisturbTheSchedule(t *testing.T) {
	t.Parallel()
	in(t, fiveSeconds(), func(w *world) {
		w.tell(&messages.StartRounds{}) // the bubble's clock begins on the grid
		w.until(3 * time.Second)
		assert.Equal(t, messages.Round(2), ask[*messages.SnapshotTaken](w, &messages.TakeSnapshot{}).Snapshot.Round)
		w.silent(0)
		w.until(4 * time.Second)
		w.tell(&messages.TakeSnapshot{}) // round 3 is open until 6 s: the tick at 5 s joins it
		w.until(9 * time.Second)
		assert.Len(t, w.published(), 3)
		w.until(10 * time.Second)
		assert.True(t, w.describe().InFlight)
		assert.Zero(t, w.describe().MissedTicks)
		assert.Equal(t, w.began.Add(15*time.Second).UnixNano(), w.describe().NextAt.UnixNano())
		w.healthy()
	})
}

func TestWithoutScheduleRoundsAreOnDemandOnly(t *testing.T) {
	t.Parallel()
	in(t, coordinator.Settings{Deadline: time.Second, FirstRound: 42}, func(w *world) {
		early := w.spawn("early")
		w.system.Root.RequestWithCustomSender(w.coordinator.PID(), &messages.TakeSnapshot{}, early.pid)
		w.until(time.Minute)
		assert.Empty(t, w.published(), "nothing before StartRounds")
		w.tell(&messages.StartRounds{})
		assert.Len(t, received[*messages.SnapshotTaken](early), 1)
		w.until(time.Hour)
		assert.Len(t, w.published(), 1)
		assert.Equal(t, messages.Round(43), ask[*messages.SnapshotTaken](w, &messages.TakeSnapshot{}).Snapshot.Round)
		assert.True(t, w.describe().NextAt.IsZero())
		w.stop(early.pid)
	})
}

func TestScheduleKeepsToItsGrid(t *testing.T) {
	t.Parallel()
	in(t, coordinator.Settings{Every: 700 * time.Millisecond, Deadline: 700 * time.Millisecond}, func(w *world) {
		w.silent(1) // every round takes the whole interval
		w.until(100 * time.Millisecond)
		w.tell(&messages.StartRounds{})
		w.until(1001 * 700 * time.Millisecond)

		snapshots := w.published()
		require.GreaterOrEqual(t, len(snapshots), 999)

		for _, snapshot := range snapshots[1:] {
			require.Zero(t, snapshot.StartedAt.UnixNano()%int64(700*time.Millisecond), "round %d", snapshot.Round)
			require.Equal(t, 700*time.Millisecond, snapshot.Elapsed)
		}

		assert.Zero(t, w.describe().MissedTicks)
		w.healthy()
	})
}

func TestPauseGivesNoBurst(t *testing.T) {
	t.Parallel()
	in(t, coordinator.Settings{Every: time.Second, Deadline: 500 * time.Millisecond}, func(w *world) {
		w.tell(&messages.StartRounds{})
		w.until(3200 * time.Millisecond)
		w.system.Root.Send(w.coordinator.PID(), &pause{17 * time.Second})
		w.until(20900 * time.Millisecond)
		assert.Len(t, w.published(), 5, "rounds at 0, 1, 2, 3 and 20.2 s")
		assert.Equal(t, uint64(16), w.describe().MissedTicks)
		w.until(21 * time.Second)
		assert.Len(t, w.published(), 6)
		w.healthy()
	})
}

func TestVendorsThatCannotAnswerDelayNoRound(t *testing.T) { // V01
	t.Parallel()
	in(t, fiveSeconds(), func(w *world) {
		w.silent(0)
		w.tell(&messages.StartRounds{})
		w.until(time.Second)
		w.tell(&messages.VendorStateChanged{Vendor: "alpha", State: messages.VendorBackoff, Restarts: 1, Detail: "panic: index"})
		require.Len(t, w.published(), 1)
		assert.Equal(t, time.Second, w.published()[0].Elapsed)

		w.stop(w.fetchers[1].pid) // its requests are dead letters
		w.tell(&messages.VendorStateChanged{Vendor: "gamma", State: messages.VendorQuarantined, Restarts: 6})
		w.until(5 * time.Second)
		require.Len(t, w.published(), 2)

		snapshot := w.published()[1]
		assert.Zero(t, snapshot.Elapsed)
		assert.Equal(t, messages.OutcomeCrashed, snapshot.Vendors[0].Outcome)
		assert.Equal(t, "panic: index", snapshot.Vendors[0].Detail)
		assert.Equal(t, messages.OutcomeCrashed, snapshot.Vendors[1].Outcome)
		assert.Equal(t, messages.OutcomeQuarantined, snapshot.Vendors[2].Outcome)
		assert.Equal(t, 6, snapshot.Vendors[2].Restarts)
		w.healthy()
	})
}

func TestEventsAreSentOnlyWhenWanted(t *testing.T) {
	t.Parallel()
	in(t, fiveSeconds(), func(w *world) {
		w.tell(&messages.StartRounds{})
		assert.Empty(t, received[*messages.PublishEvent](w.publisher))
		w.tell(&messages.WatchEvents{Wanted: true})
		w.answersAfter(1, 300*time.Millisecond)
		w.until(6 * time.Second)
		w.tell(&messages.VendorStateChanged{Vendor: "beta", State: messages.VendorPaused})
		w.tell(&messages.WatchEvents{})
		w.until(11 * time.Second)

		events := received[*messages.PublishEvent](w.publisher)
		require.Len(t, events, 5)
		first, ok := events[0].Event.(*messages.RoundStarted)
		require.True(t, ok)
		assert.Equal(t, 3, first.Asked)

		last, ok := events[3].Event.(*messages.VendorAnswered)
		require.True(t, ok)
		assert.Equal(t, messages.Vendor("beta"), last.Vendor)
		assert.Equal(t, 300*time.Millisecond, last.Elapsed)
		assert.IsType(t, &messages.VendorStateChanged{}, events[4].Event)
	})
}

func TestRecordHasEveryRoundInOrder(t *testing.T) {
	t.Parallel()
	in(t, fiveSeconds(), func(w *world) {
		w.tell(&messages.StartRounds{})
		w.until(4 * time.Second)
		w.silent(2)
		w.until(29 * time.Second)

		var rounds []messages.Round

		for _, fact := range received[*messages.RecordFact](w.auditor) {
			if fact.Kind == messages.FactOutcome {
				assert.Equal(t, messages.Round(2), fact.Round)
				assert.Equal(t, messages.Vendor("gamma"), fact.Vendor)

				continue
			}

			require.Equal(t, messages.FactSnapshot, fact.Kind)
			rounds = append(rounds, fact.Round)

			sum := sha256.Sum256(w.published()[fact.Round-1].WithDurable(true).AppendJSON(nil))
			assert.Equal(t, hex.EncodeToString(sum[:]), fact.Fields[1].Value)
		}

		assert.Equal(t, []messages.Round{1, 2, 3, 4, 5, 6}, rounds)
	})
}

func TestHostileMessagesAreIgnored(t *testing.T) { // V09
	t.Parallel()
	in(t, fiveSeconds(), func(w *world) {
		w.silent(2)
		w.tell(&messages.StartRounds{})

		huge := strings.Repeat("x", 10<<20)
		for _, message := range []any{
			"text", 1, &struct{}{}, []byte(huge), huge, &actor.DeadLetterResponse{}, (*actor.DeadLetterResponse)(nil),
			(*messages.StartRounds)(nil), (*messages.TakeSnapshot)(nil), (*messages.DescribeRounds)(nil), (*messages.WatchEvents)(nil),
			(*messages.QuotesFetched)(nil), (*messages.FetchFailed)(nil), (*messages.VendorStateChanged)(nil),
			(*messages.SnapshotPersisted)(nil), (*messages.PersistFailed)(nil), (*messages.WriterStarted)(nil), (*messages.StopRounds)(nil),
			&messages.QuotesFetched{}, &messages.FetchFailed{}, &messages.VendorStateChanged{}, &messages.SnapshotPersisted{Round: 1 << 63},
			&messages.PersistFailed{Round: 7}, &messages.StartRounds{}, &messages.TakeSnapshot{}, &messages.DescribeRounds{},
			&messages.QuotesFetched{Vendor: "gamma", Round: 1 << 63, Quotes: make([]messages.Quote, 1<<15)},
			&messages.FetchFailed{Vendor: "gamma", Round: 1, Failure: messages.Failure{Outcome: "no such", Detail: huge}},
		} {
			w.system.Root.Send(w.coordinator.PID(), message)
		}

		w.until(11 * time.Second)
		require.Len(t, w.published(), 2)

		report, _ := w.published()[0].Vendor("gamma")
		assert.Equal(t, messages.OutcomeMalformed, report.Outcome)
		w.healthy()
	})
}

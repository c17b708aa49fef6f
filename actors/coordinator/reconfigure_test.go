package coordinator_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/coordinator"
	"github.com/rollcall-go/rollcall/messages"
)

// change is a reconfiguration to these listings. A vendor that the roster knows keeps its fetcher; any other gets a new one.
func (w *world) change(every time.Duration, listings ...messages.Listing) *coordinator.Reconfigure {
	w.t.Helper()

	roster, err := messages.NewRoster(listings)
	require.NoError(w.t, err)

	was := w.roster
	change := &coordinator.Reconfigure{Roster: roster, Every: every, Deadline: 2 * time.Second}
	w.roster = roster

	for _, listing := range listings {
		if old, known := was.Vendor(listing.Vendor); known {
			change.Fetchers = append(change.Fetchers, actors.NewRef[messages.FetcherMessage](w.fetchers[old].pid))

			continue
		}

		fetcher := w.spawn(string(listing.Vendor))
		w.fetchers = append(w.fetchers, fetcher)
		change.Fetchers = append(change.Fetchers, actors.NewRef[messages.FetcherMessage](fetcher.pid))
	}

	return change
}

// request sends a reconfiguration in the name of a probe, which gets the answer.
func (w *world) request(change *coordinator.Reconfigure, from *probe) {
	w.system.Root.RequestWithCustomSender(w.coordinator.PID(), change, from.pid)
	synctest.Wait()
}

func delta() messages.Listing {
	return messages.Listing{Vendor: "delta", Class: "equities", Instruments: []messages.Instrument{"AAPL", "NVDA"}}
}

func TestReconfigurationTakesEffectBetweenRounds(t *testing.T) {
	t.Parallel()
	in(t, fiveSeconds(), func(w *world) {
		old := w.roster
		w.answersAfter(0, time.Second) // alpha, which is removed
		w.silent(2)
		w.tell(&messages.StartRounds{})

		facade := w.spawn("facade")
		w.request(w.change(5*time.Second, old.Listings()[1], delta()), facade)
		w.until(1999 * time.Millisecond)
		assert.Empty(t, received[*coordinator.Reconfigured](facade), "the round in flight is finished first")
		w.until(2 * time.Second)
		assert.Equal(t, []*coordinator.Reconfigured{{Applied: true, Last: 1}}, received[*coordinator.Reconfigured](facade))
		w.until(9 * time.Second)

		snapshots := w.published()
		require.Len(t, snapshots, 2)
		assert.Same(t, old, snapshots[0].Roster)
		assert.Equal(t, messages.OutcomeOK, snapshots[0].Vendors[0].Outcome, "the removed vendor answered the round it was asked in")
		assert.Same(t, w.roster, snapshots[1].Roster)
		assert.Equal(t, messages.OutcomeOK, snapshots[1].Vendors[0].Outcome, "beta")
		assert.Equal(t, messages.OutcomeTimeout, snapshots[1].Vendors[1].Outcome, "delta")
		assert.Len(t, received[*messages.FetchQuotes](w.fetchers[0]), 1, "who is removed is not asked again")
		w.healthy()
		w.stop(facade.pid)
	})
}

func TestLateAnswerOfARemovedVendorIsCountedAndIgnored(t *testing.T) {
	t.Parallel()
	in(t, fiveSeconds(), func(w *world) {
		gamma := w.roster.Listings()[2]

		w.silent(2)
		w.tell(&messages.StartRounds{})
		w.until(3 * time.Second)
		w.request(w.change(5*time.Second, w.roster.Listings()[:2]...), w.fetchers[0])
		w.until(5 * time.Second)
		w.tell(goodAnswer(&gamma, 1))
		assert.Equal(t, uint64(1), w.describe().LateAnswers)
		w.tell(&messages.VendorStateChanged{Vendor: "gamma", State: messages.VendorBackoff})
		w.until(11 * time.Second)
		require.Len(t, w.published(), 3)

		_, known := w.published()[1].Vendor("gamma")
		assert.False(t, known)
		w.healthy()
	})
}

func TestReconfigurationBetweenRoundsTakesEffectAtOnce(t *testing.T) {
	t.Parallel()
	in(t, fiveSeconds(), func(w *world) {
		w.tell(&messages.StartRounds{})
		w.until(6 * time.Second)
		facade := w.spawn("facade")
		w.request(w.change(2*time.Second, w.roster.Listings()...), facade)
		assert.Equal(t, []*coordinator.Reconfigured{{Applied: true, Last: 2}}, received[*coordinator.Reconfigured](facade))
		w.until(10 * time.Second)
		assert.Len(t, w.published(), 4, "at 0, 5, 8 and 10 s")
		w.request(w.change(0, w.roster.Listings()...), facade)
		w.until(time.Minute)
		assert.Len(t, w.published(), 4, "on demand only")
		assert.True(t, w.describe().NextAt.IsZero())
		assert.Zero(t, w.describe().MissedTicks)
		w.healthy()
		w.stop(facade.pid)
	})
}

// A round that lasts until the next grid point is closed by it; the schedule may then be another one. The round that is due begins all the same.
func TestScheduleChangesWithATickDue(t *testing.T) {
	t.Parallel()
	in(t, coordinator.Settings{Every: 2 * time.Second, Deadline: 2 * time.Second}, func(w *world) {
		w.silent(1)
		w.tell(&messages.StartRounds{})
		w.until(time.Second)
		w.tell(&messages.TakeSnapshot{})
		w.request(w.change(7*time.Second, w.roster.Listings()...), w.fetchers[0])
		w.until(30 * time.Second)

		require.GreaterOrEqual(t, len(w.published()), 4)
		assert.Equal(t, w.began.Add(2*time.Second), w.published()[1].StartedAt)

		for i, snapshot := range w.published()[2:] {
			assert.Zero(t, snapshot.StartedAt.UnixNano()%int64(7*time.Second), "round %d", i+3)
		}

		w.healthy()
	})
}

func TestCoordinatorIsRestartedWithAReconfigurationPlanned(t *testing.T) {
	t.Parallel()
	in(t, fiveSeconds(), func(w *world) {
		w.silent(2)
		w.tell(&messages.StartRounds{})

		facade := w.spawn("facade")
		w.request(w.change(5*time.Second, w.roster.Listings()[:2]...), facade)
		w.system.Root.Send(w.coordinator.PID(), &explode{})
		w.until(time.Second)
		assert.Equal(t, []*coordinator.Reconfigured{{Applied: true, Last: 1}}, received[*coordinator.Reconfigured](facade))
		w.system.Root.Send(w.coordinator.PID(), &explode{})
		w.until(11 * time.Second)
		require.Len(t, w.published(), 2)
		assert.Same(t, w.roster, w.published()[0].Roster, "it is not the one of the start again")
		w.healthy(1)
		w.stop(facade.pid)
	})
}

func TestReconfigurationsThatComeToNothing(t *testing.T) {
	t.Parallel()
	in(t, fiveSeconds(), func(w *world) {
		w.silent(2)
		w.tell(&messages.StartRounds{})

		listings := w.roster.Listings()
		first, second, last := w.spawn("first"), w.spawn("second"), w.spawn("last")
		w.request(w.change(5*time.Second, listings...), first)
		w.request(w.change(5*time.Second, listings[0], listings[2]), second)
		assert.Equal(t, []*coordinator.Reconfigured{{Last: 1}}, received[*coordinator.Reconfigured](first), "overtaken")

		w.tell(&messages.StopRounds{})
		assert.Equal(t, []*coordinator.Reconfigured{{Last: 1}}, received[*coordinator.Reconfigured](second), "stopped")
		w.request(w.change(5*time.Second, listings[0]), last)
		assert.Equal(t, []*coordinator.Reconfigured{{Last: 1}}, received[*coordinator.Reconfigured](last), "too late")

		var none *coordinator.Reconfigure

		w.request(none, last)
		w.request(&coordinator.Reconfigure{}, last)
		assert.Len(t, received[*coordinator.Reconfigured](last), 1)
		w.healthy()

		for _, each := range []*probe{first, second, last} {
			w.stop(each.pid)
		}
	})
}

// Before the first round it takes effect at once, and nothing begins because of it.
func TestReconfigurationBeforeTheStart(t *testing.T) {
	t.Parallel()
	in(t, fiveSeconds(), func(w *world) {
		w.request(w.change(3*time.Second, w.roster.Listings()[:1]...), w.fetchers[0])
		w.until(time.Minute)
		assert.Empty(t, w.published())
		w.tell(&messages.StartRounds{})
		w.until(time.Minute + 3*time.Second)
		require.Len(t, w.published(), 2)
		assert.Len(t, w.published()[0].Vendors, 1)
		w.healthy()
	})
}

package system_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
	"github.com/rollcall-go/rollcall/system/testkit"
)

// What it is for: together instead of one after another, and no longer than the deadline.
func TestASnapshotTakesAsLongAsItsSlowestVendor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := start(t, system.Settings{Deadline: 5 * time.Second, Vendors: []system.Vendor{
			vendor("equities", answer("185.20", 1200*time.Millisecond)),
			vendor("commodities", answer("2648.30", 900*time.Millisecond)),
			vendor("forex", answer("1.08450", 1100*time.Millisecond)),
		}})

		snapshot, err := s.Snapshot(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 1200*time.Millisecond, snapshot.Elapsed)
		assert.Equal(t, messages.SnapshotComplete, snapshot.Status)
		assert.Same(t, snapshot, s.Latest())
	})
}

func TestAHungVendorCostsTheOthersNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := start(t, system.Settings{Deadline: 2 * time.Second, Vendors: []system.Vendor{
			vendor("equities", answer("185.20", 1200*time.Millisecond)),
			vendor("commodities", answer("2648.30", 900*time.Millisecond)),
			vendor("forex", answer("1.08450", 3500*time.Millisecond)),
		}})

		snapshot, err := s.Snapshot(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 2*time.Second, snapshot.Elapsed, "exactly the deadline")
		assert.Equal(t, messages.SnapshotPartial, snapshot.Status)
		assert.Equal(t, []messages.Instrument{"forex/A", "forex/B", "forex/C"}, snapshot.Missing())

		forex, ok := snapshot.Vendor("forex")
		require.True(t, ok)
		assert.Equal(t, messages.OutcomeTimeout, forex.Outcome)
		assert.Equal(t, "no answer within 2s", forex.Detail)
	})
}

func TestACrashedSourceIsRestartedAndTheOthersDoNotNotice(t *testing.T) {
	t.Parallel()

	snapshots := testkit.Run(t, "for 15s\nforex 4s..6s panic", func() system.Settings {
		return system.Settings{Vendors: []system.Vendor{
			vendor("equities", answer("185.20", time.Second)), vendor("forex", answer("1.08450", 500*time.Millisecond)),
		}}
	})
	require.Len(t, snapshots, 3)
	assert.Equal(t, messages.SnapshotComplete, snapshots[0].Status)

	crashed, _ := snapshots[1].Vendor("forex")
	assert.Equal(t, messages.OutcomeCrashed, crashed.Outcome)
	assert.Equal(t, time.Second, snapshots[1].Elapsed, "a crash is known at once: the round waits for nobody but the slowest")

	back, _ := snapshots[2].Vendor("forex")
	assert.Equal(t, messages.OutcomeOK, back.Outcome)
	assert.Equal(t, 1, back.Restarts)
	assert.Equal(t, messages.SnapshotComplete, snapshots[2].Status)
}

func TestSeveralSystemsLiveInOneProcess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		one := start(t, system.Settings{Vendors: []system.Vendor{vendor("forex", answer("1", 0))}})
		two := start(t, system.Settings{Vendors: []system.Vendor{vendor("forex", answer("2", 0))}})

		first, err := one.Snapshot(t.Context())
		require.NoError(t, err)

		second, err := two.Snapshot(t.Context())
		require.NoError(t, err)

		a, _ := first.Price("forex/A")
		b, _ := second.Price("forex/A")
		assert.Equal(t, "1", a.Price.Text())
		assert.Equal(t, "2", b.Price.Text())
	})
}

// A larger actor program mounts a system below an actor of its own and talks to it with messages.
func TestMountedBelowAParent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		host := actor.NewActorSystem()
		s, err := system.New(system.Settings{Name: "prices", Vendors: []system.Vendor{vendor("forex", answer("1.5", 0))}})
		require.NoError(t, err)

		mounted := make(chan error, 1)
		parent, err := host.Root.SpawnNamed(actor.PropsFromFunc(func(ctx actor.Context) {
			if _, ok := ctx.Message().(*actor.Started); ok {
				mounted <- s.Mount(ctx)
			}
		}), "desk")
		require.NoError(t, err)
		require.NoError(t, <-mounted)

		pids := s.PIDs()
		assert.Equal(t, "desk/prices/coordinator", pids.Coordinator.GetId())
		synctest.Wait()

		taken, err := actors.Ask[*messages.SnapshotTaken](t.Context(), host,
			actors.NewRef[messages.CoordinatorMessage](pids.Coordinator), messages.CoordinatorMessage(&messages.TakeSnapshot{}))
		require.NoError(t, err)
		assert.Equal(t, messages.SnapshotComplete, taken.Snapshot.Status)

		stop(t, s)
		require.NoError(t, actors.StopWait(t.Context(), host, parent))
		assert.False(t, host.IsStopped(), "the caller's actor system is the caller's to stop")
		host.Shutdown()
	})
}

func TestSettingsTellEveryMistake(t *testing.T) {
	t.Parallel()

	_, err := system.New(system.Settings{Every: time.Second, Deadline: 2 * time.Second, Vendors: []system.Vendor{
		{Name: "fx desk", Class: "forex"},
		{Name: "metals", Class: "metals", Instruments: []messages.Instrument{"GOLD"}, Source: sourceFunc(hang), Deadline: time.Minute},
		{Name: "metals", Class: "commodities", Instruments: []messages.Instrument{"GOLD"}, Source: sourceFunc(hang)},
	}})
	for _, mistake := range []string{
		"deadline 2s is longer than the interval 1s",
		`vendor name "fx desk"`,
		`vendor "fx desk" has no source`,
		`vendor "fx desk" has no instruments`,
		`vendor "metals": deadline 1m0s is longer than the round's 2s`,
		`vendor "metals" is listed twice`,
		`instrument "GOLD" has class "metals" at one vendor and "commodities" at "metals"`,
	} {
		require.ErrorContains(t, err, mistake)
	}

	_, err = system.New(system.Settings{})
	assert.ErrorContains(t, err, "no vendors")
}

func TestLifecycle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, err := system.New(system.Settings{Vendors: []system.Vendor{vendor("forex", answer("1.5", 0))}})
		require.NoError(t, err)

		_, err = s.Snapshot(t.Context())
		require.ErrorIs(t, err, system.ErrNotStarted)
		require.NoError(t, s.Start(t.Context()))
		require.ErrorIs(t, s.Start(t.Context()), system.ErrStarted)

		stop(t, s)
		stop(t, s)

		_, err = s.Snapshot(t.Context())
		require.ErrorIs(t, err, system.ErrNotStarted)
		_, err = s.Subscribe(system.SubscribeOptions{})
		require.ErrorIs(t, err, system.ErrNotStarted)
	})
}

// O02: a hung vendor does not hold up an orderly stop, and the open round is closed with what is there.
func TestStopDuringAHungVendor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, err := system.New(system.Settings{Every: time.Hour, Deadline: 30 * time.Minute, Vendors: []system.Vendor{
			vendor("equities", answer("185.20", 100*time.Millisecond)), vendor("forex", hang),
		}})
		require.NoError(t, err)
		require.NoError(t, s.Start(t.Context()))

		sub, err := s.Subscribe(system.SubscribeOptions{})
		require.NoError(t, err)
		time.Sleep(time.Second)

		begun := time.Now()

		stopped := make(chan error, 1)

		go func() { stopped <- s.Stop(context.Background()) }()

		last := next(t, sub)
		assert.Less(t, time.Since(begun), time.Second)
		assert.Equal(t, messages.SnapshotPartial, last.Status)

		forex, _ := last.Vendor("forex")
		assert.Equal(t, messages.OutcomeCancelled, forex.Outcome)

		_, err = sub.Next(context.Background())
		require.ErrorIs(t, err, system.ErrSubscriptionEnded)
		require.NoError(t, <-stopped)
		time.Sleep(2 * time.Second) // virtual; see stop
	})
}

// A change of outcome is said once, with who, what and why; a vendor that stays as it is says nothing.
func TestOutcomeChangesAreLogged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		logger, hook := logtest.NewNullLogger()

		s := start(t, system.Settings{Deadline: time.Second, Log: logrus.NewEntry(logger), Vendors: []system.Vendor{
			vendor("equities", answer("185.20", 0)), vendor("forex", hang),
		}})

		for range 3 {
			_, err := s.Snapshot(t.Context())
			require.NoError(t, err)
		}

		synctest.Wait()

		var lines []*logrus.Entry

		for _, entry := range hook.AllEntries() {
			if entry.Message == "vendor outcome changed" {
				lines = append(lines, entry)
			}
		}

		require.Len(t, lines, 1)
		assert.Equal(t, logrus.WarnLevel, lines[0].Level)
		assert.Equal(t, "forex", lines[0].Data["vendor"])
		assert.Equal(t, "timeout", lines[0].Data["outcome"])
		assert.Equal(t, "no answer within 1s", lines[0].Data["detail"])
	})
}

// A subscriber that was busy when the system stopped still gets the newest snapshot, then the end.
func TestABusySubscriberGetsTheLastSnapshot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, err := system.New(system.Settings{Vendors: []system.Vendor{vendor("forex", answer("1.5", 0))}})
		require.NoError(t, err)
		require.NoError(t, s.Start(t.Context()))

		sub, err := s.Subscribe(system.SubscribeOptions{})
		require.NoError(t, err)
		synctest.Wait() // until it is subscribed

		for range 4 {
			_, err := s.Snapshot(t.Context())
			require.NoError(t, err)
		}

		first := next(t, sub)
		stop(t, s)

		last := next(t, sub)
		assert.Less(t, first.Round, last.Round)
		assert.Same(t, s.Latest(), last)

		_, err = sub.Next(t.Context())
		require.ErrorIs(t, err, system.ErrSubscriptionEnded)
		time.Sleep(2 * time.Second) // virtual; see stop
	})
}

func TestStoppedBeforeItBegan(t *testing.T) {
	t.Parallel()

	s, err := system.New(system.Settings{Vendors: []system.Vendor{vendor("forex", answer("1.5", 0))}})
	require.NoError(t, err)
	require.NoError(t, s.Stop(t.Context()))
	require.NoError(t, s.Stop(t.Context()))
	require.ErrorIs(t, s.Start(t.Context()), system.ErrStarted)
}

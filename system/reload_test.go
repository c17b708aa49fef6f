package system_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors/coordinator"
	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
)

func TestReloadDuringARound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		record := &facts{}
		stays, goes := from("stays", count(answer("1", 100*time.Millisecond))), from("goes", count(answer("2", time.Second)))
		changes, changed := from("changes", count(answer("3", time.Second))), from("changes", count(answer("4", time.Second)))
		comes := from("comes", count(answer("5", time.Second)))

		settings := every(stays, goes, changes)
		settings.Record = record
		s := start(t, settings)
		sub, err := s.Subscribe(system.SubscribeOptions{})
		require.NoError(t, err)

		before := s.Roster()
		begun := time.Now()
		difference, err := s.Reload(t.Context(), every(stays, changed, comes))
		require.NoError(t, err)
		assert.Equal(t, &system.Difference{
			Added: []messages.Vendor{"comes"}, Removed: []messages.Vendor{"goes"},
			Replaced: []messages.Vendor{"changes"}, Kept: []messages.Vendor{"stays"},
		}, difference)
		assert.Equal(t, time.Second, time.Since(begun), "the round in flight is finished first")

		first, second := next(t, sub), next(t, sub)
		assert.Same(t, before, first.Roster)
		assert.Equal(t, messages.SnapshotComplete, first.Status, "who goes still answers the round it was asked in")
		assert.Same(t, s.Roster(), second.Roster)
		assert.Equal(t, messages.SnapshotComplete, second.Status)

		price, _ := second.Price("changes/A")
		assert.Equal(t, "4", price.Price.Text())

		written := record.of(messages.FactConfiguration)
		require.Len(t, written, 1)
		assert.Equal(t, []messages.Field{
			{Name: "added", Value: "comes"}, {Name: "removed", Value: "goes"}, {Name: "replaced", Value: "changes"}, {Name: "kept", Value: "1"},
		}, written[0].Fields)

		source, isCounted := goes.Source.(*counted)
		require.True(t, isCounted)
		assert.Equal(t, int32(1), source.fetches.Load())
	})
}

// A removed vendor that hangs holds up the reload until the round's deadline. What its source says afterwards, because it does not care about
// being cancelled, is used nowhere: not even where a vendor of its name is there again and is just being asked.
func TestRemovedVendorAnswersLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		deaf := func(_ context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
			time.Sleep(5500 * time.Millisecond)

			return quotes("666", instruments)
		}
		stays := from("stays", count(answer("1", 0)))
		s := start(t, every(stays, from("goes", count(deaf))))
		sub, err := s.Subscribe(system.SubscribeOptions{})
		require.NoError(t, err)

		begun := time.Now()
		_, err = s.Reload(t.Context(), every(stays))
		require.NoError(t, err)
		assert.Equal(t, 2*time.Second, time.Since(begun))

		_, err = s.Reload(t.Context(), every(stays, from("goes", count(answer("7", time.Second))))) // asked from 5 s to 6 s
		require.NoError(t, err)

		first, second := next(t, sub), next(t, sub)
		report, _ := first.Vendor("goes")
		assert.Equal(t, messages.OutcomeTimeout, report.Outcome)

		price, _ := second.Price("goes/A")
		assert.Equal(t, "7", price.Price.Text())
		assert.Equal(t, time.Second, second.Elapsed)
	})
}

func TestReloadDuringQuarantine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ill := from("ill", count(func(context.Context, []messages.Instrument) ([]messages.Quote, error) { panic("bug") }))
		s := start(t, every(ill))
		sub, err := s.Subscribe(system.SubscribeOptions{})
		require.NoError(t, err)

		for outcome := messages.OutcomeOK; outcome != messages.OutcomeQuarantined; {
			outcome = next(t, sub).Vendors[0].Outcome
		}

		_, err = s.Reload(t.Context(), every(ill))
		require.NoError(t, err)
		assert.Equal(t, messages.OutcomeQuarantined, next(t, sub).Vendors[0].Outcome, "the same definition is left alone as before")

		_, err = s.Reload(t.Context(), every(from("ill", count(answer("1", 0)))))
		require.NoError(t, err)
		assert.Equal(t, messages.OutcomeOK, next(t, sub).Vendors[0].Outcome, "another one is asked at once")
	})
}

// Whatever moment the stop comes at, both end, and nothing is left behind: the bubble would not end.
func TestReloadDuringShutdown(t *testing.T) {
	t.Parallel()

	for _, ahead := range []time.Duration{0, time.Microsecond, time.Second, 1999 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			s, err := system.New(every(from("slow", count(hang))))
			require.NoError(t, err)
			require.NoError(t, s.Start(t.Context()))

			done := make(chan error)

			go func() {
				_, err := s.Reload(context.Background(), every(from("other", count(answer("1", 0)))))
				done <- err
			}()

			time.Sleep(ahead)
			stop(t, s)
			require.ErrorIs(t, <-done, system.ErrNotStarted)

			_, err = s.Reload(t.Context(), every(from("slow", count(hang))))
			assert.ErrorIs(t, err, system.ErrNotStarted)
		})
	}
}

func TestTwoReloadsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stays := from("stays", count(answer("1", time.Second)))
		s := start(t, every(stays))

		var wait sync.WaitGroup

		for i := range 10 {
			wait.Go(func() {
				_, err := s.Reload(t.Context(), every(stays, from(fmt.Sprintf("v%d", i), count(answer("1", time.Second)))))
				assert.NoError(t, err)
			})
		}

		brief, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		synctest.Wait()

		_, err := s.Reload(brief, every(stays))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		wait.Wait()
		time.Sleep(10 * time.Second)

		assert.Len(t, s.Roster().Listings(), 2)
		snapshot, err := s.Snapshot(t.Context())
		require.NoError(t, err)
		assert.Equal(t, messages.SnapshotComplete, snapshot.Status)
		assert.Same(t, s.Roster(), snapshot.Roster)
	})
}

func TestBadSettingsChangeNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stays := from("stays", count(answer("1", 0)))
		s := start(t, every(stays))
		before := s.Roster()

		bad := every(stays, from("no good name", count(answer("1", 0))), system.Vendor{Name: "nothing"})
		bad.Deadline = time.Hour
		_, err := s.Reload(t.Context(), bad)
		require.ErrorContains(t, err, "longer than the interval")
		require.ErrorContains(t, err, `vendor name "no good name"`)
		require.ErrorContains(t, err, `vendor "nothing" has no source`)

		fixed := every(stays, from("new", count(answer("1", 0))))
		fixed.Name, fixed.MaxInFlight, fixed.Store, fixed.Durability = "other", 7, &memoryStore{}, coordinator.Relaxed
		_, err = s.Reload(t.Context(), fixed)
		require.ErrorIs(t, err, system.ErrNeedsRestart)
		require.ErrorContains(t, err, "name, max in flight, durability")

		assert.Same(t, before, s.Roster())

		status, err := s.Status(t.Context())
		require.NoError(t, err)
		assert.Len(t, status.Vendors, 1)
	})
}

func TestOnlyTheRoundsChange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		one, two := from("one", count(answer("1", 0))), from("two", count(answer("2", 0)))
		s := start(t, every(one, two))
		sub, err := s.Subscribe(system.SubscribeOptions{})
		require.NoError(t, err)

		first := next(t, sub)
		settings := every(two, one)
		settings.Every, settings.Deadline, settings.Carry = 3*time.Second, time.Second, time.Minute
		difference, err := s.Reload(t.Context(), settings)
		require.NoError(t, err)
		assert.Equal(t, &system.Difference{Kept: []messages.Vendor{"two", "one"}, Rounds: true}, difference)
		assert.Equal(t, "rounds changed; kept 2", difference.String())

		second := next(t, sub)
		assert.Equal(t, 3*time.Second, second.StartedAt.Sub(first.StartedAt))
		assert.Equal(t, time.Second, second.Deadline)
		assert.Equal(t, messages.Vendor("two"), second.Roster.Listings()[0].Vendor)

		difference, err = s.Reload(t.Context(), settings)
		require.NoError(t, err)
		assert.True(t, difference.Empty())
	})
}

// A source that cannot be compared is another one each time, unless a version says that it is not.
func TestWhichVendorsAreTheSame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		plain := vendor("plain", answer("1", 0))
		versioned := vendor("versioned", answer("1", 0))
		versioned.Version = "1"
		kept := from("kept", count(answer("1", 0)))
		slower := from("slower", count(answer("1", 0)))

		s := start(t, every(plain, versioned, kept, slower))
		slower.MaxAge = time.Minute
		difference, err := s.Reload(t.Context(), every(plain, versioned, kept, slower))
		require.NoError(t, err)
		assert.Equal(t, []messages.Vendor{"plain", "slower"}, difference.Replaced)
		assert.Equal(t, []messages.Vendor{"versioned", "kept"}, difference.Kept)

		versioned.Version = "2"
		difference, err = s.Reload(t.Context(), every(versioned, kept))
		require.NoError(t, err)
		assert.Equal(t, "removed plain slower; replaced versioned; kept 1", difference.String())
	})
}

// A restart of the whole tree does not bring back what was before the reload.
func TestReloadOutlivesARestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stays := from("stays", count(answer("1", 0)))
		s := start(t, every(stays, from("goes", count(answer("1", 0)))))
		_, err := s.Reload(t.Context(), every(stays, from("comes", count(answer("1", 0)))))
		require.NoError(t, err)

		pids := s.PIDs()
		for _, pid := range []*actor.PID{pids.Vendors, pids.Coordinator} { // the root brings them back
			s.Host().Root.Stop(pid)
		}

		time.Sleep(10 * time.Second)

		snapshot, err := s.Snapshot(t.Context())
		require.NoError(t, err)
		assert.Same(t, s.Roster(), snapshot.Roster)
		assert.Equal(t, messages.SnapshotComplete, snapshot.Status)
	})
}

// Under load, a hundred reloads: who stays is asked in each round and is never missing, and nobody is left behind.
func TestAHundredReloads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := count(answer("1", 30*time.Millisecond))
		stays := from("stays", source)
		pushing := &pushed{}
		streams := system.Vendor{Name: "streams", Class: "streams", Instruments: []messages.Instrument{"streams/A"}, Stream: pushing}
		settings := func(i int) system.Settings {
			return system.Settings{Every: 100 * time.Millisecond, Deadline: 50 * time.Millisecond, Vendors: []system.Vendor{
				stays, streams, from("changes", count(answer("2", time.Duration(i%60)*time.Millisecond))), from(fmt.Sprintf("v%d", i), count(answer("3", 0))),
			}}
		}

		s := start(t, settings(0))
		sub, err := s.Subscribe(system.SubscribeOptions{Queue: 10_000})
		require.NoError(t, err)

		for i := range 100 {
			time.Sleep(time.Duration(i) * time.Millisecond)

			difference, err := s.Reload(t.Context(), settings(i+1))
			require.NoError(t, err)
			require.Equal(t, []messages.Vendor{"stays", "streams"}, difference.Kept)
		}

		status, err := s.Status(t.Context())
		require.NoError(t, err)
		assert.Len(t, status.Vendors, 4)
		assert.Equal(t, int32(1), pushing.connections.Load(), "one connection for all of it")
		assert.Equal(t, int32(1), pushing.open.Load())

		pids := s.PIDs()
		_, there := s.Host().ProcessRegistry.GetLocal(pids.Fetcher("changes").Id)
		assert.True(t, there)

		rounds := status.Rounds.Round

		for round := messages.Round(1); round <= rounds; round++ {
			snapshot := next(t, sub)
			require.Equal(t, round, snapshot.Round)

			report, known := snapshot.Vendor("stays")
			require.True(t, known)
			require.Equal(t, messages.OutcomeOK, report.Outcome)
		}

		assert.GreaterOrEqual(t, source.fetches.Load(), int32(rounds))
		assert.Zero(t, status.Rounds.MissedTicks)

		without := settings(0)
		without.Vendors = without.Vendors[:1]
		_, err = s.Reload(t.Context(), without)
		require.NoError(t, err)
		synctest.Wait()
		assert.Zero(t, pushing.open.Load(), "who is removed hangs up")
	})
}

// pushed is a vendor that pushes a price each second, and counts its connections.
type pushed struct{ connections, open atomic.Int32 }

// Stream implements streamer.Stream.
func (p *pushed) Stream(ctx context.Context, instruments []messages.Instrument, deliver func(messages.StreamUpdate)) error {
	p.connections.Add(1)
	p.open.Add(1)
	defer p.open.Add(-1)

	for {
		fresh, err := quotes("8", instruments)
		if err != nil {
			return err
		}

		deliver(messages.StreamUpdate{Quotes: fresh, Ready: true, Messages: 1})

		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

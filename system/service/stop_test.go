package service_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
	"github.com/rollcall-go/rollcall/system/auditlog"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/feed"
	"github.com/rollcall-go/rollcall/system/service"
	"github.com/rollcall-go/rollcall/system/store"
)

// O01: stopped at any moment, also during its start and in the middle of a write, the service ends in order: everything is written, the last
// record is the shutdown, and the next start finds nothing to repair and uses no round twice.
func TestStopAtAnyMoment(t *testing.T) {
	t.Parallel()

	p := plan{vendors: []string{"a", "b"}, faults: map[string]string{"b": "jitter=30ms"}, every: 20 * time.Millisecond, deadline: 20 * time.Millisecond}
	r := &rig{plan: p, dir: filepath.Join(t.TempDir(), "data"), sim: simulate(t, p)}

	var last messages.Round

	for range 25 {
		cfg, err := config.Parse([]byte(r.text()), "rollcall.yaml", environment)
		require.NoError(t, err)

		s, err := service.Open(t.Context(), cfg, service.Options{})
		require.NoError(t, err)

		started := make(chan error, 1)

		go func() { started <- s.Start(t.Context()) }()

		<-time.After(time.Duration(rand.Int64N(int64(120 * time.Millisecond))))
		require.NoError(t, stopped(t, s))

		if err := <-started; err != nil {
			require.True(t, errors.Is(err, system.ErrNotStarted) || errors.Is(err, system.ErrStarted), "stopped before it had started: %v", err)
		}

		latest := s.System().Latest()
		if latest == nil {
			continue
		}

		assert.Greater(t, latest.Round, last)

		last = latest.Round
		assert.Equal(t, last, stored(t, r.dir).Round, "the last round is on disk")
	}

	verified(t, r.dir)
	assert.Empty(t, entries(t, r.dir, messages.FactRecovered), "nothing to repair")

	kinds := entries(t, r.dir)
	assert.Equal(t, messages.FactShutdown, kinds[len(kinds)-1].Kind)
}

func stopped(t *testing.T, s *service.Service) error {
	t.Helper()

	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
	defer cancel()

	return s.Stop(ctx)
}

// entries are the records of some kinds, oldest first; of all if none is named.
func entries(t *testing.T, dir string, kinds ...messages.FactKind) []auditlog.Entry {
	t.Helper()

	var found []auditlog.Entry

	for entry, err := range auditlog.Read(filepath.Join(dir, service.AuditDir), auditlog.Filter{Kinds: kinds}) {
		require.NoError(t, err)

		found = append(found, entry)
	}

	return found
}

// bare is a system whose vendors are simulated and whose ports are the test's.
func bare(t *testing.T, p plan, settings system.Settings) *system.System {
	t.Helper()

	r := &rig{plan: p, dir: t.TempDir(), sim: simulate(t, p)}
	cfg, err := config.Parse([]byte(r.text()), "rollcall.yaml", environment)
	require.NoError(t, err)

	for i := range cfg.Vendors {
		source, err := feed.New(cfg.Vendors[i].Feed)
		require.NoError(t, err)

		settings.Vendors = append(settings.Vendors, system.Vendor{
			Name: cfg.Vendors[i].Name, Class: "test", Instruments: cfg.Vendors[i].Listing().Instruments, Source: source,
		})
	}

	settings.Every, settings.Deadline = cfg.Every, cfg.Deadline

	s, err := system.New(settings)
	require.NoError(t, err)
	require.NoError(t, s.Start(t.Context()))

	return s
}

// disk is a store that takes its time, and remembers.
type disk struct {
	delay  time.Duration
	hung   chan struct{} // where not nil, nothing is written before it is closed, whatever the context says
	most   atomic.Int64  // snapshots in the largest batch
	mu     sync.Mutex
	rounds []messages.Round
}

// Persist implements writer.Store.
func (d *disk) Persist(_ context.Context, snapshots []*messages.Snapshot) error {
	if d.hung != nil {
		<-d.hung

		return errors.New("disk is broken")
	}

	<-time.After(d.delay)

	d.mu.Lock()
	defer d.mu.Unlock()

	for _, s := range snapshots {
		d.rounds = append(d.rounds, s.Round)
	}

	d.most.Store(max(d.most.Load(), int64(len(snapshots))))

	return nil
}

// O02: neither a vendor that hangs and does not care about its context nor a disk that hangs keeps the service from stopping within 10 s, and
// what is not on disk is told.
func TestStopWithHungVendorAndHungDisk(t *testing.T) {
	t.Parallel()

	d := &disk{hung: make(chan struct{})}
	never := make(chan struct{})
	p := plan{vendors: []string{"healthy"}, every: 100 * time.Millisecond, deadline: 100 * time.Millisecond}
	hung := system.Vendor{
		Name: "hung", Class: "test", Instruments: []messages.Instrument{"X"},
		Source: sourceFunc(func(context.Context, []messages.Instrument) ([]messages.Quote, error) {
			<-never

			return nil, errors.New("too late")
		}),
	}
	s := bare(t, p, system.Settings{Store: d, Vendors: []system.Vendor{hung}})

	defer close(d.hung)
	defer close(never)

	_, err := s.Snapshot(t.Context())
	require.NoError(t, err)

	begun := time.Now()
	err = s.Stop(t.Context())

	assert.LessOrEqual(t, time.Since(begun), 10*time.Second)

	var undrained *system.UndrainedError

	require.ErrorAs(t, err, &undrained)
	assert.Positive(t, undrained.Snapshots)
}

// S08: with a disk that takes two seconds for each write, rounds keep their cadence and say that they are not durable; what waits is bounded.
func TestSlowDiskDelaysNoRound(t *testing.T) {
	t.Parallel()

	const every = 100 * time.Millisecond

	d := &disk{delay: 2 * time.Second}
	s := bare(t, plan{vendors: []string{"healthy"}, every: every, deadline: every}, system.Settings{Store: d})
	sub, err := s.Subscribe(system.SubscribeOptions{})
	require.NoError(t, err)

	defer sub.Close()

	var first, last *messages.Snapshot

	durable := 0

	for begun := time.Now(); time.Since(begun) < 5*time.Second; {
		delivered, err := sub.Next(t.Context())
		require.NoError(t, err)

		last = delivered.Snapshot
		if first == nil {
			first = last
		}

		if last.Durable {
			durable++
		}

		assert.LessOrEqual(t, last.Elapsed, last.Deadline+slack)
	}

	rounds := int(last.Round - first.Round)
	assert.GreaterOrEqual(t, rounds, 40, "about 48 rounds in 4.8 s")
	assert.LessOrEqual(t, durable, 5)

	status, err := s.Status(t.Context())
	require.NoError(t, err)
	assert.Positive(t, status.Rounds.Coalesced, "the queue is bounded")

	var undrained *system.UndrainedError
	if err := s.Stop(t.Context()); err != nil {
		require.ErrorAs(t, err, &undrained, "5 s of draining may not be enough for such a disk")
	}

	d.mu.Lock()
	defer d.mu.Unlock()
	assert.IsIncreasing(t, d.rounds)
}

// record is an audit log that stands still for a while.
type record struct {
	stuck chan struct{}
	mu    sync.Mutex
	facts []*messages.RecordFact
}

// Append implements auditor.Log.
func (r *record) Append(_ context.Context, facts []*messages.RecordFact) error {
	<-r.stuck

	r.mu.Lock()
	defer r.mu.Unlock()

	r.facts = append(r.facts, facts...)

	return nil
}

// V05: while the audit log stands still, rounds go on; afterwards everything is written, in order.
func TestStuckAuditLogDelaysNoRound(t *testing.T) {
	t.Parallel()

	const every = 50 * time.Millisecond

	log := &record{stuck: make(chan struct{})}
	s := bare(t, plan{vendors: []string{"healthy"}, every: every, deadline: every}, system.Settings{Record: log})

	<-time.After(2 * time.Second)

	status, err := s.Status(t.Context())
	require.NoError(t, err)
	assert.GreaterOrEqual(t, status.Rounds.Rounds, uint64(30), "about 40 rounds in 2 s")
	assert.Zero(t, status.Record.Written)
	close(log.stuck)
	require.NoError(t, s.Stop(t.Context()))

	var rounds []messages.Round

	for _, fact := range log.facts {
		if fact.Kind == messages.FactSnapshot {
			rounds = append(rounds, fact.Round)
		}
	}

	assert.GreaterOrEqual(t, len(rounds), 30)
	assert.IsIncreasing(t, rounds)

	for i, round := range rounds {
		assert.Equal(t, messages.Round(i+1), round, "none is missing")
	}

	assert.Equal(t, messages.FactShutdown, log.facts[len(log.facts)-1].Kind)
}

var _ fetcher.Source = sourceFunc(nil)

// S09: what a hundred crashes left half-written is removed at the next start, and the record says so.
func TestHalfWrittenFilesAreRemoved(t *testing.T) {
	t.Parallel()

	p := plan{vendors: []string{"a"}, every: time.Second, deadline: time.Second, onDemand: true}
	first := newRig(t, p)
	first.take(t)
	first.end(t)

	names := litter(t, first.dir)
	cfg, err := config.Parse([]byte(first.text()), "rollcall.yaml", environment)
	require.NoError(t, err)

	s, err := service.Open(t.Context(), cfg, service.Options{OnDemand: true})
	require.NoError(t, err)
	require.NoError(t, s.Start(t.Context()))
	require.NoError(t, stopped(t, s))

	for _, name := range names {
		assert.NoFileExists(t, name)
	}

	repairs := entries(t, first.dir, messages.FactRecovered)
	require.Len(t, repairs, 1)
	assert.Equal(t, "100", repairs[0].Field("temporaries_removed"))
	assert.FileExists(t, filepath.Join(first.dir, store.SnapshotName))
}

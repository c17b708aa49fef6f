// Package service makes a whole running Rollcall from a configuration, with every adapter the binary ships: the HTTP/JSON feed, the store, the
// audit log. It is what the command line and most embedding programs call.
package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/actors/coordinator"
	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
	"github.com/rollcall-go/rollcall/system/auditlog"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/gateway"
	"github.com/rollcall-go/rollcall/system/logs"
	"github.com/rollcall-go/rollcall/system/store"
)

// Options are what a configuration file does not say.
type Options struct {
	Log     *logrus.Entry // nil discards
	Version string        // recorded at the start; may be empty
	// OnDemand leaves the schedule out: rounds run only when asked for.
	OnDemand bool
	// OtherPort has the HTTP API listen on any free port where its own is taken.
	OtherPort bool
	// Wrap, where given, stands between a vendor's fetcher and its source: to count, to trace, to break things on purpose.
	Wrap func(messages.Vendor, fetcher.Source) fetcher.Source
}

// AuditDir is where the audit log lies below the data directory.
const AuditDir = "audit"

// Service is a system with its data directory. Its methods may be called from any goroutine.
type Service struct {
	system   *system.System
	gateway  *gateway.Gateway // nil where nobody listens
	watch    *watch
	store    *store.Store
	options  Options
	notes    *notes
	spending *spending

	reloading chan struct{} // holds one while a Reload is under way
	crew      *crew         // only for who holds reloading
	inForce   atomic.Pointer[config.Config]

	mu      sync.Mutex
	closers []io.Closer // in the order in which they are closed; none once that has begun
}

// Open checks everything that can be checked before the first vendor is asked: the data directory is there, writable and not in use by another
// instance, the store and the audit log can be opened, every definition compiles. What was repaired on the way is recorded. Nothing
// runs until Start; an opened service that is not started must be stopped all the same.
func Open(ctx context.Context, cfg *config.Config, options Options) (*Service, error) {
	options.Log = logs.OrSilent(options.Log)

	crew, err := assemble(cfg, nil, options.Wrap) //nolint:contextcheck // requests get their context when they are sent
	if err != nil {
		return nil, err
	}

	s := &Service{options: options, crew: crew, reloading: make(chan struct{}, 1)}

	settings, err := s.openData(ctx, cfg, options)
	if err != nil {
		return nil, errors.Join(err, s.close())
	}

	s.plan(&settings, crew)

	if s.system, err = system.New(settings); err != nil {
		return nil, errors.Join(err, s.close())
	}

	s.inForce.Store(cfg)

	if err := s.openWatch(cfg); err != nil { //nolint:contextcheck // traces are sent for longer than opening takes
		return nil, errors.Join(err, s.close())
	}

	if err := s.openGateway(cfg); err != nil {
		return nil, errors.Join(err, s.watch.stop(ctx), s.close())
	}

	return s, nil
}

// plan says what the system asks, and when.
func (s *Service) plan(settings *system.Settings, crew *crew) {
	cfg := crew.config
	settings.Vendors = crew.vendors()
	settings.Deadline, settings.Carry, settings.MaxInFlight = cfg.Deadline, cfg.Carry, cfg.MaxInFlight
	settings.Durability = durability(cfg.Durability)
	settings.Log = s.options.Log

	if !s.options.OnDemand {
		settings.Every = cfg.Every
	}
}

func durability(d config.Durability) coordinator.Durability {
	if d == config.DurabilityRelaxed {
		return coordinator.Relaxed
	}

	return coordinator.Strict
}

// openData opens what lies in the data directory, in the order in which it must be closed last: lock, store, audit log.
func (s *Service) openData(ctx context.Context, cfg *config.Config, options Options) (system.Settings, error) {
	var settings system.Settings

	if err := store.PrepareDir(cfg.Data); err != nil {
		return settings, err
	}

	lock, err := store.Lock(cfg.Data)
	if err != nil {
		return settings, err
	}

	s.closeLater(closer(lock.Release))

	if s.notes, err = openNotes(cfg.Data); err != nil {
		return settings, err
	}

	s.closeLater(s.notes)

	var forgotten string

	s.spending, forgotten = openSpending(s.notes, options.Log.WithField("actor", "budgets"))
	s.closeLater(s.spending)
	s.spending.restore(s.crew)
	s.spending.follow(s.crew)

	snapshots, err := store.Open(ctx, store.Options{
		Dir: cfg.Data, Retention: store.Retention{MaxAge: cfg.History.Retention}, Log: options.Log.WithField("actor", "store"),
	})
	if err != nil {
		return settings, fmt.Errorf("store: %w", err)
	}

	s.store = snapshots
	s.closeLater(snapshots)

	record, repaired, err := auditlog.Open(auditlog.Options{
		Dir: filepath.Join(cfg.Data, AuditDir), Log: options.Log.WithField("actor", "auditlog"),
	})
	if err != nil {
		return settings, fmt.Errorf("audit log: %w", err)
	}

	s.closeLater(record)

	settings.Store, settings.Record, settings.FirstRound = snapshots, record, snapshots.FirstRound()
	settings.Facts = facts(s.crew.digest(), options.Version, snapshots.Recovery(), repaired)

	if forgotten != "" {
		settings.Facts = append(settings.Facts, recoveredBudgets(forgotten))
	}

	return settings, nil
}

// closer makes an io.Closer of a function.
type closer func() error

// Close implements io.Closer.
func (c closer) Close() error { return c() }

// closeLater closes c before everything that was opened before it.
func (s *Service) closeLater(c io.Closer) { s.closers = append([]io.Closer{c}, s.closers...) }

// System is the running system behind the service.
func (s *Service) System() *system.System { return s.system }

// Start starts every actor; the first round begins at once if there is a schedule. The HTTP API is there when it returns; if its address cannot be
// had, nothing is started.
func (s *Service) Start(ctx context.Context) error {
	if s.gateway != nil {
		if err := s.gateway.Listen(ctx); err != nil {
			return err
		}
	}

	if err := s.system.Start(ctx); err != nil {
		return err
	}

	s.note()
	s.watch.begin(s.system) //nolint:contextcheck // it watches for longer than the start takes

	if s.gateway != nil {
		return s.gateway.Start() //nolint:contextcheck // it serves for longer than the start takes
	}

	return nil
}

// What Stop may take: the system's phases, and closing the files while the last answers go out. A disk that hangs makes both run out; together
// they keep to the 10 s.
const (
	stopWithin  = 8500 * time.Millisecond
	closeWithin = time.Second
)

// ErrDiskHangs says that the files of the data directory could not be closed in time. They are closed when the disk answers or the process
// ends, whichever comes first; until then the directory stays locked. What was acknowledged is on disk.
var ErrDiskHangs = errors.New("the disk does not answer")

// Stop stops listening, stops the system in order and closes the data directory, within 10 s whatever hangs. See system.System.Stop for what it
// waits for and what it reports.
func (s *Service) Stop(ctx context.Context) error {
	ending, cancel := context.WithTimeout(ctx, stopWithin)
	defer cancel()

	err := errors.Join(s.drainGateway(), s.system.Stop(ending))

	if latest := s.system.Latest(); latest != nil {
		s.store.Used(latest.Round) // also a round that never reached the disk keeps its number
	}

	timer := time.NewTimer(closeWithin)
	defer timer.Stop()

	done := make(chan error, 1)

	go func() { done <- s.close() }()

	watched := make(chan error, 1)

	go func() { watched <- s.watch.stop(ctx) }()

	err = errors.Join(err, s.stopGateway(ctx), <-watched)

	select {
	case closed := <-done:
		return errors.Join(err, closed)
	default: // the timer may have run out as well
	}

	select {
	case closed := <-done:
		return errors.Join(err, closed)
	case <-timer.C:
		return errors.Join(err, fmt.Errorf("closing the data directory: %w", ErrDiskHangs))
	}
}

func (s *Service) close() error {
	s.mu.Lock()
	closers := s.closers
	s.closers = nil
	s.mu.Unlock()

	var errs []error

	for _, c := range closers {
		if err := c.Close(); err != nil {
			errs = append(errs, fmt.Errorf("closing the data directory: %w", err))
		}
	}

	return errors.Join(errs...)
}

package system

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/messages"
)

// Errors of the lifecycle.
var (
	ErrNotStarted = errors.New("rollcall system is not running")
	ErrStarted    = errors.New("rollcall system was started or stopped before")
)

// System is one Rollcall: its actors, from Start to Stop. Its methods may be called from any goroutine.
type System struct {
	settings Settings
	roster   *messages.Roster
	latest   atomic.Pointer[messages.Snapshot]

	mu    sync.Mutex
	phase phase
	host  *actor.ActorSystem
	owned bool // host is ours to shut down
	pids  PIDs
	slots *fetcher.Slots
	crew  crew

	reloading chan struct{} // holds one while a Reload is under way
	reloads   int           // so far; only for who holds reloading

	stopped chan struct{}
	stopErr error
	fatal   chan struct{}
	failure error // valid once fatal is closed
}

type phase int

const (
	idle phase = iota
	running
	stopping
)

// New checks the settings and returns a system that does nothing yet. The error names every mistake.
func New(settings Settings) (*System, error) {
	settings = settings.withDefaults()

	roster, err := settings.check()
	if err != nil {
		return nil, fmt.Errorf("rollcall settings: %w", err)
	}

	return &System{
		settings:  settings,
		roster:    roster,
		slots:     fetcher.NewSlots(settings.MaxInFlight),
		reloading: make(chan struct{}, 1),
		stopped:   make(chan struct{}),
		fatal:     make(chan struct{}),
	}, nil
}

// Start makes an actor system of its own and starts every actor in it. It returns once they are up; the first round has begun then if there is a
// schedule.
func (s *System) Start(ctx context.Context) error {
	host := newActorSystem(s.settings.Log)
	backoff := actors.Backoff{Base: guardianBase, Max: guardianMax}

	err := s.spawn(host, true, func(props *actor.Props) (*actor.PID, error) {
		return host.Root.SpawnNamed(props.Clone(actor.WithGuardian(actors.RestartGuardian(backoff, guardianSettled))), s.settings.Name)
	}, s.settings.Name)
	if err != nil {
		return err
	}

	if _, err := s.Status(ctx); err != nil {
		return fmt.Errorf("starting rollcall: %w", err)
	}

	return nil
}

// The root of a system we own is restarted after these delays; it has nothing that could fail but its own code.
const (
	guardianBase    = 50 * time.Millisecond
	guardianMax     = time.Second
	guardianSettled = time.Minute
)

// Mount starts the system as a child of the calling actor, in the caller's actor system. It does not wait. The parent supervises the root;
// Stop must not be called from within an actor's Receive, because it waits.
func (s *System) Mount(parent actor.Context) error {
	name := s.settings.Name

	return s.spawn(parent.ActorSystem(), false, func(props *actor.Props) (*actor.PID, error) {
		return parent.SpawnNamed(props, name)
	}, parent.Self().GetId()+"/"+name)
}

func (s *System) spawn(
	host *actor.ActorSystem, owned bool, spawn func(*actor.Props) (*actor.PID, error), rootID string,
) error {
	s.mu.Lock()
	defer s.mu.Unlock()

	if s.phase != idle {
		return ErrStarted
	}

	s.pids = newPIDs(host, rootID)
	if s.settings.Store == nil {
		s.pids.Writer = nil
	}

	if _, err := spawn(s.rootProps()); err != nil {
		return fmt.Errorf("actor %s: %w", rootID, err)
	}

	s.host, s.owned, s.phase = host, owned, running

	return nil
}

// Latest returns the newest published snapshot, nil before the first. It takes no lock and makes no copy.
func (s *System) Latest() *messages.Snapshot { return s.latest.Load() }

// Snapshot runs a round now, or joins the one in flight, and returns its snapshot once published. The round's deadline bounds it, and so
// does ctx.
func (s *System) Snapshot(ctx context.Context) (*messages.Snapshot, error) {
	host, err := s.actorSystem()
	if err != nil {
		return nil, err
	}

	taken, err := actors.Ask[*messages.SnapshotTaken](ctx, host,
		ref[messages.CoordinatorMessage](&s.pids, coordinatorName), messages.CoordinatorMessage(&messages.TakeSnapshot{}))
	if err != nil {
		return nil, fmt.Errorf("taking a snapshot: %w", err)
	}

	return taken.Snapshot, nil
}

// Roster returns who is asked for what. A snapshot has the roster it was made under.
func (s *System) Roster() *messages.Roster {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.roster
}

// PIDs returns the addresses of the system's actors; they are valid once it has started. Reload changes those of fetchers.
func (s *System) PIDs() PIDs {
	s.mu.Lock()
	defer s.mu.Unlock()

	pids := s.pids
	pids.fetchers = s.crew.names()

	return pids
}

// Failed is closed when a vital actor cannot be kept alive: the caller should Stop the system and end. Failure says why.
func (s *System) Failed() <-chan struct{} { return s.fatal }

// Failure returns why Failed was closed, nil while it is open.
func (s *System) Failure() error {
	select {
	case <-s.fatal:
		return s.failure
	default:
		return nil
	}
}

func (s *System) actorSystem() (*actor.ActorSystem, error) {
	s.mu.Lock()
	defer s.mu.Unlock()

	if s.phase != running {
		return nil, ErrNotStarted
	}

	return s.host, nil
}

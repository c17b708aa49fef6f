package actors

import (
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// Failed tells a supervising actor that one of its children panicked and waits, suspended, for a decision. Restart may be called later, from
// the supervising actor.
type Failed struct {
	Child   *actor.PID
	Panic   *Panic
	At      time.Time
	Restart func()
}

// Supervise returns a strategy that reports each failure to handle, in the supervising actor's own turn, and does nothing else: the child
// stays suspended, its mailbox kept, until Failed.Restart is called. It also publishes actor.SupervisorEvent like the library's own.
func Supervise(handle func(*Failed)) actor.SupervisorStrategy { return &strategy{handle: handle} }

type strategy struct{ handle func(*Failed) }

// HandleFailure implements actor.SupervisorStrategy.
func (s *strategy) HandleFailure(
	system *actor.ActorSystem, supervisor actor.Supervisor, child *actor.PID, _ *actor.RestartStatistics, reason, _ any,
) {
	p := AsPanic(reason)
	system.EventStream.Publish(&actor.SupervisorEvent{Child: child, Reason: p, Directive: actor.RestartDirective})
	s.handle(&Failed{
		Child:   child,
		Panic:   p,
		At:      time.Now(),
		Restart: func() { supervisor.RestartChildren(child) },
	})
}

// RestartGuardian is the strategy for a top-level actor (actor.WithGuardian): it restarts the actor after a back-off, for ever. The library's
// default stops it silently after ten failures in ten seconds. It keeps no state that grows. One
// strategy is for one actor: several that share it are safe, but share the count of failures too.
func RestartGuardian(backoff Backoff, settled time.Duration) actor.SupervisorStrategy {
	var (
		mutex    sync.Mutex // a guardian handles a failure in the failing actor's goroutine
		failures int
		last     time.Time
	)

	return Supervise(func(f *Failed) {
		mutex.Lock()
		defer mutex.Unlock()

		if f.At.Sub(last) > settled {
			failures = 0
		}

		failures++
		last = f.At

		time.AfterFunc(backoff.Delay(failures, nil), f.Restart)
	})
}

package actors

import (
	"context"
	"fmt"

	"github.com/asynkron/protoactor-go/actor"
)

// PoisonWait lets the actor handle what is queued, stops it and waits until it has stopped or ctx ends. Unlike the library's PoisonFuture
// it has no limit of its own. One call per actor: an actor that is already stopping counts as stopped, and so does a nil PID.
func PoisonWait(ctx context.Context, system *actor.ActorSystem, pid *actor.PID) error {
	return wait(ctx, system, pid, func(c actor.Context) { c.Poison(pid) })
}

// StopWait stops the actor without handling what is queued and waits until it has stopped or ctx ends; otherwise it is
// like PoisonWait.
func StopWait(ctx context.Context, system *actor.ActorSystem, pid *actor.PID) error {
	return wait(ctx, system, pid, func(c actor.Context) { c.Stop(pid) })
}

// gaveUp tells a waiter that nobody waits any more.
type gaveUp struct{}

func wait(ctx context.Context, system *actor.ActorSystem, pid *actor.PID, end func(actor.Context)) error {
	if pid == nil {
		return nil
	}

	gone := make(chan struct{})
	waiter := system.Root.Spawn(actor.PropsFromFunc(func(c actor.Context) {
		switch message := c.Message().(type) {
		case *actor.Started:
			c.Watch(pid)
			end(c)
		case *actor.Terminated:
			if message.Who.Equal(pid) {
				close(gone)
				c.Stop(c.Self())
			}
		case *gaveUp:
			c.Unwatch(pid)
			c.Stop(c.Self())
		}
	}))

	select {
	case <-gone:
		return nil
	case <-ctx.Done():
		system.Root.Send(waiter, &gaveUp{})

		return fmt.Errorf("waiting for actor %s to stop: %w", pid.Id, ctx.Err())
	}
}

package actors

import (
	"context"
	"errors"
	"fmt"

	"github.com/asynkron/protoactor-go/actor"
)

// ErrGone is returned by Ask when the actor that was asked has stopped.
var ErrGone = errors.New("actor has stopped")

// unanswered is what an asker tells itself when the actor it asked has stopped.
type unanswered struct{}

// Ask sends a message from outside the actor world and waits for an answer of type R or the end of ctx. The library's futures are not
// used: they have a time limit of their own and race with late replies.
func Ask[R, M any](ctx context.Context, system *actor.ActorSystem, to Ref[M], message M) (R, error) {
	var none R

	if to.PID() == nil {
		return none, ErrGone
	}

	answers := make(chan any, 1)
	answer := func(c actor.Context, value any) {
		select {
		case answers <- value:
		default: // answered already
		}

		c.Stop(c.Self())
	}
	gone := false
	asker := system.Root.Spawn(actor.PropsFromFunc(func(c actor.Context) {
		switch received := c.Message().(type) {
		case *actor.Started:
			c.Watch(to.PID())
			to.Request(c, message)
		case *actor.Stopping:
			if !gone {
				c.Unwatch(to.PID()) // or whoever is asked often would remember every asker
			}
		case *actor.Terminated:
			gone = true
			c.Send(c.Self(), &unanswered{}) // news of an end overtakes an answer that is already in the mailbox
		case *unanswered, *actor.DeadLetterResponse:
			answer(c, ErrGone)
		case R:
			answer(c, received)
		}
	}))

	select {
	case received := <-answers:
		if typed, ok := received.(R); ok {
			return typed, nil
		}

		return none, ErrGone
	case <-ctx.Done():
		system.Root.Stop(asker)

		return none, fmt.Errorf("asking actor %s: %w", to.PID().Id, ctx.Err())
	}
}

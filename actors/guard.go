package actors

import (
	"fmt"
	"runtime/debug"

	"github.com/asynkron/protoactor-go/actor"
)

// Panic is what a recovered panic becomes: the reason a supervisor sees. It keeps the stack, which the library loses.
//
//nolint:errname // a panic is what it is called everywhere else
type Panic struct {
	Value   any    // what was passed to panic
	Message string // type of the message that was being handled, or of the work that was being done
	Stack   []byte
}

// Error implements error.
func (p *Panic) Error() string { return fmt.Sprintf("panic in %s: %v", p.Message, p.Value) }

// AsPanic returns the panic behind a supervisor's reason; a reason of any other kind is wrapped.
func AsPanic(reason any) *Panic {
	if p, ok := reason.(*Panic); ok {
		return p
	}

	return &Panic{Value: reason, Message: "unknown"}
}

// Ping asks any guarded actor whether it still handles messages; its guard answers Pong to the sender.
type Ping struct{}

// Pong answers Ping.
type Pong struct{ Who *actor.PID }

// Guard wraps a producer so that every panic in Receive reaches the supervisor as *Panic with its stack, and a panic while stopping or
// restarting, at the end of a child included, is reported to the log instead of leaving the parent waiting for ever. The guard also
// answers Ping. If the actor implements actor.SupervisorStrategy, so does its guard.
func Guard(producer actor.Producer) actor.Producer {
	return func() actor.Actor {
		inner := producer()
		g := &guard{inner: inner}

		if strategy, ok := inner.(actor.SupervisorStrategy); ok {
			return &guardedSupervisor{guard: g, SupervisorStrategy: strategy}
		}

		return g
	}
}

type guard struct {
	inner  actor.Actor
	ending bool // stopping or restarting; whatever comes now, there is nothing left to restart
}

type guardedSupervisor struct {
	*guard
	actor.SupervisorStrategy
}

// Receive implements actor.Actor.
func (g *guard) Receive(ctx actor.Context) {
	message := ctx.Message()
	if _, ok := message.(*Ping); ok {
		ctx.Respond(&Pong{Who: ctx.Self()})

		return
	}

	switch message.(type) {
	case *actor.Stopping, *actor.Restarting:
		g.ending = true
	}

	defer g.recover(ctx, message)
	g.inner.Receive(ctx)
}

func (g *guard) recover(ctx actor.Context, message any) {
	value := recover()
	if value == nil {
		return
	}

	p, ok := value.(*Panic)
	if !ok {
		p = &Panic{Value: value, Message: fmt.Sprintf("%T", message), Stack: debug.Stack()}
	}

	if !g.ending {
		panic(p)
	}

	ctx.Logger().Error("panic while stopping", "actor", ctx.Self().Id, "panic", p.Error(), "where", p.Where())
}

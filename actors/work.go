package actors

import (
	"runtime/debug"

	"github.com/asynkron/protoactor-go/actor"
)

// Go runs work in a goroutine of its own and sends its result to the calling actor. If work panics, the panic comes as the message that
// failed makes of it. It is the only way an actor starts a goroutine: supervision does not see panics outside Receive.
func Go(ctx actor.Context, name string, work func() any, failed func(*Panic) any) {
	system, self := ctx.ActorSystem(), ctx.Self()

	go func() {
		defer func() {
			if value := recover(); value != nil {
				system.Root.Send(self, failed(&Panic{Value: value, Message: name, Stack: debug.Stack()}))
			}
		}()

		system.Root.Send(self, work())
	}()
}

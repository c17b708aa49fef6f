package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// Timer sends one message to the actor that armed it. The zero Timer is not armed. A message already under way when a timer is stopped
// still arrives: messages of timers carry what makes a late one recognisable, such as the round's number.
type Timer struct{ timer *time.Timer }

// After arms a timer that sends message to the calling actor after d.
func After(ctx actor.Context, d time.Duration, message any) Timer {
	system, self := ctx.ActorSystem(), ctx.Self()

	return Timer{timer: time.AfterFunc(d, func() { system.Root.Send(self, message) })}
}

// Stop disarms the timer; stopping one that is not armed does nothing.
func (t *Timer) Stop() {
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
}

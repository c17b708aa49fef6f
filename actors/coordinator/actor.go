package coordinator

import (
	"reflect"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/messages"
)

// Props returns how the coordinator is spawned. Everything that has to survive a restart belongs to these Props, so they are good for one
// coordinator.
func Props(settings Settings, refs Refs) *actor.Props {
	settings = settings.withDefaults()
	kept := newMemory(&settings, refs.Fetchers)
	kept.ledger.blind = refs.Auditor.PID() == nil

	return actor.PropsFromProducer(actors.Guard(func() actor.Actor {
		return &coordinator{settings: settings, refs: refs, memory: kept}
	}), actors.Mailbox())
}

// coordinator is the shell: it routes messages to the logic and performs what comes out of it.
type coordinator struct {
	settings Settings // those that a reconfiguration changes count at the start only: see memory.plan
	refs     Refs     // but for Fetchers, likewise
	memory   *memory

	tick, deadline, wake, stop actors.Timer
	wakeAt                     time.Time // when wake is armed for; zero if it is not
}

// selfMessage is what the coordinator sends itself.
//
//sumtype:decl
type selfMessage interface{ selfMessage() }

type (
	tickDue    struct{ at time.Time }         // a grid point has come
	roundDue   struct{ round messages.Round } // a round's deadline has come
	releaseDue struct{}                       // publication or writing has something to do
	stopDue    struct{}                       // the writer has had its time
)

func (*tickDue) selfMessage()    {}
func (*roundDue) selfMessage()   {}
func (*releaseDue) selfMessage() {}
func (*stopDue) selfMessage()    {}
func (*described) selfMessage()  {}

// Receive implements actor.Actor.
func (c *coordinator) Receive(ctx actor.Context) {
	switch message := ctx.Message().(type) {
	case *actor.Started:
		c.resume(ctx)
	case *actor.Stopping, *actor.Restarting:
		c.disarm()
	case *actor.DeadLetterResponse:
		c.undelivered(ctx, message)
	case messages.CoordinatorMessage:
		if !reflect.ValueOf(message).IsNil() {
			c.receive(ctx, message)
		}
	case Message:
		c.receiveProtocol(ctx, message)
	case selfMessage:
		c.receiveOwn(ctx, message)
	}
}

func (c *coordinator) receiveProtocol(ctx actor.Context, message Message) {
	switch message := message.(type) { //nolint:gocritic // the switch over the protocol, checked to be exhaustive, has one case so far
	case *Reconfigure:
		c.reconfigure(ctx, message)
	}
}

func (c *coordinator) receive(ctx actor.Context, message messages.CoordinatorMessage) {
	switch message := message.(type) {
	case *messages.StartRounds:
		c.startRounds(ctx)
	case *messages.TakeSnapshot:
		c.takeSnapshot(ctx)
	case *messages.StopRounds:
		c.stopRounds(ctx)
	case *messages.DescribeRounds:
		ctx.Respond(c.memory.describe())
	case *messages.WatchEvents:
		c.memory.watched = message.Wanted
	case *messages.QuotesFetched:
		c.quotesFetched(ctx, message)
	case *messages.FetchFailed:
		c.fetchFailed(ctx, message)
	case *messages.VendorStateChanged:
		c.vendorStateChanged(ctx, message)
	case *messages.SnapshotPersisted:
		c.perform(ctx, c.memory.release.persisted(message.Round, message.Poisoned, time.Now()))
	case *messages.PersistFailed:
		c.persistFailed(ctx, message)
	case *messages.WriterStarted:
		c.perform(ctx, c.memory.release.resend(time.Now()))
	}
}

func (c *coordinator) receiveOwn(ctx actor.Context, message selfMessage) {
	switch message := message.(type) {
	case *tickDue:
		c.tickDue(ctx, message)
	case *roundDue:
		c.roundDue(ctx, message)
	case *releaseDue:
		c.releaseDue(ctx)
	case *stopDue:
		c.stopDue(ctx)
	case *described:
		c.described(ctx, message)
	}
}

func (c *coordinator) disarm() {
	c.tick.Stop()
	c.deadline.Stop()
	c.wake.Stop()
	c.stop.Stop()
}

package publisher

import (
	"github.com/asynkron/protoactor-go/actor"
	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/messages"
)

// Props describes the publisher. The coordinator is told whether anyone listens to events.
func Props(settings Settings, coordinator actors.Ref[messages.CoordinatorMessage]) *actor.Props {
	settings = settings.withDefaults()
	kept := &memory{subscribers: newSubscribers()}

	return actor.PropsFromProducer(actors.Guard(func() actor.Actor {
		return &publisher{settings: settings, log: settings.Log, coordinator: coordinator, memory: kept}
	}), actors.Mailbox())
}

// memory is what every incarnation of one publisher shares.
type memory struct {
	subscribers *subscribers
	started     bool // at least once, so that the next time is a restart
}

type publisher struct {
	settings    Settings
	log         *logrus.Entry
	coordinator actors.Ref[messages.CoordinatorMessage]
	*memory
}

// Receive implements actor.Actor.
func (p *publisher) Receive(ctx actor.Context) {
	switch message := ctx.Message().(type) {
	case *actor.Started:
		p.start(ctx)
	case *actor.Stopping:
		p.stop(ctx)
	case *actor.Terminated:
		p.perform(ctx, p.subscribers.terminated(message.Who))
	case *deliveryDue:
		p.overdue(ctx, message)
	case messages.PublisherMessage:
		p.handle(ctx, message)
	}
}

func (p *publisher) handle(ctx actor.Context, message messages.PublisherMessage) {
	switch message := message.(type) {
	case *messages.PublishSnapshot:
		p.publishSnapshot(ctx, message)
	case *messages.PublishEvent:
		p.publishEvent(ctx, message)
	case *messages.Subscribe:
		p.subscribe(ctx, message)
	case *messages.TakeNext:
		p.takeNext(ctx)
	case *messages.Unsubscribe:
		p.unsubscribe(ctx)
	case *messages.DescribeSubscribers:
		p.describe(ctx)
	}
}

func (p *publisher) start(ctx actor.Context) {
	if p.started {
		p.log.Info("publisher restarted")
		p.perform(ctx, p.subscribers.resume())
	}

	p.started = true
}

func (p *publisher) stop(ctx actor.Context) {
	p.perform(ctx, p.subscribers.stop())
	p.started = false
}

func (p *publisher) publishSnapshot(ctx actor.Context, message *messages.PublishSnapshot) {
	if message != nil && message.Snapshot != nil {
		p.perform(ctx, p.subscribers.publish(message.Snapshot))
	}
}

func (p *publisher) publishEvent(ctx actor.Context, message *messages.PublishEvent) {
	if message != nil && present(message.Event) {
		p.perform(ctx, p.subscribers.publishEvent(message.Event))
	}
}

func (p *publisher) subscribe(ctx actor.Context, message *messages.Subscribe) {
	if message == nil || ctx.Sender() == nil {
		return
	}

	p.perform(ctx, p.subscribers.subscribe(ctx.Sender(), p.settings.terms(message)))
	p.log.WithField("subscriber", ctx.Sender().Id).Debug("subscribed")
}

func (p *publisher) takeNext(ctx actor.Context) {
	if ctx.Sender() != nil {
		p.perform(ctx, p.subscribers.take(ctx.Sender()))
	}
}

func (p *publisher) unsubscribe(ctx actor.Context) {
	if ctx.Sender() != nil {
		p.perform(ctx, p.subscribers.unsubscribe(ctx.Sender()))
	}
}

func (p *publisher) describe(ctx actor.Context) {
	if ctx.Sender() != nil {
		ctx.Respond(p.subscribers.describe())
	}
}

func (p *publisher) overdue(ctx actor.Context, due *deliveryDue) {
	effects := p.subscribers.overdue(due.pid, due.sequence)
	if len(effects) == 0 {
		return
	}

	p.perform(ctx, effects)
	p.log.WithFields(logrus.Fields{"subscriber": due.pid.Id, "timeout": due.after}).Info("slow subscriber cut")
}

// perform does what the core asks for.
func (p *publisher) perform(ctx actor.Context, effects []effect) {
	for i := range effects {
		e := &effects[i]

		switch e.kind {
		case send:
			ctx.Send(e.to.pid, e.message)
		case arm:
			p.arm(ctx, e.to, e.sequence)
		case disarm:
			e.to.timer.Stop()
		case watch:
			ctx.Watch(e.to.pid)
		case unwatch:
			ctx.Unwatch(e.to.pid)
		case watchEvents:
			p.coordinator.Tell(ctx, &messages.WatchEvents{Wanted: e.wanted})
		}
	}
}

func (p *publisher) arm(ctx actor.Context, of *subscriber, sequence uint64) {
	of.timer.Stop()
	of.timer = actors.After(ctx, of.terms.timeout, &deliveryDue{pid: of.pid, sequence: sequence, after: of.terms.timeout})
}

// present reports whether there is an event, and not a nil pointer of an event's type.
func present(event messages.Event) bool {
	switch event := event.(type) {
	case *messages.RoundStarted:
		return event != nil
	case *messages.VendorAnswered:
		return event != nil
	case *messages.VendorStateChanged:
		return event != nil
	default:
		return false
	}
}

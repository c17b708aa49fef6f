package publisher

import (
	"fmt"
	"strings"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/messages"
)

// Core opens the core to tests: each method is one message, and returns what is to be done as one line per effect.
type Core struct {
	settings Settings
	s        *subscribers
}

// NewCore returns a core without subscribers.
func NewCore(settings Settings) *Core {
	return &Core{settings: settings.withDefaults(), s: newSubscribers()}
}

func pid(name string) *actor.PID { return actor.NewPID("local", name) }

// Subscribe is the message of that name from the named subscriber.
func (c *Core) Subscribe(name string, asked *messages.Subscribe) []string {
	return lines(c.s.subscribe(pid(name), c.settings.terms(asked)))
}

// Unsubscribe is the message of that name from the named subscriber.
func (c *Core) Unsubscribe(name string) []string { return lines(c.s.unsubscribe(pid(name))) }

// Take is TakeNext from the named subscriber.
func (c *Core) Take(name string) []string { return lines(c.s.take(pid(name))) }

// TakeDelivered is Take, and returns what is delivered; nil if nothing is.
func (c *Core) TakeDelivered(name string) *messages.Delivered {
	return delivered(c.s.take(pid(name)), name)
}

// Publish is PublishSnapshot.
func (c *Core) Publish(snapshot *messages.Snapshot) []string { return lines(c.s.publish(snapshot)) }

// PublishDelivered is Publish, and returns what is delivered to the named subscriber.
func (c *Core) PublishDelivered(name string, snapshot *messages.Snapshot) *messages.Delivered {
	return delivered(c.s.publish(snapshot), name)
}

// PublishEvent is the message of that name.
func (c *Core) PublishEvent(event messages.Event) []string { return lines(c.s.publishEvent(event)) }

// PublishEventDelivered is PublishEvent, and returns what is delivered to the named subscriber.
func (c *Core) PublishEventDelivered(name string, event messages.Event) *messages.Delivered {
	return delivered(c.s.publishEvent(event), name)
}

// Due is the timer of the delivery with this sequence to the named subscriber.
func (c *Core) Due(name string, sequence uint64) []string {
	return lines(c.s.overdue(pid(name), sequence))
}

// Terminated is the end of the named subscriber.
func (c *Core) Terminated(name string) []string { return lines(c.s.terminated(pid(name))) }

// Resume is a restart.
func (c *Core) Resume() []string { return lines(c.s.resume()) }

// Stop is the end of the publisher.
func (c *Core) Stop() []string { return lines(c.s.stop()) }

// StopDelivered is Stop, and returns what the named subscriber gets with its farewell.
func (c *Core) StopDelivered(name string) *messages.Delivered {
	effects := c.s.stop()
	for i := range effects {
		if end, ok := effects[i].message.(*messages.SubscriptionEnded); ok && effects[i].to.pid.Id == name {
			return end.Last
		}
	}

	return nil
}

// Untold returns how many rounds and events were dropped for the named subscriber with nothing after them to tell it.
func (c *Core) Untold(name string) (rounds, events uint64) {
	behind := c.s.all[c.s.positions[keyOf(pid(name))]].queue.behind

	return behind.rounds, behind.events
}

// Queues returns what waits for each subscriber.
func (c *Core) Queues() []string {
	var shown []string

	for _, each := range c.s.all {
		var waiting []string
		for i := range each.queue.items {
			waiting = append(waiting, show(each.queue.items[i].told()))
		}

		shown = append(shown, fmt.Sprintf("%s: %s", each.pid.Id, strings.Join(waiting, ", ")))
	}

	return shown
}

// Check returns what is wrong with the state; nil if nothing is.
func (c *Core) Check() error {
	listeners := 0

	if len(c.s.all) != len(c.s.positions) {
		return fmt.Errorf("%d subscribers, %d positions", len(c.s.all), len(c.s.positions))
	}

	for at, each := range c.s.all {
		if each.terms.events {
			listeners++
		}

		if found, known := c.s.positions[keyOf(each.pid)]; !known || found != at {
			return fmt.Errorf("%s stands at %d, is looked for at %d", each.pid.Id, at, found)
		}

		if len(each.queue.items) > each.queue.limit {
			return fmt.Errorf("%s has %d items in a queue of %d", each.pid.Id, len(each.queue.items), each.queue.limit)
		}

		if each.sequence == 0 && len(each.queue.items) > 0 {
			return fmt.Errorf("%s waits although there is something for it", each.pid.Id)
		}

		if each.sequence > c.s.sequence {
			return fmt.Errorf("%s has a delivery of the future", each.pid.Id)
		}
	}

	if listeners != c.s.listeners {
		return fmt.Errorf("%d listeners, counted %d", listeners, c.s.listeners)
	}

	return nil
}

func delivered(effects []effect, name string) *messages.Delivered {
	for i := range effects {
		if d, ok := effects[i].message.(*messages.Delivered); ok && effects[i].to.pid.Id == name {
			return d
		}
	}

	return nil
}

func lines(effects []effect) []string {
	var shown []string

	for i := range effects {
		e := &effects[i]

		switch e.kind {
		case send:
			shown = append(shown, e.to.pid.Id+" <- "+show(e.message))
		case arm:
			shown = append(shown, fmt.Sprintf("%s: delivery %d due in %s", e.to.pid.Id, e.sequence, e.to.terms.timeout))
		case disarm:
			shown = append(shown, e.to.pid.Id+": timer off")
		case watch:
			shown = append(shown, e.to.pid.Id+": watched")
		case unwatch:
			shown = append(shown, e.to.pid.Id+": no longer watched")
		case watchEvents:
			shown = append(shown, fmt.Sprintf("coordinator <- WatchEvents %t", e.wanted))
		}
	}

	return shown
}

func show(message messages.SubscriberMessage) string {
	switch m := message.(type) {
	case *messages.Subscribed:
		return "Subscribed"
	case *messages.SubscriptionEnded:
		return strings.TrimSuffix("SubscriptionEnded: "+m.Reason, ": ") + showLast(m.Last)
	case *messages.Delivered:
		return showDelivered(m)
	}

	return "?"
}

func showLast(d *messages.Delivered) string {
	if d == nil {
		return ""
	}

	return " with " + showDelivered(d)
}

func showDelivered(d *messages.Delivered) string {
	var what string
	if d.Snapshot != nil {
		what = fmt.Sprintf("round %d", d.Snapshot.Round)
	}

	switch event := d.Event.(type) {
	case *messages.RoundStarted:
		what = fmt.Sprintf("round %d started", event.Round)
	case *messages.VendorAnswered:
		what = fmt.Sprintf("%s answered %s", event.Vendor, event.Outcome)
	case *messages.VendorStateChanged:
		what = fmt.Sprintf("%s is %s", event.Vendor, event.State)
	}

	if d.SkippedRounds > 0 {
		what += fmt.Sprintf(", %d rounds skipped", d.SkippedRounds)
	}

	if d.SkippedEvents > 0 {
		what += fmt.Sprintf(", %d events skipped", d.SkippedEvents)
	}

	return what
}

// Fan is a core with many subscribers that keep up, for measuring.
type Fan struct {
	s     *subscribers
	pids  []*actor.PID
	round messages.Round
}

// NewFan returns a fan with so many subscribers.
func NewFan(count int) *Fan {
	f := &Fan{s: newSubscribers()}

	for i := range count {
		f.pids = append(f.pids, pid(fmt.Sprint("subscriber-", i)))
		f.s.subscribe(f.pids[i], terms{queue: messages.DefaultQueue, timeout: messages.DefaultDeliveryTimeout})
	}

	return f
}

// Round publishes one snapshot, which every subscriber takes.
func (f *Fan) Round() {
	f.round++
	f.s.publish(&messages.Snapshot{Round: f.round})

	for _, each := range f.pids {
		f.s.take(each)
	}
}

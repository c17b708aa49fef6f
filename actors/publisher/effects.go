package publisher

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/messages"
)

// effectKind is what an effect does.
type effectKind int

const (
	send        effectKind = iota // message to the subscriber
	arm                           // start the time for a delivery, by its sequence
	disarm                        // stop the subscriber's timer
	watch                         // hear of the subscriber's end
	unwatch                       // no longer
	watchEvents                   // tell the coordinator whether events are wanted
)

// effect is one thing the actor does for the core.
type effect struct {
	kind     effectKind
	to       *subscriber // nil for watchEvents
	message  messages.SubscriberMessage
	sequence uint64
	wanted   bool
}

// deliveryDue is the timer of one delivery.
type deliveryDue struct {
	pid      *actor.PID
	sequence uint64
	after    time.Duration
}

package system

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/messages"
)

// ErrSubscriptionEnded is returned by Next after Close, after Stop, and, with the reason, when the subscriber was cut because it took too
// long over a delivery.
var ErrSubscriptionEnded = errors.New("subscription ended")

// SubscribeOptions shape a subscription. The zero value delivers snapshots only, with the publisher's defaults.
type SubscribeOptions struct {
	Events  bool          // deliver events as well: rounds starting, vendors answering, vendors changing state
	Queue   int           // how many undelivered items are kept; messages.DefaultQueue if 0
	Timeout time.Duration // how long one delivery may take until Next is called again; messages.DefaultDeliveryTimeout if 0
}

// Subscription delivers snapshots, and events if wanted, in order. It is used by one goroutine at a time.
type Subscription struct {
	system    *actor.ActorSystem
	publisher actors.Ref[messages.PublisherMessage]
	bridge    *actor.PID
	delivered chan *messages.Delivered
	ended     chan struct{}
	reason    string // valid once ended is closed
	taken     bool   // a delivery was returned and not yet acknowledged
	closing   sync.Once
}

type publisherGone struct{}

// Subscribe starts a subscription. The newest snapshot, if there is one, is delivered first. A slow subscriber never delays a round or
// another subscriber: snapshots it could not take are conflated to the newest and counted in the next delivery.
func (s *System) Subscribe(options SubscribeOptions) (*Subscription, error) {
	system, err := s.actorSystem()
	if err != nil {
		return nil, err
	}

	sub := &Subscription{
		system:    system,
		publisher: ref[messages.PublisherMessage](&s.pids, publisherName),
		delivered: make(chan *messages.Delivered, 2), // one taken credit, and the last one at the end
		ended:     make(chan struct{}),
	}
	request := &messages.Subscribe{Events: options.Events, Queue: options.Queue, Timeout: options.Timeout}

	sub.bridge = system.Root.Spawn(actor.PropsFromFunc(func(c actor.Context) {
		switch m := c.Message().(type) {
		case *actor.Started:
			c.Watch(sub.publisher.PID())
			sub.publisher.Request(c, request)
		case *messages.Delivered:
			sub.delivered <- m // never blocks: the publisher sends the next one only after TakeNext
		case *messages.SubscriptionEnded:
			if m.Last != nil {
				sub.delivered <- m.Last // never blocks: it is the only one that comes without a TakeNext
			}

			sub.end(c, m.Reason)
		case *actor.Terminated: // it overtakes what the publisher said last
			c.Send(c.Self(), &publisherGone{})
		case *publisherGone:
			sub.end(c, "")
		}
	}))

	return sub, nil
}

// Next returns the next delivery. Calling it again tells the publisher that the one before has been dealt with.
func (sub *Subscription) Next(ctx context.Context) (*messages.Delivered, error) {
	if sub.taken {
		sub.taken = false
		sub.system.Root.RequestWithCustomSender(sub.publisher.PID(), &messages.TakeNext{}, sub.bridge)
	}

	select {
	case d := <-sub.delivered:
		sub.taken = true

		return d, nil
	default:
	}

	select {
	case d := <-sub.delivered:
		sub.taken = true

		return d, nil
	case <-sub.ended:
		return sub.last()
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for a snapshot: %w", ctx.Err())
	}
}

// last returns what was delivered just before the end, then the end.
func (sub *Subscription) last() (*messages.Delivered, error) {
	select {
	case d := <-sub.delivered:
		return d, nil
	default:
	}

	if sub.reason == "" {
		return nil, ErrSubscriptionEnded
	}

	return nil, fmt.Errorf("%w: %s", ErrSubscriptionEnded, sub.reason)
}

// Close ends the subscription; closing it twice does nothing.
func (sub *Subscription) Close() {
	sub.system.Root.RequestWithCustomSender(sub.publisher.PID(), &messages.Unsubscribe{}, sub.bridge)
}

func (sub *Subscription) end(c actor.Context, reason string) {
	sub.closing.Do(func() {
		sub.reason = reason
		close(sub.ended)
	})
	c.Stop(c.Self())
}

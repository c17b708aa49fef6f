package hub

import (
	"context"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// retryAfter is how long the hub waits when the system does not let it listen.
const retryAfter = time.Second

// follow listens to the system until ctx ends. Events are asked for only as long as a reader wants them, because they are many.
func (h *Hub) follow(ctx context.Context) {
	defer close(h.done)

	var old Subscription

	for ctx.Err() == nil {
		events := h.listening()

		sub, err := h.options.Subscribe(events)
		if err != nil {
			if h.options.Log != nil {
				h.options.Log.WithError(err).Warn("the streams cannot listen to the rounds")
			}

			pause(ctx)

			continue
		}

		if old != nil {
			h.drain(ctx, old, sub)
		}

		old = nil
		if h.listen(ctx, sub, events) {
			old = sub
		} else {
			sub.Close()
		}
	}

	if old != nil {
		old.Close()
	}
}

// drain takes from the old subscription what came before the new one began, so that a change of subscriptions loses no round.
func (h *Hub) drain(ctx context.Context, old, next Subscription) {
	defer old.Close()

	limited, cancel := context.WithTimeout(ctx, retryAfter)
	defer cancel()

	first, err := next.Next(limited) // the newest snapshot, unless there is none
	if err != nil {
		return
	}

	for first.Snapshot != nil && h.round() < first.Snapshot.Round {
		d, err := old.Next(limited)
		if err != nil {
			break
		}

		h.take(d)
	}

	h.take(first)
}

func (h *Hub) round() messages.Round {
	if e := h.latest.Load(); e != nil {
		return e.Round()
	}

	return 0
}

// listen publishes what comes. It reports whether the subscription still lives: another one is wanted.
func (h *Hub) listen(ctx context.Context, sub Subscription, events bool) bool {
	for h.listening() == events {
		d, err := h.nextOf(ctx, sub, events)

		switch {
		case d != nil:
			h.take(d)
		case err != nil:
			return false
		default:
			return true
		}
	}

	return true
}

// nextOf returns the next delivery, an error at the end, or neither if readers want events now and did not before, or the other way round.
func (h *Hub) nextOf(ctx context.Context, sub Subscription, events bool) (*messages.Delivered, error) {
	limited, cancel := context.WithCancel(ctx)
	defer cancel()

	turned := make(chan struct{})
	watched := make(chan struct{})

	go func() {
		defer close(watched)

		for {
			select {
			case <-limited.Done():
				return
			case <-h.wanted:
			}

			if h.listening() != events {
				close(turned)
				cancel()

				return
			}
		}
	}()

	d, err := sub.Next(limited)

	cancel()
	<-watched

	if d != nil {
		return d, nil
	}

	select {
	case <-turned:
		return nil, nil //nolint:nilnil // neither a delivery nor the end
	default:
		return nil, err //nolint:wrapcheck // only looked at
	}
}

func pause(ctx context.Context) {
	timer := time.NewTimer(retryAfter)
	defer timer.Stop()

	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func (h *Hub) listening() bool {
	h.mu.Lock()
	defer h.mu.Unlock()

	return h.listeners > 0
}

// countListener counts a reader that wants events, or one that leaves.
func (h *Hub) countListener(by int) {
	h.mu.Lock()
	h.listeners += by
	h.mu.Unlock()

	select {
	case h.wanted <- struct{}{}:
	default:
	}
}

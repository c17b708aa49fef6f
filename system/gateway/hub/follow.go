package hub

import (
	"context"
	"errors"
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

// listen publishes what comes. It reports whether the subscription still lives: another one is wanted, with events and not without, or the other
// way round.
func (h *Hub) listen(ctx context.Context, sub Subscription, events bool) bool {
	limited, cancel := context.WithCancelCause(ctx)
	watched := make(chan struct{})

	go func() {
		defer close(watched)

		h.watch(limited, cancel, events)
	}()

	defer func() { <-watched }()
	defer cancel(nil)

	for {
		d, err := sub.Next(limited)

		switch {
		case d != nil:
			h.take(d)
		case err != nil && !errors.Is(context.Cause(limited), errTurned):
			return false
		}

		if errors.Is(context.Cause(limited), errTurned) {
			return true
		}
	}
}

// errTurned says that readers want events now and did not before, or the other way round.
var errTurned = errors.New("another subscription is wanted")

// watch ends a subscription that is not what readers want any more.
func (h *Hub) watch(ctx context.Context, cancel context.CancelCauseFunc, events bool) {
	for h.listening() == events {
		select {
		case <-ctx.Done():
			return
		case <-h.wanted:
		}
	}

	cancel(errTurned)
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

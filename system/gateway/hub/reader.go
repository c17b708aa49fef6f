package hub

import (
	"context"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

// wish is what a reader wants.
type wish struct {
	lens    Lens
	changes bool           // only what changes, after a first whole snapshot
	events  bool           // rounds starting, vendors answering, vendors changing state
	after   messages.Round // the last round it has; 0: none
}

// reader is one stream.
type reader struct {
	hub     *Hub
	wish    wish
	dialect dialect
	send    func(frame []byte) error // one or more events; it has its own time limit

	cursor cursor
	last   messages.Round // that it has for certain; 0: none
}

// run serves the stream until the reader goes, stands still, or the hub ends.
func (r *reader) run(ctx context.Context) error {
	h := r.hub

	if r.wish.events {
		h.countListener(+1)
		defer h.countListener(-1)
	}

	r.cursor.events = r.wish.events

	h.mu.Lock()
	items := h.journal.start(&r.cursor, r.wish.after)
	h.mu.Unlock()

	if len(items) == 0 {
		r.last = r.wish.after
	}

	heartbeat := time.NewTimer(h.options.Heartbeat)
	defer heartbeat.Stop()

	for {
		h.mu.Lock()
		changed := h.published

		if r.wish.events {
			changed = h.happened
		}

		items = append(items, h.journal.next(&r.cursor, h.options.Behind)...)
		h.mu.Unlock()

		if len(items) > 0 {
			if err := r.deliver(items); err != nil {
				h.counts.cut.Add(1)

				return err
			}

			items = nil

			heartbeat.Reset(h.options.Heartbeat)

			continue // what came meanwhile
		}

		select {
		case <-changed:
		case <-heartbeat.C:
			if err := r.send(r.heartbeat()); err != nil {
				return err
			}

			heartbeat.Reset(h.options.Heartbeat)
		case <-h.closing:
			return r.send(r.dialect.event(api.EventBye, 0, object(api.Bye{Reason: ErrClosed.Error()})))
		case <-ctx.Done():
			return ctx.Err() //nolint:wrapcheck // the caller's own
		}
	}
}

// deliver sends items, each in one write: what is shared is not copied.
func (r *reader) deliver(items []item) error {
	for i := range items {
		frame := r.frame(&items[i])
		if len(frame) == 0 {
			continue
		}

		if err := r.send(frame); err != nil {
			return err
		}
	}

	return nil
}

func (r *reader) frame(it *item) []byte {
	switch {
	case it.reset != nil:
		r.hub.counts.resets.Add(1)

		return r.dialect.event(api.EventReset, 0, object(it.reset))
	case it.skipped != nil:
		r.hub.counts.skipped.Add(it.skipped.Count)

		return r.dialect.event(api.EventSkipped, 0, object(it.skipped))
	case it.event != nil:
		roster := r.hub.roster()
		if roster == nil {
			return nil // nobody knows yet who may see what
		}

		return it.event.frame(r.dialect, roster, r.wish.lens, r.hub.views.of(roster, r.wish.lens).Roster())
	default:
		return r.round(it.entry)
	}
}

// round is a round as the reader wants it.
func (r *reader) round(e *Entry) []byte {
	r.hub.counts.sent.Add(1)

	last := r.last
	r.last = e.Round()

	if r.wish.changes && e.before != nil && e.before.Round == last {
		if changes := e.changes(r.dialect, r.wish.lens); changes != nil {
			return changes
		}
	}

	return e.frame(r.dialect, r.wish.lens)
}

func (r *reader) heartbeat() []byte {
	return r.dialect.event(api.EventHeartbeat, 0, object(api.Heartbeat{At: millis(time.Now()), Round: r.hub.round()}))
}

// roster is that of the newest round; nil before the first.
func (h *Hub) roster() *messages.Roster {
	if e := h.latest.Load(); e != nil {
		return e.snapshot.Roster
	}

	return nil
}

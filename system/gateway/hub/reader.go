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
	items  []item         // that it gets next
	last   messages.Round // that it has for certain; 0: none
}

// run serves the stream until the reader goes, stands still, or the hub ends.
func (r *reader) run(ctx context.Context) error {
	h := r.hub

	if r.wish.events {
		h.countListener(+1)
		defer h.countListener(-1)
	}

	r.begin()

	heartbeat := time.NewTimer(h.options.Heartbeat)
	defer heartbeat.Stop()

	for {
		changed, more, err := r.step()
		if err != nil {
			h.counts.cut.Add(1)

			return err
		}

		if more {
			continue
		}

		heartbeat.Reset(h.options.Heartbeat)

		select {
		case <-changed:
		case <-heartbeat.C:
			if err := r.send(r.heartbeat()); err != nil {
				return err
			}
		case <-h.closing:
			return r.send(r.dialect.event(api.EventBye, 0, object(api.Bye{Reason: ErrClosed.Error()})))
		case <-ctx.Done():
			return ctx.Err() //nolint:wrapcheck // the caller's own
		}
	}
}

// begin finds the reader's place.
func (r *reader) begin() {
	r.cursor.events = r.wish.events

	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()

	r.items = r.hub.journal.start(&r.cursor, r.wish.after)
	if len(r.items) == 0 {
		r.last = r.wish.after
	}
}

// step sends what there is. Changed is closed once there is something that came after that; more reports that there is already.
func (r *reader) step() (changed <-chan struct{}, more bool, err error) {
	h := r.hub

	h.mu.Lock()

	changed = h.published
	if r.wish.events {
		changed = h.happened
	}

	r.items = h.journal.next(&r.cursor, h.options.Behind, r.items)
	h.mu.Unlock()

	err = r.deliver()
	more = len(r.items) >= maxItems

	clear(r.items) // a round that was sent is not held on to
	r.items = r.items[:0]

	return changed, more, err
}

// Frames of this size are joined, up to so many bytes in a write: many events happen at the same moment.
const (
	smallFrame = 2 << 10
	joinedMost = 16 << 10
)

// deliver sends the items. What is large and shared is sent by itself, and so is not copied.
func (r *reader) deliver() error {
	var joined []byte

	for i := range r.items {
		frame := r.frame(&r.items[i])

		if r.dialect == sse && len(r.items) > 1 && len(frame) < smallFrame {
			if joined = append(joined, frame...); len(joined) < joinedMost {
				continue
			}

			frame = nil
		}

		for _, part := range [...][]byte{joined, frame} {
			if len(part) == 0 {
				continue
			}

			if err := r.send(part); err != nil {
				return err
			}
		}

		joined = joined[:0]
	}

	if len(joined) == 0 {
		return nil
	}

	return r.send(joined)
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

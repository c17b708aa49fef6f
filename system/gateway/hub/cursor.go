package hub

import (
	"cmp"
	"slices"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

// cursor is how far one reader has come.
type cursor struct {
	sequence uint64         // of what it got last
	number   uint64         // of the round it got last; 0: none
	round    messages.Round // the same, as a round
	event    uint64         // number of the event it got last
	catching bool           // it gets what it missed while it was away: everything that is kept, however much that is
	events   bool           // it wants events too
}

// item is one thing for a reader. One of its fields is set.
type item struct {
	skipped *api.Skipped
	reset   *api.Reset
	entry   *Entry
	event   *happening
}

// maxItems is how much a reader takes at a time, so that one that is slow is seen to be.
const maxItems = 64

// start places a new reader: at the newest round, which it gets first, or behind the round it names.
func (j *journal) start(c *cursor, after messages.Round) []item {
	items := j.locate(c, after)

	c.event = j.happened
	if pending := j.pending(c); len(pending) > 0 {
		c.event = pending[0].number - 1
	}

	return items
}

func (j *journal) locate(c *cursor, after messages.Round) []item {
	newest := j.newest()
	if after == 0 {
		if newest != nil {
			c.sequence = newest.sequence - 1
		}

		return nil
	}

	if newest != nil && after <= newest.snapshot.Round && after+1 >= j.entries[0].snapshot.Round {
		at := slices.IndexFunc(j.entries, func(e *Entry) bool { return e.snapshot.Round > after })
		if at < 0 {
			at = len(j.entries)
		}

		c.round, c.catching = after, true
		c.place(j, at, after)

		return nil
	}

	reset := &api.Reset{Requested: after}

	if newest != nil {
		reset.Oldest, reset.Newest = j.entries[0].snapshot.Round, newest.snapshot.Round
		c.sequence = newest.sequence - 1
	}

	return []item{{reset: reset}}
}

// place puts the cursor of a reader that has a round before the entry at a position.
func (c *cursor) place(j *journal, at int, after messages.Round) {
	c.sequence, c.number = j.sequence, j.rounds
	if at < len(j.entries) {
		c.sequence, c.number = j.entries[at].sequence-1, j.entries[at].number-1
	}

	if at > 0 { // the hub may have missed rounds between the two
		last := j.entries[at-1]
		c.number = min(c.number, last.number+uint64(after-last.snapshot.Round))
	}
}

// next appends what a reader gets now to items, and moves its cursor behind that. A reader that is more than behind rounds late gets the newest
// only. There is more to be had if maxItems or more were appended.
func (j *journal) next(c *cursor, behind int, items []item) []item {
	at, _ := slices.BinarySearchFunc(j.entries, c.sequence+1, func(e *Entry, sequence uint64) int {
		return cmp.Compare(e.sequence, sequence)
	})
	entries := j.entries[at:]

	if !c.catching && len(entries) > behind {
		entries = entries[len(entries)-1:]
	}

	events := j.pending(c)
	if len(entries) > 0 && len(events) > 0 && j.entries[at] != entries[0] { // events of rounds it does not get are of no use to it
		from, _ := slices.BinarySearchFunc(events, entries[0].sequence, func(h *happening, sequence uint64) int {
			return cmp.Compare(h.sequence, sequence)
		})
		events = events[from:]
	}

	for most := len(items) + maxItems; len(items) < most && len(entries)+len(events) > 0; {
		if len(entries) == 0 || (len(events) > 0 && events[0].sequence < entries[0].sequence) {
			items = c.takeEvent(items, events[0])
			events = events[1:]

			continue
		}

		items = c.takeEntry(items, entries[0])
		entries = entries[1:]
	}

	if len(entries) == 0 {
		c.catching = false
	}

	return items
}

// pending are the events that a reader has not got.
func (j *journal) pending(c *cursor) []*happening {
	if !c.events {
		return nil
	}

	at, _ := slices.BinarySearchFunc(j.events, c.sequence+1, func(h *happening, sequence uint64) int {
		return cmp.Compare(h.sequence, sequence)
	})

	return j.events[at:]
}

func (c *cursor) takeEntry(items []item, e *Entry) []item {
	if missed := e.number - c.number - 1; c.number > 0 && missed > 0 {
		items = append(items, item{skipped: &api.Skipped{From: c.round + 1, To: e.snapshot.Round - 1, Count: missed}})
	}

	c.sequence, c.number, c.round = e.sequence, e.number, e.snapshot.Round

	return append(items, item{entry: e})
}

func (c *cursor) takeEvent(items []item, h *happening) []item {
	if missed := h.number - c.event - 1; missed > 0 {
		items = append(items, item{skipped: &api.Skipped{Events: missed}})
	}

	c.sequence, c.event = h.sequence, h.number

	return append(items, item{event: h})
}

package publisher

import (
	"slices"

	"github.com/rollcall-go/rollcall/messages"
)

// skipped counts what was dropped from a queue.
type skipped struct{ rounds, events uint64 }

func (s *skipped) add(other skipped) {
	s.rounds += other.rounds
	s.events += other.events
}

// item is something that waits for its subscriber. The Delivered is shared by all subscribers and counts nothing as skipped; before is
// this subscriber's own count.
type item struct {
	delivered *messages.Delivered
	before    skipped // dropped between the item before and this one
}

func (i *item) isSnapshot() bool { return i.delivered.Snapshot != nil }

// queue is what a subscriber has not been given yet, oldest first and never more than limit items.
type queue struct {
	items  []item
	limit  int     // at least 1
	behind skipped // dropped after the last item; told with the next one
}

// push adds the newest item. Nothing is dropped while there is room; in a full queue conflate makes it.
func (q *queue) push(delivered *messages.Delivered) {
	q.items = append(q.items, item{delivered: delivered, before: q.behind})
	q.behind = skipped{}

	if len(q.items) > q.limit {
		q.conflate()
	}
}

// pop takes the oldest item, and reports false if there is none. The item's skipped counts are in it.
func (q *queue) pop() (*messages.Delivered, bool) {
	if len(q.items) == 0 {
		return nil, false
	}

	first := q.items[0]
	q.items = slices.Delete(q.items, 0, 1)

	return first.told(), true
}

// last takes the newest snapshot, everything before it being counted as skipped, and empties the queue. It is nil if no snapshot waits.
func (q *queue) last() *messages.Delivered {
	newest := q.newestSnapshot()
	if newest < 0 {
		return nil
	}

	for range newest {
		q.drop(0)
	}

	last := q.items[0].told()
	q.items = nil

	return last
}

// conflate makes room: every snapshot but the newest goes, because a slow subscriber is served best by the present; where only one
// snapshot waits, the oldest event goes.
func (q *queue) conflate() {
	length := len(q.items)

	for i := q.newestSnapshot() - 1; i >= 0; i-- {
		if q.items[i].isSnapshot() {
			q.drop(i)
		}
	}

	if len(q.items) == length {
		q.drop(slices.IndexFunc(q.items, func(i item) bool { return !i.isSnapshot() }))
	}
}

// drop removes one item and counts it, with all it had to tell, before the item that follows.
func (q *queue) drop(at int) {
	dropped := q.items[at]
	count := dropped.before

	if dropped.isSnapshot() {
		count.rounds++
	} else {
		count.events++
	}

	q.items = slices.Delete(q.items, at, at+1)

	if at < len(q.items) {
		q.items[at].before.add(count)
	} else {
		q.behind.add(count)
	}
}

// newestSnapshot returns the position of the newest snapshot, -1 if none waits.
func (q *queue) newestSnapshot() int {
	for i := len(q.items) - 1; i >= 0; i-- {
		if q.items[i].isSnapshot() {
			return i
		}
	}

	return -1
}

// told returns what is sent: the shared message, or one of its own where something was skipped.
func (i *item) told() *messages.Delivered {
	if i.before == (skipped{}) {
		return i.delivered
	}

	own := *i.delivered
	own.SkippedRounds, own.SkippedEvents = i.before.rounds, i.before.events

	return &own
}

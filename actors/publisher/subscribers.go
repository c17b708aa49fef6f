package publisher

import (
	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/messages"
)

// subscriber is one subscription.
type subscriber struct {
	pid      *actor.PID
	terms    terms
	queue    queue
	sequence uint64       // of the delivery that has not been taken; 0 if the subscriber waits for one
	timer    actors.Timer // the actor's, for that delivery
}

// key is a PID's identity; the PID itself is not comparable.
type key struct{ address, id string }

func keyOf(pid *actor.PID) key { return key{address: pid.Address, id: pid.Id} }

// subscribers is the publisher's state: who listens, and what each of them has still to get. Its methods return what is to be done, in
// order; the returned slice is valid until the next call.
type subscribers struct {
	all       []*subscriber // no order that means anything, but a repeatable one
	positions map[key]int   // in all
	listeners int           // subscribers that want events
	latest    *messages.Delivered
	sequence  uint64 // of the last delivery to anyone: unique, so that a timer of the past is recognised
	cut       uint64 // that took too long
	effects   []effect
}

func newSubscribers() *subscribers { return &subscribers{positions: make(map[key]int)} }

// subscribe adds a subscriber, or replaces its subscription, and delivers the newest snapshot.
func (s *subscribers) subscribe(pid *actor.PID, terms terms) []effect {
	s.begin()
	listened := s.listeners > 0

	added := &subscriber{pid: pid, terms: terms, queue: queue{limit: terms.queue}}
	if at, known := s.positions[keyOf(pid)]; known {
		s.countListener(s.all[at], -1)
		s.do(effect{kind: disarm, to: s.all[at]})
		s.all[at] = added
	} else {
		s.positions[keyOf(pid)] = len(s.all)
		s.all = append(s.all, added)
		s.do(effect{kind: watch, to: added})
	}

	s.countListener(added, +1)
	s.do(effect{kind: send, to: added, message: &messages.Subscribed{}})

	if s.latest != nil {
		s.offer(added, s.latest)
	}

	return s.end(listened)
}

// unsubscribe ends the sender's subscription, if it has one.
func (s *subscribers) unsubscribe(pid *actor.PID) []effect {
	return s.leave(pid, func(gone *subscriber) {
		s.do(effect{kind: disarm, to: gone})
		s.do(effect{kind: unwatch, to: gone})
		s.do(effect{kind: send, to: gone, message: &messages.SubscriptionEnded{}})
	})
}

// terminated forgets a subscriber that is no more.
func (s *subscribers) terminated(pid *actor.PID) []effect {
	return s.leave(pid, func(gone *subscriber) { s.do(effect{kind: disarm, to: gone}) })
}

// overdue cuts a subscriber that has not taken the delivery with this sequence; if it has, or is gone, nothing happens.
func (s *subscribers) overdue(pid *actor.PID, sequence uint64) []effect {
	at, known := s.positions[keyOf(pid)]
	if !known || s.all[at].sequence != sequence {
		return nil
	}

	s.cut++

	return s.leave(pid, func(gone *subscriber) {
		reason := "delivery not taken within " + gone.terms.timeout.String()
		s.do(effect{kind: unwatch, to: gone})
		s.do(effect{kind: send, to: gone, message: &messages.SubscriptionEnded{Reason: reason}})
	})
}

// take gives the next item to a subscriber that has dealt with the last. Without an open delivery it means nothing: credit is never more
// than one.
func (s *subscribers) take(pid *actor.PID) []effect {
	at, known := s.positions[keyOf(pid)]
	if !known || s.all[at].sequence == 0 {
		return nil
	}

	s.begin()
	taker := s.all[at]
	taker.sequence = 0
	s.do(effect{kind: disarm, to: taker})
	s.deliver(taker)

	return s.effects
}

// publish offers a snapshot to everyone. Rounds strictly increase: a snapshot that is not newer than the latest is ignored.
func (s *subscribers) publish(snapshot *messages.Snapshot) []effect {
	if s.latest != nil && snapshot.Round <= s.latest.Snapshot.Round {
		return nil
	}

	s.begin()
	s.latest = &messages.Delivered{Snapshot: snapshot}

	for _, each := range s.all {
		s.offer(each, s.latest)
	}

	return s.effects
}

// publishEvent offers an event to those who want events.
func (s *subscribers) publishEvent(event messages.Event) []effect {
	s.begin()

	if s.listeners == 0 {
		return nil
	}

	delivered := &messages.Delivered{Event: event}

	for _, each := range s.all {
		if each.terms.events {
			s.offer(each, delivered)
		}
	}

	return s.effects
}

// resume follows a restart. What the panic kept from being done is made good: every subscriber is watched, a delivery that may never have
// left has its time started anew, and the coordinator is told again.
func (s *subscribers) resume() []effect {
	s.begin()

	for _, each := range s.all {
		s.do(effect{kind: watch, to: each})

		if each.sequence != 0 {
			s.do(effect{kind: arm, to: each, sequence: each.sequence})
		}
	}

	s.do(effect{kind: watchEvents, wanted: s.listeners > 0})

	return s.effects
}

// stop ends every subscription. Credit does not matter any more: the newest snapshot that still waits goes with the farewell.
func (s *subscribers) stop() []effect {
	s.begin()

	for _, each := range s.all {
		s.do(effect{kind: disarm, to: each})
		s.do(effect{kind: unwatch, to: each})

		s.do(effect{kind: send, to: each, message: &messages.SubscriptionEnded{Last: each.queue.last()}})
	}

	s.all, s.listeners = nil, 0
	clear(s.positions)

	return s.effects
}

// describe says how they are doing.
func (s *subscribers) describe() *messages.SubscribersDescribed {
	described := &messages.SubscribersDescribed{Subscribers: len(s.all), Cut: s.cut}

	for _, each := range s.all {
		described.Queued += len(each.queue.items)
		described.Deepest = max(described.Deepest, len(each.queue.items))
	}

	return described
}

func (s *subscribers) leave(pid *actor.PID, farewell func(*subscriber)) []effect {
	at, known := s.positions[keyOf(pid)]
	if !known {
		return nil
	}

	s.begin()
	listened := s.listeners > 0
	gone, last := s.all[at], len(s.all)-1
	s.all[at] = s.all[last]
	s.positions[keyOf(s.all[at].pid)] = at
	s.all[last] = nil
	s.all = s.all[:last]
	delete(s.positions, keyOf(pid))
	s.countListener(gone, -1)
	farewell(gone)

	return s.end(listened)
}

func (s *subscribers) offer(to *subscriber, delivered *messages.Delivered) {
	to.queue.push(delivered)

	if to.sequence == 0 {
		s.deliver(to)
	}
}

func (s *subscribers) deliver(to *subscriber) {
	next, waits := to.queue.pop()
	if !waits {
		return
	}

	s.sequence++
	to.sequence = s.sequence
	s.do(effect{kind: send, to: to, message: next})
	s.do(effect{kind: arm, to: to, sequence: to.sequence})
}

func (s *subscribers) countListener(of *subscriber, by int) {
	if of.terms.events {
		s.listeners += by
	}
}

// begin starts a new list of effects in the old one's memory.
func (s *subscribers) begin() {
	clear(s.effects)
	s.effects = s.effects[:0]
}

func (s *subscribers) do(e effect) { s.effects = append(s.effects, e) }

// end adds what the coordinator has to know if the first listener came or the last one went.
func (s *subscribers) end(listened bool) []effect {
	if wanted := s.listeners > 0; wanted != listened {
		s.do(effect{kind: watchEvents, wanted: wanted})
	}

	return s.effects
}

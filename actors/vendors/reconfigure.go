package vendors

import (
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// Message is what the supervisor understands besides messages.VendorsMessage: what carries actors' props.
//
//sumtype:decl
type Message interface{ ownProtocol() }

// Reconfigure says who is to be there from now on. A child whose vendor and actor are known already is not touched; any other is spawned. Who
// is not named any more, or has another actor, stays until Retire, unsupervised, so that a round in flight loses nothing. Answered by
// Reconfigured to the sender.
type Reconfigure struct{ Children []Child }

// Retire stops the fetchers that Reconfigure has left over, and tells the coordinator how the new ones stand. It is sent once the coordinator
// asks the new ones. Answered by Retired to the sender when they have stopped.
type Retire struct{}

func (*Reconfigure) ownProtocol() {}
func (*Retire) ownProtocol()      {}

// Reconfigured answers Reconfigure.
type Reconfigured struct{}

// Retired answers Retire.
type Retired struct{}

// reconfigure makes the vendors those of the children, in their order. Who has the same fetcher keeps its standing. A vendor with another one
// begins anew, but keeps its count of restarts, and its pause.
func (s *supervision) reconfigure(children []Child) []effect {
	s.effects = s.effects[:0]
	before := s.index
	s.vendors = make([]*standing, 0, len(children))
	s.index = make(map[messages.Vendor]*standing, len(children))

	for i, child := range children {
		v := before[child.Vendor]
		if v == nil || v.actor != child.actor() {
			v = s.succeed(v, child)
		}

		v.place, v.seldom = i, child.Seldom
		s.vendors = append(s.vendors, v)
		s.index[child.Vendor] = v
	}

	s.relook()

	return s.effects
}

// succeed returns the standing of a new fetcher whose vendor stood as given; nil if it is a new one as well.
func (s *supervision) succeed(old *standing, child Child) *standing {
	fresh := s.newStanding(child)
	fresh.unknown = true

	if old != nil {
		fresh.Restarts = old.Restarts
	}

	if old != nil && old.State == messages.VendorPaused {
		fresh.State, fresh.detail = old.State, old.detail
	} else {
		s.do(revive{vendor: child.Vendor})
	}

	return fresh
}

// introduce tells how the new fetchers stand that do not simply run.
func (s *supervision) introduce(now time.Time) []effect {
	s.effects = s.effects[:0]

	for _, v := range s.vendors {
		if v.unknown && v.State != messages.VendorRunning {
			s.tell(v, now)
		}

		v.unknown = false
	}

	return s.effects
}

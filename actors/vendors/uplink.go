package vendors

import (
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// UplinkWindow is how close together failures are that may have one cause.
const UplinkWindow = 10 * time.Second

const (
	// minFailing is how many vendors must fail at once: two may do so by chance.
	minFailing = 3
	// longGone is how long before the others a vendor has failed that says nothing about our uplink: it is down by itself.
	longGone = time.Minute
	// gathering is how long reports are collected before they are looked at, so that a thousand are looked at once.
	gathering = 250 * time.Millisecond
)

// Effects that concern our own uplink.
type (
	// look asks for looked after a while.
	look struct{ after time.Duration }
	// spread tells every fetcher how our uplink seems to be.
	spread struct{}
	// noteDown and noteUp are for people.
	noteDown struct{ uplink messages.UplinkStatus }
	noteUp   struct {
		uplink messages.UplinkStatus
		worst  int
		lasted time.Duration
	}
)

func (look) effect()     {}
func (spread) effect()   {}
func (noteDown) effect() {}
func (noteUp) effect()   {}

// uplink is what the vendors' failures say about our own: if most fail at once, it is not they.
type uplink struct {
	since   time.Time // when it was noticed that most fail; zero while they do not
	worst   int       // the most that failed since then
	looking bool      // a look has been asked for
}

func (u *uplink) down() bool { return !u.since.IsZero() }

// reach is when the network has failed a vendor's requests.
type reach struct {
	lost time.Time // since when it fails them all; zero if the last one was not
	last time.Time
}

// failed reports whether the vendor counts as failing with the others.
func (r *reach) failed(u *uplink, now time.Time) bool {
	return !r.lost.IsZero() && (u.down() || now.Sub(r.last) <= UplinkWindow)
}

// gone reports whether the vendor has failed long before the others, and is no evidence.
func (r *reach) gone(u *uplink, now time.Time) bool {
	if u.down() {
		now = u.since
	}

	return !r.lost.IsZero() && now.Sub(r.lost) > longGone
}

// unreachable takes the news that the network has failed a vendor's request.
func (s *supervision) unreachable(vendor messages.Vendor, now time.Time) []effect {
	s.effects = s.effects[:0]

	if v := s.index[vendor]; v != nil {
		if v.reach.lost.IsZero() {
			v.reach.lost = now
		}

		v.reach.last = now
		s.lookSoon()
	}

	return s.effects
}

// reachable takes the news that the network has not failed a vendor's request.
func (s *supervision) reachable(vendor messages.Vendor) []effect {
	s.effects = s.effects[:0]

	if v := s.index[vendor]; v != nil {
		v.reach.lost = time.Time{}
		s.relook()
	}

	return s.effects
}

// relook asks for a look if something may have changed for the better. While our uplink seems up there is nothing to be better.
func (s *supervision) relook() {
	if s.uplink.down() {
		s.lookSoon()
	}
}

func (s *supervision) lookSoon() {
	if !s.uplink.looking {
		s.uplink.looking = true
		s.do(look{after: gathering})
	}
}

// looked judges by all reports so far.
func (s *supervision) looked(now time.Time) []effect {
	s.effects = s.effects[:0]
	s.uplink.looking = false

	status := s.status(now)
	most := 2*status.Failing > status.Vendors && (s.uplink.down() || status.Failing >= minFailing)

	switch {
	case most && s.uplink.down():
		s.uplink.worst = max(s.uplink.worst, status.Failing)
	case most:
		s.uplink.since, s.uplink.worst = now, status.Failing
		s.do(noteDown{uplink: status})
		s.systemic(now, "began", status)
		s.do(spread{})
	case s.uplink.down():
		lasted := now.Sub(s.uplink.since)
		s.do(noteUp{uplink: status, worst: s.uplink.worst, lasted: lasted})
		s.systemic(now, "ended", status,
			messages.Field{Name: "worst", Value: strconv.Itoa(s.uplink.worst)},
			messages.Field{Name: "lasted", Value: rounded(lasted).String()})
		s.uplink.since, s.uplink.worst = time.Time{}, 0
		s.do(spread{})
	}

	return s.effects
}

func (s *supervision) systemic(now time.Time, what string, status messages.UplinkStatus, more ...messages.Field) {
	s.do(record{fact: &messages.RecordFact{At: now, Kind: messages.FactSystemic, Fields: append([]messages.Field{
		{Name: "state", Value: what},
		{Name: "failing", Value: strconv.Itoa(status.Failing)},
		{Name: "vendors", Value: strconv.Itoa(status.Vendors)},
	}, more...)}})
}

// status counts who fails. Who is not asked, or seldom, or has been gone for long says nothing.
func (s *supervision) status(now time.Time) messages.UplinkStatus {
	status := messages.UplinkStatus{Down: s.uplink.down(), Since: s.uplink.since}

	for _, v := range s.vendors {
		if v.seldom || !v.State.Asked() || v.reach.gone(&s.uplink, now) {
			continue
		}

		status.Vendors++

		if v.reach.failed(&s.uplink, now) {
			status.Failing++
		}
	}

	return status
}

// capFor is what a fetcher is told about our uplink.
func (s *supervision) capFor(place int) *messages.CapBackoff {
	if !s.uplink.down() {
		return &messages.CapBackoff{}
	}

	return &messages.CapBackoff{Limit: s.settings.MaxRest, Turn: place, Turns: len(s.vendors)}
}

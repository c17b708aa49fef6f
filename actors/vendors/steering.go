package vendors

import (
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// pause leaves a vendor alone until it is resumed.
func (s *supervision) pause(vendor messages.Vendor, by string, now time.Time) ([]effect, *messages.VendorSteered) {
	s.effects = s.effects[:0]

	v := s.index[vendor]
	if v == nil {
		return nil, &messages.VendorSteered{Refusal: messages.RefusedUnknown}
	}

	if v.State != messages.VendorPaused {
		v.settle()
		s.record(v, messages.FactPaused, now, steeredBy(by))
		s.change(v, messages.VendorPaused, steered("paused", by), now) // before it is stopped, which cuts off its answer
		s.do(halt{vendor: vendor})
	}

	return s.effects, &messages.VendorSteered{Status: v.VendorStatus}
}

// resume ends a pause.
func (s *supervision) resume(vendor messages.Vendor, by string, now time.Time) ([]effect, *messages.VendorSteered) {
	s.effects = s.effects[:0]

	v := s.index[vendor]
	if v == nil {
		return nil, &messages.VendorSteered{Refusal: messages.RefusedUnknown}
	}

	if v.State == messages.VendorPaused {
		s.do(revive{vendor: vendor})
		s.record(v, messages.FactResumed, now, steeredBy(by))
		s.change(v, messages.VendorRunning, steered("resumed", by), now)
	}

	return s.effects, &messages.VendorSteered{Status: v.VendorStatus}
}

// restart starts a vendor's fetcher anew, whether it runs or waits.
func (s *supervision) restart(vendor messages.Vendor, by string, now time.Time) ([]effect, *messages.VendorSteered) {
	s.effects = s.effects[:0]

	v := s.index[vendor]
	if v == nil {
		return nil, &messages.VendorSteered{Refusal: messages.RefusedUnknown}
	}

	if v.State == messages.VendorPaused {
		return nil, &messages.VendorSteered{Status: v.VendorStatus, Refusal: messages.RefusedPaused}
	}

	if v.State.Asked() {
		s.do(halt{vendor: vendor})
	}

	v.settle()
	v.Restarts++
	s.do(revive{vendor: vendor})
	s.record(v, messages.FactRestarted, now, messages.Field{Name: "restarts", Value: strconv.Itoa(v.Restarts)}, steeredBy(by))
	s.change(v, messages.VendorRunning, steered("restarted", by), now)

	return s.effects, &messages.VendorSteered{Status: v.VendorStatus}
}

// settle makes a vendor stand as if it had never crashed. A wait that it is in comes to nothing.
func (v *standing) settle() {
	v.crashes, v.quarantines, v.try = 0, 0, 0
	v.recent, v.next = v.recent[:0], 0
	v.NextTry = time.Time{}
}

// steered says what an operator did, and who that was if it is known.
func steered(what, by string) string {
	if by == "" {
		return what
	}

	return what + " by " + by
}

func steeredBy(by string) messages.Field {
	return messages.Field{Name: "by", Value: messages.CleanDetail(by)}
}

package vendors

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/messages"
)

// effect is something the supervision wants done outside.
//
//sumtype:decl
type effect interface{ effect() }

type (
	// wake asks for due with the same try after a while.
	wake struct {
		vendor messages.Vendor
		try    uint64
		after  time.Duration
	}
	// revive starts a vendor's fetcher: a suspended one is restarted, one that is gone is spawned, one that is going is spawned once it has gone.
	revive struct{ vendor messages.Vendor }
	// halt stops a vendor's fetcher.
	halt struct{ vendor messages.Vendor }
	// tell goes to the coordinator.
	tell struct{ change *messages.VendorStateChanged }
	// record goes to the auditor.
	record struct{ fact *messages.RecordFact }
)

func (wake) effect()   {}
func (revive) effect() {}
func (halt) effect()   {}
func (tell) effect()   {}
func (record) effect() {}

// supervision knows how every vendor stands.
type supervision struct {
	settings Settings
	vendors  []*standing // in configured order
	index    map[messages.Vendor]*standing
	tries    uint64 // the last number given to a wait
	uplink   uplink
	effects  []effect
}

// standing is how one vendor stands. It does not grow.
type standing struct {
	messages.VendorStatus

	place       int         // in the configured order
	seldom      bool        // it is not asked often enough to say something about our uplink
	reach       reach       // what the network does to its fetcher
	actor       string      // name of its fetcher: another name is another fetcher
	detail      string      // of its last change of state
	unknown     bool        // the coordinator does not ask this fetcher yet, and is not told about it
	crashes     int         // since it last settled
	recent      []time.Time // the last MaxRestarts restarts, as a ring
	next        int         // position of the oldest once the ring is full
	quarantines int         // since it last settled
	try         uint64      // number of the wait it is in; a wake of another number is out of date
}

func newSupervision(settings Settings, children []Child) *supervision {
	s := &supervision{settings: settings}
	s.reconfigure(children)

	for _, v := range s.vendors {
		v.unknown = false
	}

	return s
}

func (s *supervision) newStanding(child Child) *standing {
	return &standing{
		VendorStatus: messages.VendorStatus{Vendor: child.Vendor, State: messages.VendorRunning},
		actor:        child.actor(),
		recent:       make([]time.Time, 0, s.settings.MaxRestarts),
	}
}

// begin is the start of the supervisor, which may be a restart: nobody is there. Vendors that were waiting go on
// waiting, and who is paused stays so.
func (s *supervision) begin(now time.Time) []effect {
	s.effects = s.effects[:0]

	for _, v := range s.vendors {
		switch {
		case v.State.Asked():
			s.do(revive{vendor: v.Vendor})
		case v.State != messages.VendorPaused:
			s.wait(v, v.NextTry.Sub(now), now)
		}
	}

	if s.uplink.looking { // the look that was asked for is lost
		s.uplink.looking = false
		s.lookSoon()
	}

	return s.effects
}

// crashed takes note of a panic, decides how long the vendor has to wait, and asks to be woken then.
func (s *supervision) crashed(vendor messages.Vendor, p *actors.Panic, now time.Time) []effect {
	s.effects = s.effects[:0]

	v := s.index[vendor]
	if v == nil || v.State == messages.VendorPaused {
		return s.effects // whatever it was, it is over
	}

	v.LastCrash = messages.CleanDetail(fmt.Sprintf("panic: %v", p.Value))
	v.crashes++
	s.record(v, messages.FactCrashed, now, crashFields(v.LastCrash, p)...)

	if v.State == messages.VendorProbing || v.tooOften(now, s.settings.Window) {
		s.quarantine(v, now)
	} else {
		delay := s.settings.Backoff.Delay(v.crashes, s.settings.Uniform)
		s.wait(v, delay, now)
		s.change(v, messages.VendorBackoff, fmt.Sprintf("%s; restart in %s", v.LastCrash, rounded(delay)), now)
	}

	return s.effects
}

func (s *supervision) quarantine(v *standing, now time.Time) {
	v.quarantines++

	length := s.settings.Quarantine
	for i := 1; i < v.quarantines && length < s.settings.QuarantineMax; i++ {
		length *= 2
	}

	length = min(length, s.settings.QuarantineMax)

	s.record(v, messages.FactQuarantined, now,
		messages.Field{Name: "for", Value: length.String()},
		messages.Field{Name: "quarantines", Value: strconv.Itoa(v.quarantines)})
	s.wait(v, length, now)
	s.change(v, messages.VendorQuarantined, fmt.Sprintf("%s; probe in %s", v.LastCrash, length), now)
}

// due ends a wait: the vendor is tried again.
func (s *supervision) due(vendor messages.Vendor, try uint64, now time.Time) []effect {
	s.effects = s.effects[:0]

	v := s.index[vendor]
	if v == nil || v.try != try || !v.waiting() {
		return s.effects
	}

	next, detail := messages.VendorRunning, "restarted"
	if v.State == messages.VendorQuarantined {
		next, detail = messages.VendorProbing, "restarted as a probe"
	}

	v.Restarts++
	v.NextTry = time.Time{}
	v.restarted(now)
	s.do(revive{vendor: vendor})
	s.record(v, messages.FactRestarted, now, messages.Field{Name: "restarts", Value: strconv.Itoa(v.Restarts)})
	s.change(v, next, detail, now)

	return s.effects
}

// recovered takes a fetcher's good news: a probe has succeeded, or a vendor is settled. News from before a crash is out of date.
func (s *supervision) recovered(message *messages.FetcherRecovered, now time.Time) []effect {
	s.effects = s.effects[:0]

	v := s.index[message.Vendor]
	if v == nil || !v.State.Asked() {
		return s.effects
	}

	if v.State == messages.VendorProbing {
		s.record(v, messages.FactRecovered, now, messages.Field{Name: "restarts", Value: strconv.Itoa(v.Restarts)})
		s.change(v, messages.VendorRunning, "probe succeeded", now)
	}

	if message.Settled {
		v.crashes, v.quarantines = 0, 0
	}

	return s.effects
}

// describe returns a copy of every vendor's status.
func (s *supervision) describe(now time.Time) *messages.VendorsDescribed {
	described := &messages.VendorsDescribed{Vendors: make([]messages.VendorStatus, len(s.vendors)), Uplink: s.status(now)}
	for i := range s.vendors {
		described.Vendors[i] = s.vendors[i].VendorStatus
	}

	return described
}

func (s *supervision) wait(v *standing, delay time.Duration, now time.Time) {
	s.tries++
	v.try = s.tries
	v.NextTry = now.Add(delay)
	s.do(wake{vendor: v.Vendor, try: v.try, after: delay})
}

func (s *supervision) change(v *standing, state messages.VendorState, detail string, now time.Time) {
	v.State, v.detail = state, messages.CleanDetail(detail)
	s.relook() // who is not asked does not count

	if !v.unknown {
		s.tell(v, now)
	}
}

func (s *supervision) tell(v *standing, now time.Time) {
	s.do(tell{change: &messages.VendorStateChanged{Vendor: v.Vendor, State: v.State, Restarts: v.Restarts, Detail: v.detail, At: now}})
}

func (s *supervision) record(v *standing, kind messages.FactKind, now time.Time, fields ...messages.Field) {
	s.do(record{fact: &messages.RecordFact{At: now, Kind: kind, Vendor: v.Vendor, Fields: fields}})
}

// waiting reports whether the vendor is left alone until a time that is known.
func (v *standing) waiting() bool {
	return v.State == messages.VendorBackoff || v.State == messages.VendorQuarantined
}

func (s *supervision) do(e effect) { s.effects = append(s.effects, e) }

// restarted remembers when, forgetting the oldest.
func (v *standing) restarted(now time.Time) {
	if len(v.recent) < cap(v.recent) {
		v.recent = append(v.recent, now)

		return
	}

	v.recent[v.next] = now
	v.next = (v.next + 1) % len(v.recent)
}

// tooOften reports whether one more restart would exceed what a window allows.
func (v *standing) tooOften(now time.Time, window time.Duration) bool {
	return len(v.recent) == cap(v.recent) && now.Sub(v.recent[v.next]) < window
}

// crashFields names a crash without the contents of the message that was being handled.
func crashFields(text string, p *actors.Panic) []messages.Field {
	digest := sha256.Sum256(p.Stack)

	return []messages.Field{
		{Name: "panic", Value: text},
		{Name: "message", Value: p.Message},
		{Name: "stack_sha256", Value: hex.EncodeToString(digest[:])},
	}
}

func rounded(d time.Duration) time.Duration { return d.Round(time.Millisecond) }

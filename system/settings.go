package system

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/auditor"
	"github.com/rollcall-go/rollcall/actors/coordinator"
	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/actors/streamer"
	"github.com/rollcall-go/rollcall/actors/writer"
	"github.com/rollcall-go/rollcall/messages"
)

// DefaultDeadline is a round's deadline where Settings give none.
const DefaultDeadline = 2 * time.Second

// DefaultMaxInFlight is how many requests run at once in the whole system where Settings do not say.
const DefaultMaxInFlight = 2048

// Settings say what a system asks, how often, and what stands behind its ports. The zero value of an optional field is its default.
type Settings struct {
	Name     string        // name of the root actor; "rollcall" if empty
	Every    time.Duration // the schedule, aligned to the wall clock; 0 means rounds on demand only
	Deadline time.Duration // how long a round waits; DefaultDeadline if 0; at most Every where there is a schedule
	Vendors  []Vendor      // at least one

	Carry       time.Duration // how old a price may be carried into a round that has none; 0 carries nothing
	MaxInFlight int           // requests at once, over all vendors; DefaultMaxInFlight if 0

	Store      writer.Store           // makes snapshots durable; nil keeps them in memory only
	Durability coordinator.Durability // strict unless there is no Store
	FirstRound messages.Round         // the number of the first round; 1 if 0
	Record     auditor.Log            // the audit log; nil records nothing
	Facts      []*messages.RecordFact // recorded right after the start, such as the configuration in force

	Uniform func() float64 // randomness of all delays, in [0, 1), called from any goroutine; nil means rand.Float64
	Log     *logrus.Entry  // nil discards
}

// Vendor is one upstream provider. It has a Source, a Stream or both: a vendor that pushes answers at once from what it has pushed, and is polled
// only while its stream cannot answer.
type Vendor struct {
	Name        messages.Vendor // unique; letters, digits, '_' and '-'
	Class       string          // asset class
	Instruments []messages.Instrument
	Classes     []string // of the instruments, where they are of several; nil: all are of Class
	Source      fetcher.Source
	Stream      streamer.Stream
	// Version says what the source and the stream are where that cannot be seen: Reload takes two of one version for the same, and goes on
	// with the first. Without a version, they are the same if they are equal as interface values.
	Version string

	Deadline time.Duration   // own deadline within the round's; 0 means the round's
	Retry    fetcher.Retry   // attempts within the deadline; the zero value means one attempt
	Rate     fetcher.Rate    // requests per time, where there is no Budget; the zero value means unlimited
	Budget   *fetcher.Budget // what its key may spend; vendors that share a key share it
	Every    time.Duration   // how often it is asked at most; 0 means in each round
	MaxAge   time.Duration   // older quotes are stale; 0 means never
	MaxSkew  time.Duration   // how far ahead a vendor's clock may be; 5 s if 0
	Breaker  fetcher.Breaker // when a failing vendor is left alone; the zero value means the defaults
	// Checks are what its prices are held against, once the round's are all there; the zero value asks nothing. They are none of its fetcher's business.
	Checks coordinator.Checks

	AfterFailure time.Duration // when it is asked again after a failure; 0 means Every

	Connections streamer.Connections // of a Stream: how they are made, watched and replaced; the zero value means the defaults
}

var vendorName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)

// check returns every mistake in the settings, joined, and the roster they describe.
func (s Settings) check() (*messages.Roster, error) {
	var errs []error

	if len(s.Vendors) == 0 {
		errs = append(errs, errors.New("no vendors"))
	}

	if s.Every < 0 || s.Deadline <= 0 {
		errs = append(errs, fmt.Errorf("every %s and deadline %s: times must be positive", s.Every, s.Deadline))
	}

	if s.Every > 0 && s.Deadline > s.Every {
		errs = append(errs, fmt.Errorf("deadline %s is longer than the interval %s", s.Deadline, s.Every))
	}

	listings := make([]messages.Listing, 0, len(s.Vendors))

	for i := range s.Vendors {
		v := &s.Vendors[i]
		if !vendorName.MatchString(string(v.Name)) {
			errs = append(errs, fmt.Errorf("vendor name %q: letters, digits, '_' and '-' only, at most 64", v.Name))
		}

		if v.Source == nil && v.Stream == nil {
			errs = append(errs, fmt.Errorf("vendor %q has no source and no stream", v.Name))
		}

		if v.Deadline > s.Deadline {
			errs = append(errs, fmt.Errorf("vendor %q: deadline %s is longer than the round's %s", v.Name, v.Deadline, s.Deadline))
		}

		listings = append(listings, messages.Listing{Vendor: v.Name, Class: v.Class, Instruments: v.Instruments, Classes: v.Classes})
	}

	roster, err := messages.NewRoster(listings)

	return roster, errors.Join(append(errs, err)...)
}

func (s Settings) withDefaults() Settings {
	if s.Name == "" {
		s.Name = "rollcall"
	}

	if s.Deadline == 0 {
		s.Deadline = DefaultDeadline
	}

	if s.MaxInFlight == 0 {
		s.MaxInFlight = DefaultMaxInFlight
	}

	if s.FirstRound == 0 {
		s.FirstRound = 1
	}

	if s.Store == nil {
		s.Durability = coordinator.Off
	}

	s.Log = actors.OrSilent(s.Log)

	return s
}

func (v *Vendor) fetcherSettings(s *Settings, slots *fetcher.Slots) fetcher.Settings {
	return fetcher.Settings{
		Vendor:      v.Name,
		Instruments: v.Instruments,
		Deadline:    v.Deadline,
		Retry:       v.Retry,
		Rate:        v.Rate,
		Budget:      v.Budget,
		Every:       v.Every,
		Breaker:     v.Breaker,
		Verdict:     fetcher.Verdict{MaxAge: v.MaxAge, MaxSkew: v.MaxSkew},
		Slots:       slots,
		Uniform:     s.Uniform,
		Log:         s.Log.WithField("actor", "fetcher").WithField("vendor", string(v.Name)),

		AfterFailure: v.AfterFailure,
	}
}

func (v *Vendor) streamerSettings(s *Settings) streamer.Settings {
	return streamer.Settings{
		Vendor:      v.Name,
		Instruments: v.Instruments,
		Deadline:    v.Deadline,
		Connections: v.Connections,
		Verdict:     streamer.Verdict{MaxAge: v.MaxAge, MaxSkew: v.MaxSkew},
		Uniform:     s.Uniform,
		Log:         s.Log.WithField("actor", "streamer"),
	}
}

// checks are those of the vendors, in their order.
func (s Settings) checks() []coordinator.Checks {
	checks := make([]coordinator.Checks, len(s.Vendors))
	for i := range s.Vendors {
		checks[i] = s.Vendors[i].Checks
	}

	return checks
}

// ref types the PID of a child of the root.
func ref[M any](pids *PIDs, name string) actors.Ref[M] { return actors.NewRef[M](pids.child(name)) }

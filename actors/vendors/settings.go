package vendors

import (
	"cmp"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/messages"
)

// Child is one vendor's fetcher.
type Child struct {
	Vendor messages.Vendor
	// Actor is the name of its actor, unique for all time: a vendor that gets another fetcher gets another name, so that whatever comes late is
	// not taken for the new one's. Empty: the vendor's.
	Actor string
	Props *actor.Props
	// Seldom says that the vendor is asked so seldom that it does not count where most vendors fail at once.
	Seldom bool
}

func (c *Child) actor() string { return cmp.Or(c.Actor, string(c.Vendor)) }

// Defaults of Settings, where a field is zero.
const (
	// DefaultBackoffBase and DefaultBackoffMax: one crash costs no round, and a vendor is never further than half a minute away.
	DefaultBackoffBase = 100 * time.Millisecond
	DefaultBackoffMax  = 30 * time.Second
	// DefaultMaxRestarts in DefaultWindow is what a bug that shows now and then needs; more is a loop.
	DefaultMaxRestarts = 5
	DefaultWindow      = time.Minute
	// DefaultQuarantine doubles with each failed probe up to DefaultQuarantineMax: cheap enough to go on for ever.
	DefaultQuarantine    = time.Minute
	DefaultQuarantineMax = 15 * time.Minute
	// DefaultMaxRest makes five seconds together with the one over which requests are spread.
	DefaultMaxRest = 4 * time.Second
)

// Settings of the supervisor. The zero value is usable.
type Settings struct {
	Backoff       actors.Backoff // delay before a restart
	MaxRestarts   int            // restarts within Window; the next crash means quarantine
	Window        time.Duration
	Quarantine    time.Duration // the first; each further one is twice as long
	QuarantineMax time.Duration
	MaxRest       time.Duration  // how long a vendor is left alone at most after failures of the network while most vendors fail at once
	Uniform       func() float64 // randomness of Backoff, in [0, 1); nil means rand.Float64
	Log           *logrus.Entry  // nil discards
}

func (s Settings) withDefaults() Settings {
	s.Backoff.Base = orDefault(s.Backoff.Base, DefaultBackoffBase)
	s.Backoff.Max = max(orDefault(s.Backoff.Max, DefaultBackoffMax), s.Backoff.Base)
	s.MaxRestarts = orDefault(s.MaxRestarts, DefaultMaxRestarts)
	s.Window = orDefault(s.Window, DefaultWindow)
	s.Quarantine = orDefault(s.Quarantine, DefaultQuarantine)
	s.QuarantineMax = max(orDefault(s.QuarantineMax, DefaultQuarantineMax), s.Quarantine)

	s.MaxRest = orDefault(s.MaxRest, DefaultMaxRest)
	s.Log = actors.OrSilent(s.Log)

	return s
}

func orDefault[T int | time.Duration](value, fallback T) T {
	if value <= 0 {
		return fallback
	}

	return value
}

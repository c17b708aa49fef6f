package streamer

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/internal/verdict"
	"github.com/rollcall-go/rollcall/messages"
)

// Defaults of Settings, where a field is zero.
const (
	// DefaultSilence is longer than the heartbeats of all vendors we know.
	DefaultSilence = 30 * time.Second
	// DefaultOpening leaves time to subscribe to thousands of instruments in messages that must be spaced.
	DefaultOpening = time.Minute
	// DefaultThin is a tenth: markets calm down by half every evening, and nine updates of ten are not lost by chance.
	DefaultThin = 0.1
	// DefaultBackoffBase and DefaultBackoffMax: one cut costs no round, and a vendor is never further than a minute away.
	DefaultBackoffBase = time.Second
	DefaultBackoffMax  = time.Minute
	// DefaultHealthyAfter is how long a connection must have been ready to forget the failures before it.
	DefaultHealthyAfter = time.Minute
)

// Settings say which vendor is listened to, for what, and how patiently. Vendor and Instruments are required.
type Settings struct {
	Vendor      messages.Vendor
	Instruments []messages.Instrument // in the order of the listing, each once
	Deadline    time.Duration         // own limit of an answer that waits; 0 means the round's
	Connections Connections
	Verdict     Verdict
	Uniform     func() float64 // randomness of delays, in [0, 1); nil means rand.Float64
	Log         *logrus.Entry  // nil discards
}

// Connections say how connections are made, watched and replaced. The zero value means the defaults.
type Connections struct {
	Shard        int            // instruments on one connection; 0 means all
	Silence      time.Duration  // a connection from which nothing came for so long is dead; 0 means DefaultSilence
	Opening      time.Duration  // a connection that is not ready after so long is given up; 0 means DefaultOpening
	MaxAge       time.Duration  // a connection is replaced before it is so old; 0 means never
	Thin         float64        // share of the usual rate of updates below which a stream is thin; 0 means DefaultThin, negative never
	Backoff      actors.Backoff // between attempts to connect; zero means DefaultBackoffBase … DefaultBackoffMax
	HealthyAfter time.Duration  // a connection ready for so long makes the delays start anew; 0 means DefaultHealthyAfter
}

// Verdict says which times make a quote unusable: quotes older than MaxAge are stale (0 means never), quotes ahead by more than MaxSkew are
// from the future (0 means 5 s). The age of a quote without a vendor time is the time since it was received.
type Verdict = verdict.Limits

func (s Settings) withDefaults() Settings {
	s.Instruments = slices.Clone(s.Instruments)
	s.Connections = s.Connections.withDefaults(len(s.Instruments))
	s.Verdict.MaxSkew = orDefault(s.Verdict.MaxSkew, verdict.DefaultMaxSkew)

	if s.Uniform == nil {
		s.Uniform = rand.Float64
	}

	s.Log = actors.OrSilent(s.Log).WithField("vendor", s.Vendor)

	return s
}

func (c Connections) withDefaults(instruments int) Connections {
	c.Silence = orDefault(c.Silence, DefaultSilence)
	c.Opening = orDefault(c.Opening, DefaultOpening)
	c.Backoff.Base = orDefault(c.Backoff.Base, DefaultBackoffBase)
	c.Backoff.Max = max(orDefault(c.Backoff.Max, DefaultBackoffMax), c.Backoff.Base)
	c.HealthyAfter = orDefault(c.HealthyAfter, DefaultHealthyAfter)

	if c.Shard <= 0 {
		c.Shard = max(instruments, 1)
	}

	if c.Thin == 0 {
		c.Thin = DefaultThin
	}

	return c
}

func orDefault(value, fallback time.Duration) time.Duration {
	if value <= 0 {
		return fallback
	}

	return value
}

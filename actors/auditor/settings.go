package auditor

import (
	"time"

	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/actors"
)

// Defaults of Settings.
const (
	DefaultMaxFacts  = 10_000
	DefaultMaxBytes  = 64 << 20
	DefaultRetryBase = 100 * time.Millisecond
	DefaultRetryMax  = 5 * time.Second
)

// Settings are the auditor's limits. The zero value is usable.
type Settings struct {
	MaxFacts int            // facts that may wait for the log; 0 means DefaultMaxFacts
	MaxBytes int            // bytes that they may take; 0 means DefaultMaxBytes
	Retry    actors.Backoff // between tries after an error; the zero value means DefaultRetryBase … DefaultRetryMax
	Uniform  func() float64 // jitter of Retry, a number in [0, 1); nil means random
	Log      *logrus.Entry  // nil logs nothing
}

func (s Settings) withDefaults() Settings {
	if s.MaxFacts <= 0 {
		s.MaxFacts = DefaultMaxFacts
	}

	if s.MaxBytes <= 0 {
		s.MaxBytes = DefaultMaxBytes
	}

	if s.Retry == (actors.Backoff{}) {
		s.Retry = actors.Backoff{Base: DefaultRetryBase, Max: DefaultRetryMax}
	}

	s.Log = actors.OrSilent(s.Log)

	return s
}

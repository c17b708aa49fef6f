package writer

import (
	"io"

	"github.com/sirupsen/logrus"
)

// DefaultQueue is the value of Settings.Queue where it is not set.
const DefaultQueue = 64

// Settings configures a writer. The zero value is usable.
type Settings struct {
	Queue int           // snapshots kept besides those being written; more are refused with PersistFailed
	Log   *logrus.Entry // where state changes are logged; nowhere if nil
}

func (s Settings) withDefaults() Settings {
	if s.Queue <= 0 {
		s.Queue = DefaultQueue
	}

	if s.Log == nil {
		silent := logrus.New()
		silent.SetOutput(io.Discard)
		s.Log = logrus.NewEntry(silent)
	}

	return s
}

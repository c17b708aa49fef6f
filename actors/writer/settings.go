package writer

import (
	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/actors"
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

	s.Log = actors.OrSilent(s.Log)

	return s
}

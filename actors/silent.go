package actors

import (
	"io"

	"github.com/sirupsen/logrus"
)

// OrSilent returns log, or one that discards everything where log is nil.
func OrSilent(log *logrus.Entry) *logrus.Entry {
	if log != nil {
		return log
	}

	silent := logrus.New()
	silent.SetOutput(io.Discard)

	return logrus.NewEntry(silent)
}

package testkit

import (
	"time"

	"github.com/rollcall-go/rollcall/system"
)

// Prepare lets tests see the mistakes in a script, for a system.
func Prepare(text string, settings system.Settings) error {
	s, err := parse(text)
	if err != nil {
		return err
	}

	return s.prepare(&settings, time.Time{})
}

// Updating reports whether golden files are written.
func Updating() bool { return updating() }

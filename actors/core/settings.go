package core

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/actors"
)

// Child is one actor below the root.
type Child struct {
	Name  string // its name below the root, unique
	Props *actor.Props
	// Vital children end the whole system when they crash more than MaxCrashes times within Window: without them nothing is recorded.
	Vital bool
}

// Settings of the root actor.
type Settings struct {
	Children []Child
	// Begin is called once, in the root's turn, when every child is up and has answered.
	Begin func(actors.Sender)
	// Fatal is called once when a vital child has crashed too often. It must not block.
	Fatal func(error)
	Log   *logrus.Entry

	Backoff    actors.Backoff // delay before a crashed child is restarted
	MaxCrashes int            // crashes of a vital child within Window that are survived
	Window     time.Duration
	Heartbeat  time.Duration // how often every child is asked whether it still answers
}

// Defaults, where a setting is zero: a core actor is back within a second, and one that cannot be kept alive is not hidden for longer than
// a minute.
const (
	defaultBase       = 50 * time.Millisecond
	defaultMax        = time.Second
	defaultMaxCrashes = 3
	defaultWindow     = time.Minute
	defaultHeartbeat  = time.Second
)

func (s Settings) withDefaults() Settings {
	if s.Backoff == (actors.Backoff{}) {
		s.Backoff = actors.Backoff{Base: defaultBase, Max: defaultMax}
	}

	if s.MaxCrashes == 0 {
		s.MaxCrashes = defaultMaxCrashes
	}

	if s.Window == 0 {
		s.Window = defaultWindow
	}

	if s.Heartbeat == 0 {
		s.Heartbeat = defaultHeartbeat
	}

	if s.Begin == nil {
		s.Begin = func(actors.Sender) {}
	}

	if s.Fatal == nil {
		s.Fatal = func(error) {}
	}

	return s
}

package publisher

import (
	"time"

	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/messages"
)

// DefaultMaxQueue is the longest queue a subscriber may ask for, unless Settings say otherwise.
const DefaultMaxQueue = 1024

// Settings are the publisher's tunables. The zero value is ready to use.
type Settings struct {
	MaxQueue int           // items; a longer queue asked for in Subscribe is cut to this; 0 means DefaultMaxQueue
	Log      *logrus.Entry // nil logs nothing
}

func (s Settings) withDefaults() Settings {
	if s.MaxQueue <= 0 {
		s.MaxQueue = DefaultMaxQueue
	}

	s.Log = actors.OrSilent(s.Log)

	return s
}

// terms are what a subscriber asked for, with defaults and limits applied.
type terms struct {
	events  bool
	queue   int           // items
	timeout time.Duration // per delivery
}

func (s Settings) terms(asked *messages.Subscribe) terms {
	t := terms{events: asked.Events, queue: asked.Queue, timeout: asked.Timeout}
	if t.queue <= 0 {
		t.queue = messages.DefaultQueue
	}

	t.queue = min(t.queue, s.MaxQueue)
	if t.timeout <= 0 {
		t.timeout = messages.DefaultDeliveryTimeout
	}

	return t
}

package streaming

import (
	"bytes"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/reading"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/internal/expr"
	"github.com/rollcall-go/rollcall/system/internal/tree"
)

// Defaults of a stream.
const (
	defaultWithin   = 10 * time.Second
	defaultSilence  = 30 * time.Second
	defaultThin     = 0.1
	defaultMaxFrame = 1 << 20
)

// plan is a definition's stream made ready to run. It never changes and is shared by all connections.
type plan struct {
	login     loginPlan
	subscribe subscribePlan
	ping      pingPlan
	heartbeat *expr.Program
	replies   []replyPlan
	remember  *expr.Program
	counter   *expr.Program
	ignored   [][]byte
	wantsText bool // some expression or rule looks at a message's text

	reader  *reading.Reader
	tree    tree.Options
	veil    reading.Veil
	secrets map[string]string

	merge    bool
	order    string
	choose   string
	frames   string
	maxFrame int64
	silence  time.Duration

	symbols map[messages.Instrument]spec.Symbol
}

type loginPlan struct {
	after, send, done *expr.Program
	within            time.Duration
}

type subscribePlan struct {
	after, send, done *expr.Program
	perMessage        int
	pause, within     time.Duration
}

type pingPlan struct {
	send        *expr.Program
	every, idle time.Duration
}

type replyPlan struct{ when, send *expr.Program }

// ignores reports whether a message is empty, or one of the texts that mean nothing.
func (p *plan) ignores(data []byte) bool {
	data = bytes.TrimSpace(data)
	if len(data) == 0 {
		return true
	}

	for _, text := range p.ignored {
		if bytes.Equal(text, data) {
			return true
		}
	}

	return false
}

// orDefault returns a value, or its default where it is not given.
func orDefault[T int64 | float64 | time.Duration](value, standard T) T {
	if value == 0 {
		return standard
	}

	return value
}

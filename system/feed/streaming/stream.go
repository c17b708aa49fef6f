package streaming

import (
	"context"
	"fmt"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// Stream opens connections to one vendor, as its definition says. Its methods may be called from several goroutines.
type Stream struct{ definition spec.Definition }

// New compiles a definition's stream.
func New(definition spec.Definition) (*Stream, error) { return &Stream{definition: definition}, nil }

// Check returns every mistake in a definition's stream.
func Check(spec.Definition) []spec.FieldError { return nil }

// Stream runs one connection until it ends. Its error is always a *messages.Failure.
func (s *Stream) Stream(context.Context, []messages.Instrument, func(messages.StreamUpdate)) error {
	return fmt.Errorf("stream: %w", messages.NewFailure(messages.OutcomeDisconnected, "not connected"))
}

// Shard is how many instruments one connection carries; 0 means all.
func (s *Stream) Shard() int { return s.definition.Stream.Subscribe.PerConnection }

// Silence is how long nothing may come before a connection counts as dead.
func (s *Stream) Silence() time.Duration { return s.definition.Stream.Silence }

// MaxAge is after what time a connection is replaced; 0 means never.
func (s *Stream) MaxAge() time.Duration { return s.definition.Stream.MaxAge }

// Thin is the share of its usual rate of updates below which a stream is called thin; negative means never.
func (s *Stream) Thin() float64 { return s.definition.Stream.Thin }

package system

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/sirupsen/logrus"
	logrusslog "github.com/sirupsen/logrus/hooks/slog"

	"github.com/rollcall-go/rollcall/actors/auditor"
	"github.com/rollcall-go/rollcall/messages"
)

// demoted is a handler that takes the runtime's notices for what they are to an operator: details. Its warnings and errors stay. Of a message
// that could not be delivered it shows the type, never the contents.
type demoted struct{ slog.Handler }

// Handle implements slog.Handler.
func (d demoted) Handle(ctx context.Context, record slog.Record) error {
	if record.Level == slog.LevelInfo {
		record.Level = slog.LevelDebug
	}

	if !d.Enabled(ctx, record.Level) {
		return nil
	}

	safe := slog.NewRecord(record.Time, record.Level, record.Message, record.PC)
	record.Attrs(func(attr slog.Attr) bool {
		if attr.Key == "message" {
			attr = slog.String(attr.Key, fmt.Sprintf("%T", attr.Value.Any()))
		}

		safe.AddAttrs(attr)

		return true
	})

	return d.Handler.Handle(ctx, safe) //nolint:wrapcheck // a pass-through
}

// WithAttrs implements slog.Handler.
func (d demoted) WithAttrs(attrs []slog.Attr) slog.Handler {
	return demoted{d.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (d demoted) WithGroup(name string) slog.Handler { return demoted{d.Handler.WithGroup(name)} }

// newActorSystem makes an actor system whose own log flows into ours. The library's dead letters are throttled; those of
// requests are answered, not logged.
func newActorSystem(log *logrus.Entry) *actor.ActorSystem {
	return actor.NewActorSystem(
		actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
			return slog.New(demoted{logrusslog.NewHandler(log.Logger, nil)}).With("actor", "runtime")
		}),
		actor.WithDeadLetterRequestLogging(false),
	)
}

func (s *System) logFor(name string) *logrus.Entry { return s.settings.Log.WithField("actor", name) }

// record returns the audit log, or one that forgets where none was given.
func (s *System) record() auditor.Log {
	if s.settings.Record == nil {
		return forgetful{}
	}

	return s.settings.Record
}

type forgetful struct{}

// Append implements auditor.Log.
func (forgetful) Append(context.Context, []*messages.RecordFact) error { return nil }

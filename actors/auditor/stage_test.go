package auditor_test

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/sirupsen/logrus"
	"github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/auditor"
	"github.com/rollcall-go/rollcall/messages"
)

// book is a Log in memory. Its hook, if any, runs before each append and may block, fail or panic.
type book struct {
	mu    sync.Mutex
	hook  func(ctx context.Context, facts []*messages.RecordFact) error
	facts []*messages.RecordFact
	calls int
	busy  bool
}

func (b *book) Append(ctx context.Context, facts []*messages.RecordFact) error {
	b.mu.Lock()
	if b.busy {
		b.mu.Unlock()
		panic("two appends at once")
	}

	b.busy, b.calls = true, b.calls+1
	hook := b.hook
	b.mu.Unlock()

	defer func() {
		b.mu.Lock()
		b.busy = false
		b.mu.Unlock()
	}()

	if hook != nil {
		if err := hook(ctx, facts); err != nil {
			return err
		}
	}

	b.mu.Lock()
	b.facts = append(b.facts, facts...)
	b.mu.Unlock()

	return nil
}

func (b *book) setHook(hook func(context.Context, []*messages.RecordFact) error) {
	b.mu.Lock()
	defer b.mu.Unlock()

	b.hook = hook
}

func (b *book) written() []*messages.RecordFact {
	b.mu.Lock()
	defer b.mu.Unlock()

	return slices.Clip(b.facts)
}

// checkOrder asserts that the book holds the facts 1 … n in order, each once, where a gap stands for as many as it counts.
func (b *book) checkOrder(t *testing.T, n int) (gaps int) {
	t.Helper()

	next := 1

	for _, f := range b.written() {
		if f.Kind != messages.FactGap {
			require.Equal(t, next, int(f.Round))
			next++

			continue
		}

		gaps++
		require.Equal(t, "count", f.Fields[2].Name)
		count, err := strconv.Atoi(f.Fields[2].Value)
		require.NoError(t, err)

		next += count
	}

	require.Equal(t, n, next-1)

	return gaps
}

// stage is an actor system in a bubble with one auditor.
type stage struct {
	system *actor.ActorSystem
	pid    *actor.PID
	ref    actors.Ref[messages.AuditorMessage]
	logs   *test.Hook
}

func newStage(t *testing.T, settings auditor.Settings, log auditor.Log, options ...actor.PropsOption) *stage {
	t.Helper()

	logger, logs := test.NewNullLogger()
	logger.SetLevel(logrus.DebugLevel)
	settings.Log = logrus.NewEntry(logger)
	settings.Uniform = func() float64 { return 1 }

	system := actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
		return slog.New(slog.NewTextHandler(io.Discard, nil))
	}))
	guardian := actors.RestartGuardian(actors.Backoff{Base: 100 * time.Millisecond, Max: time.Second}, time.Minute)
	options = append(options, actor.WithGuardian(guardian))
	pid := system.Root.Spawn(auditor.Props(settings, log).Configure(options...))

	return &stage{system: system, pid: pid, ref: actors.NewRef[messages.AuditorMessage](pid), logs: logs}
}

func (s *stage) record(n int) { s.ref.Tell(s.system.Root, fact("v", n, 1)) }

func (s *stage) flush(t *testing.T) int {
	t.Helper()

	answer, err := actors.Ask[*messages.RecordFlushed](t.Context(), s.system, s.ref, messages.AuditorMessage(&messages.FlushRecord{}))
	require.NoError(t, err)

	return answer.Unwritten
}

func (s *stage) describe(t *testing.T) *messages.RecordDescribed {
	t.Helper()

	answer, err := actors.Ask[*messages.RecordDescribed](t.Context(), s.system, s.ref, messages.AuditorMessage(&messages.DescribeRecord{}))
	require.NoError(t, err)

	return answer
}

func (s *stage) end(t *testing.T) {
	t.Helper()
	require.NoError(t, actors.PoisonWait(t.Context(), s.system, s.pid))
	time.Sleep(time.Minute) // timers of the library and of the back-off run out
	synctest.Wait()
}

func (s *stage) logged(level logrus.Level) (lines []string) {
	for _, line := range s.logs.AllEntries() {
		if line.Level == level {
			lines = append(lines, line.Message)
		}
	}

	return lines
}

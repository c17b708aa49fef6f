package auditor_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/sirupsen/logrus"
	"github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
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

func TestHungLogIsBoundedAndDrainsInOrder(t *testing.T) { // V05
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &book{}
		s := newStage(t, auditor.Settings{MaxFacts: 1000}, log)
		hung := make(chan struct{})

		log.setHook(func(context.Context, []*messages.RecordFact) error {
			<-hung

			return nil
		})

		const facts = 1400 // 60 s at one each 50 ms, and 10 s more

		for n := 1; n <= facts; n++ {
			if n == 1200 {
				close(hung)
				synctest.Wait()
			}

			s.record(n)
			time.Sleep(50 * time.Millisecond)
		}

		assert.Zero(t, s.flush(t))
		assert.Equal(t, 1, log.checkOrder(t, facts))

		d := s.describe(t)
		assert.Equal(t, uint64(facts), d.Received)
		assert.Equal(t, uint64(199), d.Dropped) // 1199 came before the disk was back
		assert.Equal(t, d.Received-d.Dropped+1, d.Written)
		assert.Empty(t, d.LastErr)
		assert.Equal(t, []string{"audit facts do not fit into memory"}, s.logged(logrus.WarnLevel))
		s.end(t)
	})
}

func TestErrorKeepsTheBatchAndBacksOff(t *testing.T) { // S03
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &book{}
		s := newStage(t, auditor.Settings{}, log)
		started := time.Now()

		var tries []time.Duration

		log.setHook(func(context.Context, []*messages.RecordFact) error {
			tries = append(tries, time.Since(started))

			if len(tries) < 10 {
				return errors.New("disk full")
			}

			return nil
		})
		s.record(1)
		s.record(2)
		time.Sleep(time.Second)
		assert.Equal(t, "disk full", s.describe(t).LastErr)
		time.Sleep(time.Minute)
		synctest.Wait()

		ms := time.Millisecond
		assert.Equal(t, []time.Duration{
			0, 100 * ms, 300 * ms, 700 * ms, 1500 * ms, 3100 * ms, 6300 * ms, 11300 * ms, 16300 * ms, 21300 * ms,
		}, tries[:10])
		assert.Zero(t, log.checkOrder(t, 2))
		assert.Empty(t, s.describe(t).LastErr)
		assert.Equal(t, []string{"audit log cannot be written"}, s.logged(logrus.ErrorLevel))
		assert.Equal(t, []string{"audit log is written again"}, s.logged(logrus.InfoLevel))
		s.end(t)
	})
}

func TestFlushAfterFailureTellsTheNumber(t *testing.T) { // O02: shutdown with a full disk
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &book{hook: func(context.Context, []*messages.RecordFact) error { return errors.New("disk full") }}
		s := newStage(t, auditor.Settings{}, log)

		s.record(1)
		s.record(2)
		s.record(3)
		assert.Equal(t, 3, s.flush(t))
		s.end(t)
		assert.Contains(t, s.logged(logrus.ErrorLevel), "audit facts were not written")
	})
}

func TestPanicOfTheLogPoisonsTheFactAtFault(t *testing.T) { // V04, O08
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &book{}
		s := newStage(t, auditor.Settings{}, log)

		log.setHook(func(_ context.Context, facts []*messages.RecordFact) error {
			for _, f := range facts {
				if f.Round == 3 && f.Kind != messages.FactPoison {
					panic("cannot spell this")
				}
			}

			return nil
		})

		for n := 1; n <= 5; n++ {
			s.record(n)
		}

		assert.Zero(t, s.flush(t))
		assert.Zero(t, log.checkOrder(t, 5))

		poison := log.written()[2]
		assert.Equal(t, messages.FactPoison, poison.Kind)
		assert.Empty(t, poison.Vendor)
		assert.Equal(t, messages.Field{Name: "type", Value: "*messages.RecordFact"}, poison.Fields[0])
		assert.Len(t, poison.Fields[1].Value, 64)
		s.end(t)
	})
}

func TestRestartLosesNothing(t *testing.T) { // V04, section 2.6
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		type crash struct{}

		log := &book{}
		crashing := actor.WithReceiverMiddleware(func(next actor.ReceiverFunc) actor.ReceiverFunc {
			return func(c actor.ReceiverContext, envelope *actor.MessageEnvelope) {
				if _, ok := envelope.Message.(*crash); ok {
					panic("crash")
				}

				next(c, envelope)
			}
		})
		s := newStage(t, auditor.Settings{}, log, crashing)

		// Crash while the log is busy, then while the auditor waits after an error.
		log.setHook(func(ctx context.Context, _ []*messages.RecordFact) error {
			time.Sleep(time.Second)
			log.setHook(func(context.Context, []*messages.RecordFact) error {
				log.setHook(nil)

				return errors.New("once")
			})

			return ctx.Err()
		})

		for n := 1; n <= 3; n++ {
			s.record(n)
		}

		s.system.Root.Send(s.pid, &crash{})
		s.record(4)
		time.Sleep(time.Second + 10*time.Millisecond)
		assert.Equal(t, "once", s.describe(t).LastErr)
		s.system.Root.Send(s.pid, &crash{})
		s.record(5)
		time.Sleep(time.Second)

		assert.Zero(t, log.checkOrder(t, 5))
		assert.Equal(t, uint64(5), s.describe(t).Written)
		s.end(t)
	})
}

func TestStrangeMessagesAreIgnored(t *testing.T) { // V09
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &book{}
		s := newStage(t, auditor.Settings{}, log)

		for _, message := range []any{
			42, "text", struct{}{}, &messages.FetchQuotes{}, (*messages.RecordFact)(nil), strings.Repeat("x", 10<<20), []byte{0},
		} {
			s.system.Root.Send(s.pid, message)
		}

		// A bare nil never leaves the library's mailbox; one in an envelope reaches the actor.
		s.system.Root.Send(s.pid, actor.WrapEnvelope(nil))
		s.system.Root.Send(s.pid, (*messages.FlushRecord)(nil))
		s.system.Root.Send(s.pid, &messages.DescribeRecord{}) // nobody asks
		s.ref.Tell(s.system.Root, fact("v", 1, 10<<20))
		assert.Zero(t, s.flush(t))
		assert.Zero(t, log.checkOrder(t, 1))

		huge := fact("v", 2, 65<<20) // never fits: a gap
		s.ref.Tell(s.system.Root, huge)
		assert.Zero(t, s.flush(t))
		assert.Equal(t, 1, log.checkOrder(t, 2))
		s.end(t)
	})
}

func TestBurstIsCompleteOrCounted(t *testing.T) { // V05
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &book{}
		s := newStage(t, auditor.Settings{}, log)

		const facts = 100_000

		for n := 1; n <= facts; n++ {
			s.record(n)

			if n%1000 == 0 {
				runtime.Gosched()
			}
		}

		assert.Zero(t, s.flush(t))
		log.checkOrder(t, facts)

		d := s.describe(t)
		synctest.Wait()
		assert.Equal(t, uint64(facts), d.Received)
		assert.Less(t, log.calls, facts/10, "facts are appended in batches")
		s.end(t)
	})
}

func TestStopEndsTheAppendThatHangs(t *testing.T) { // O02
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &book{hook: func(ctx context.Context, _ []*messages.RecordFact) error {
			<-ctx.Done()

			return ctx.Err()
		}}
		s := newStage(t, auditor.Settings{}, log)
		s.record(1)
		s.end(t)
		assert.Empty(t, log.written())
		assert.Equal(t, []string{"audit facts were not written"}, s.logged(logrus.ErrorLevel))
	})
}

func TestDefaultsNeedNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &book{}
		system := actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
			return slog.New(slog.NewTextHandler(io.Discard, nil))
		}))
		pid := system.Root.Spawn(auditor.Props(auditor.Settings{}, log))
		system.Root.Send(pid, fact("v", 1, 1))
		require.NoError(t, actors.PoisonWait(t.Context(), system, pid))
		time.Sleep(time.Minute)
		log.checkOrder(t, 1)
	})
}

package auditor_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/auditor"
	"github.com/rollcall-go/rollcall/messages"
)

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

package streamer_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/streamer"
	"github.com/rollcall-go/rollcall/messages"
)

// A socket that is dead but open is found by what does not come, and its vendor is called again.
func TestDeadButOpenConnectionIsCut(t *testing.T) {
	t.Parallel()

	var calls atomic.Int32

	stream := func(ctx context.Context, instruments []messages.Instrument, deliver deliver) error {
		calls.Add(1)

		return beating(t, 10*time.Second, 3)(ctx, instruments, deliver)
	}

	run(t, streamer.Settings{Uniform: half}, stream, func(b *bench) {
		time.Sleep(59 * time.Second)
		assert.Equal(t, 1, b.fetched(1).Usable, "the last heartbeat was 29 s ago")

		time.Sleep(time.Second)

		failed := b.failed(2)
		assert.Equal(t, "stalled: nothing came for 30s", failed.Failure.Error())
		assert.Equal(t, messages.StreamConnecting, failed.Feed.Stream.State)

		time.Sleep(751 * time.Millisecond)
		assert.Equal(t, int32(2), calls.Load())
		assert.Equal(t, 1, b.fetched(3).Usable, "called again, and live")
	})
}

// A market that is quiet for hours on a connection that lives is no fault.
func TestQuietMarketIsNotADeadFeed(t *testing.T) {
	t.Parallel()

	run(t, streamer.Settings{}, beating(t, 20*time.Second, 10_000), func(b *bench) {
		time.Sleep(6 * time.Hour)

		fetched := b.fetched(1)
		assert.Equal(t, 1, fetched.Usable)
		assert.Equal(t, messages.StreamLive, fetched.Feed.Stream.State)
		assert.Equal(t, 6*time.Hour, time.Since(fetched.Quotes[0].AsOf()))
		assert.Less(t, fetched.Feed.Stream.AliveAge, 30*time.Second)
	})
}

// N23: a server that drops every connection after a second is called ten times a minute at most, and its quotes are used meanwhile.
func TestReconnectStormIsAvoided(t *testing.T) {
	t.Parallel()

	var calls []time.Time

	stream := func(ctx context.Context, instruments []messages.Instrument, deliver deliver) error {
		calls = append(calls, time.Now())
		deliver(messages.StreamUpdate{Ready: true, Quotes: []messages.Quote{priced(t, instruments[0], "1")}})
		pause(ctx, time.Second)

		return nil
	}

	log, hook := logtest.NewNullLogger()
	settings := streamer.Settings{
		Connections: streamer.Connections{Backoff: actors.Backoff{Base: time.Millisecond, Max: time.Millisecond}},
		Log:         logrus.NewEntry(log),
	}

	run(t, settings, stream, func(b *bench) {
		usable := 0

		for round := range messages.Round(600) {
			time.Sleep(time.Second)
			b.ask(round+1, 900*time.Millisecond)
		}

		for _, message := range b.take() {
			if fetched, ok := message.(*messages.QuotesFetched); ok {
				usable += fetched.Usable
			}
		}

		assert.Greater(t, usable, 300)

		for i := 10; i < len(calls); i++ {
			assert.GreaterOrEqual(t, calls[i].Sub(calls[i-10]), time.Minute, "call %d", i)
		}

		assert.Less(t, len(hook.AllEntries()), 50, "the log is not a storm either")
	})
}

// Vendors that are all cut at once come back spread in time.
func TestManyCutAtOnceComeBackSpread(t *testing.T) {
	t.Parallel()

	const vendors = 250

	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		down := make(chan struct{})

		var (
			calls atomic.Int32
			slots [100]atomic.Int32 // calls in each 10 ms after the cut
		)

		began := time.Now()
		stream := func(ctx context.Context, _ []messages.Instrument, deliver deliver) error {
			calls.Add(1)

			if since := time.Since(began) - time.Second; since > 0 {
				slots[since/(10*time.Millisecond)].Add(1)
				deliver(messages.StreamUpdate{Ready: true})
				<-ctx.Done()

				return nil
			}

			deliver(messages.StreamUpdate{Ready: true})
			<-down

			return messages.NewFailure(messages.OutcomeReset, "")
		}

		for range vendors {
			b.spawn(streamer.Settings{}, stream, nil)
		}

		time.Sleep(time.Second)
		assert.Equal(t, int32(vendors), calls.Load())
		close(down)
		time.Sleep(2 * time.Second)
		assert.Equal(t, int32(2*vendors), calls.Load(), "each is back")

		most := int32(0)
		for i := range slots {
			most = max(most, slots[i].Load())
		}

		assert.Less(t, most, int32(vendors/10), "spread over half a second")
		b.stop()
	})
}

// Long-lived connections are replaced in time, and no round notices.
func TestPlannedRotation(t *testing.T) {
	t.Parallel()

	var (
		calls []time.Time
		open  atomic.Int32
		most  atomic.Int32
	)

	stream := func(ctx context.Context, instruments []messages.Instrument, deliver deliver) error {
		calls = append(calls, time.Now())

		most.Store(max(most.Load(), open.Add(1)))
		defer open.Add(-1)

		limited, cancel := context.WithTimeout(ctx, time.Hour)
		defer cancel()

		return ticking(t, 2*time.Second, 10*time.Second)(limited, instruments, deliver)
	}

	run(t, streamer.Settings{Connections: streamer.Connections{MaxAge: time.Hour}}, stream, func(b *bench) {
		time.Sleep(time.Minute)

		for round := range messages.Round(24 * 60) {
			fetched := b.fetched(round + 1)
			require.Equal(t, 1, fetched.Usable)
			require.Equal(t, messages.StreamLive, fetched.Feed.Stream.State)
			time.Sleep(time.Minute)
		}

		assert.Equal(t, int32(2), most.Load(), "made before broken, and never a third")
		assert.Equal(t, int32(1), open.Load())

		for i := 1; i < len(calls); i++ {
			assert.Less(t, calls[i].Sub(calls[i-1]), time.Hour)
			assert.Greater(t, calls[i].Sub(calls[i-1]), 45*time.Minute)
		}
	})
}

// Several connections carry one listing; one that is down costs its own instruments.
func TestShards(t *testing.T) {
	t.Parallel()

	stream := func(ctx context.Context, instruments []messages.Instrument, deliver deliver) error {
		if instruments[0] == "C" {
			return messages.NewFailure(messages.OutcomeUnavailable, "maintenance")
		}

		return ticking(t, 0, time.Second)(ctx, instruments, deliver)
	}

	settings := streamer.Settings{
		Connections: streamer.Connections{Shard: 2}, Instruments: []messages.Instrument{"A", "B", "C", "D", "E"},
	}

	run(t, settings, stream, func(b *bench) {
		time.Sleep(time.Second)

		fetched := b.fetched(1)
		assert.Equal(t, 3, fetched.Usable)
		assert.Equal(t, 2, fetched.Feed.Stream.Connections)

		for i, outcome := range []messages.Outcome{
			messages.OutcomeOK, messages.OutcomeOK, messages.OutcomeUnavailable, messages.OutcomeUnavailable, messages.OutcomeOK,
		} {
			assert.Equal(t, outcome, fetched.Quotes[i].Outcome, i)
		}
	})
}

// A stream that is alive but far less busy than usual is noticed, once, and so is its recovery.
func TestThinStreamIsNoticed(t *testing.T) {
	t.Parallel()

	var every atomic.Int64

	every.Store(int64(time.Second))

	stream := func(ctx context.Context, instruments []messages.Instrument, deliver deliver) error {
		quote := priced(t, instruments[0], "1")

		for first := true; ; first = false {
			deliver(messages.StreamUpdate{Ready: first, Quotes: []messages.Quote{quote}})

			if !pause(ctx, time.Duration(every.Load())) {
				return nil
			}
		}
	}
	log, hook := logtest.NewNullLogger()

	run(t, streamer.Settings{Log: logrus.NewEntry(log)}, stream, func(b *bench) {
		time.Sleep(20 * time.Minute)
		assert.Equal(t, messages.StreamLive, b.fetched(1).Feed.Stream.State)

		every.Store(int64(20 * time.Second))
		time.Sleep(4 * time.Minute)

		thin := b.fetched(2)
		assert.Equal(t, messages.StreamThin, thin.Feed.Stream.State)
		assert.Equal(t, 1, thin.Usable, "thin is an alarm, not a failure")
		require.Len(t, hook.AllEntries(), 2)
		assert.Equal(t, logrus.WarnLevel, hook.LastEntry().Level)

		every.Store(int64(time.Second))
		time.Sleep(4 * time.Minute)
		assert.Equal(t, messages.StreamLive, b.fetched(3).Feed.Stream.State)
		assert.Len(t, hook.AllEntries(), 3)
	})
}

// A connection that does not end although it was cut is not replaced without end.
func TestDeafSourceIsNotMultiplied(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		b := newBench(t)

		var calls atomic.Int32

		deaf := func(ctx context.Context, _ []messages.Instrument, deliver deliver) error {
			calls.Add(1)
			deliver(messages.StreamUpdate{Ready: true})
			<-release

			return ctx.Err()
		}

		b.spawn(streamer.Settings{}, deaf, nil)
		time.Sleep(time.Hour)
		assert.Equal(t, int32(2), calls.Load())
		assert.Equal(t, messages.OutcomeStalled, b.failed(1).Failure.Outcome)
		close(release)
		b.stop()
	})
}

// slowLog delays whoever answers a round.
type slowLog struct{ delay time.Duration }

func (l *slowLog) Levels() []logrus.Level { return []logrus.Level{logrus.DebugLevel} }

func (l *slowLog) Fire(*logrus.Entry) error {
	time.Sleep(l.delay)

	return nil
}

// A machine that stood still for a while does not take a connection for silent that has spoken meanwhile, whatever it looks at first.
func TestPauseIsNotSilence(t *testing.T) {
	t.Parallel()

	for name, questions := range map[string]messages.Round{"alarm first": 1, "question first": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var calls atomic.Int32

			stream := func(ctx context.Context, instruments []messages.Instrument, deliver deliver) error {
				calls.Add(1)

				return beating(t, 31*time.Second, 1)(ctx, instruments, deliver)
			}
			log, _ := logtest.NewNullLogger()
			log.SetLevel(logrus.DebugLevel)
			log.AddHook(&slowLog{delay: 8 * time.Second})

			run(t, streamer.Settings{Log: logrus.NewEntry(log)}, stream, func(b *bench) {
				time.Sleep(29 * time.Second)

				for round := range questions {
					b.ask(round+1, time.Minute)
					time.Sleep(100 * time.Millisecond)
				}

				time.Sleep(20 * time.Second)
				assert.Equal(t, int32(1), calls.Load())
			})
		})
	}
}

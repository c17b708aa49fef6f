package streamer_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/streamer"
	"github.com/rollcall-go/rollcall/messages"
)

func TestRoundsAreAnsweredAtOnce(t *testing.T) {
	t.Parallel()

	run(t, streamer.Settings{}, ticking(t, 300*time.Millisecond, time.Second), func(b *bench) {
		began := time.Now()

		b.ask(7, 2*time.Second)
		time.Sleep(300 * time.Millisecond)

		received := b.take()
		require.Len(t, received, 2, "the first round waits for the first quotes")
		assert.Equal(t, &messages.FetcherRecovered{Vendor: "v"}, received[1])

		fetched, ok := received[0].(*messages.QuotesFetched)
		require.True(t, ok)
		assert.Equal(t, messages.Round(7), fetched.Round)
		assert.Equal(t, 1, fetched.Usable)
		assert.Zero(t, fetched.Attempts)
		assert.Zero(t, fetched.Latency)
		assert.Equal(t, "185.20", fetched.Quotes[0].Price.Text())
		assert.Equal(t, messages.FlagStreamed, fetched.Quotes[0].Flags)

		time.Sleep(1500 * time.Millisecond)

		fetched = b.fetched(8)
		assert.Equal(t, 1300*time.Millisecond, fetched.Quotes[0].ReceivedAt.Sub(began))
		assert.Equal(t, 500*time.Millisecond, time.Since(fetched.Quotes[0].AsOf()), "the data's age is the quote's own")
		assert.Equal(t, &messages.StreamStatus{
			State: messages.StreamLive, AliveAge: 500 * time.Millisecond, Connections: 1, Connects: 1, Messages: 2, Updates: 2,
		}, fetched.Feed.Stream)
	})
}

// N25: a flood reaches the actor as the newest quote of each instrument, in one message; rounds are answered meanwhile.
func TestFloodIsConflated(t *testing.T) {
	t.Parallel()

	const updates = 1_000_000

	flood := func(ctx context.Context, _ []messages.Instrument, deliver deliver) error {
		quote := priced(t, "A", "1.5")
		update := messages.StreamUpdate{Ready: true, Messages: 1, Quotes: []messages.Quote{quote}}

		for range updates {
			deliver(update)
		}

		<-ctx.Done()

		return ctx.Err()
	}

	run(t, streamer.Settings{}, flood, func(b *bench) {
		synctest.Wait()

		stream := b.fetched(1).Feed.Stream
		assert.Equal(t, uint64(updates), stream.Updates)
		assert.Equal(t, uint64(updates), stream.Messages)
		assert.Positive(t, stream.Conflated)
	})
}

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

// O08: a panic of the source is answered, reaches the supervisor with its stack, and the next incarnation works.
func TestPanicIsAnsweredAndSupervised(t *testing.T) {
	t.Parallel()

	var broken atomic.Bool

	broken.Store(true)

	stream := func(ctx context.Context, instruments []messages.Instrument, deliver deliver) error {
		if broken.Load() {
			pause(ctx, time.Second)
			panic("index out of range")
		}

		return ticking(t, 0, time.Second)(ctx, instruments, deliver)
	}

	run(t, streamer.Settings{}, stream, func(b *bench) {
		b.ask(1, 5*time.Second)
		time.Sleep(time.Second)
		assert.Equal(t, "crashed: panic: index out of range", new(only[*messages.FetchFailed](b).Failure).Error())
		require.Len(t, b.crashes, 1)
		assert.Equal(t, "stream", b.crashes[0].Message)
		assert.Contains(t, string(b.crashes[0].Stack), "actor_test.go")

		broken.Store(false)
		time.Sleep(3 * time.Second)
		assert.Equal(t, 1, b.fetched(2).Usable)
		require.Len(t, b.crashes, 1)
	})
}

// Stopping answers what is open, cuts every connection, waits for none and leaves no goroutine.
func TestStopCutsTheConnections(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		deaf := func(ctx context.Context, _ []messages.Instrument, deliver deliver) error {
			<-ctx.Done()
			time.Sleep(10 * time.Second) // takes its time over closing, and still talks
			deliver(messages.StreamUpdate{Ready: true})

			return nil
		}
		b.spawn(streamer.Settings{
			Connections: streamer.Connections{Shard: 1}, Instruments: []messages.Instrument{"A", "B", "C"},
		}, deaf, nil)
		time.Sleep(time.Second)
		b.ask(1, time.Hour)
		synctest.Wait()

		began := time.Now()

		require.NoError(t, actors.StopWait(t.Context(), b.system, b.streamers[0]))
		assert.Zero(t, time.Since(began))
		assert.Equal(t, messages.OutcomeCancelled, only[*messages.FetchFailed](b).Failure.Outcome)
		time.Sleep(10 * time.Second)
		b.streamers = nil
		b.stop()
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

// Whatever else is sent to a streamer is ignored (V09).
func TestStrangeMessagesAreIgnored(t *testing.T) {
	t.Parallel()

	run(t, streamer.Settings{}, ticking(t, 0, time.Second), func(b *bench) {
		var none *messages.FetchQuotes

		for _, message := range []any{
			nil, none, "text", make([]byte, 10<<20), &messages.FetchFailed{Round: 2}, &messages.QuotesFetched{Round: 2}, errors.New("error"),
		} {
			b.system.Root.RequestWithCustomSender(b.streamers[0], message, b.probe)
			b.system.Root.Send(b.streamers[0], message)
		}

		b.system.Root.Send(b.streamers[0], &messages.FetchQuotes{Round: 1, Deadline: time.Now().Add(time.Second)}) // nobody wants the answer
		b.system.Root.Send(b.streamers[0], &messages.FetchQuotes{})
		time.Sleep(time.Second)
		b.take()
		assert.Empty(t, b.crashes)
		assert.Equal(t, 1, b.fetched(2).Usable)
	})
}

// A restart for another reason than the source's panic cuts the connections as well.
func TestRestartCutsTheConnections(t *testing.T) {
	t.Parallel()

	var open atomic.Int32

	stream := func(ctx context.Context, instruments []messages.Instrument, deliver deliver) error {
		open.Add(1)
		defer open.Add(-1)

		return ticking(t, 0, time.Second)(ctx, instruments, deliver)
	}

	run(t, streamer.Settings{}, stream, func(b *bench) {
		synctest.Wait()

		for range 3 {
			b.system.Root.Send(b.streamers[0], streamer.Bug())
			time.Sleep(3 * time.Second)
		}

		assert.Equal(t, 1, b.fetched(1).Usable)
		assert.Equal(t, int32(1), open.Load())
		assert.Len(t, b.crashes, 3)
	})
}

// fallback answers every round with B at 2.5, and panics in the rounds given.
func fallback(t *testing.T, asked *atomic.Int32, panics messages.Round) *actor.Props {
	t.Helper()

	return actor.PropsFromProducer(actors.Guard(func() actor.Actor {
		return actor.ReceiveFunc(func(c actor.Context) {
			message, ok := c.Message().(*messages.FetchQuotes)
			if !ok {
				return
			}

			asked.Add(1)

			if message.Round == panics {
				panic("nil map")
			}

			quote := priced(t, "A", "2.5")
			quote.Outcome, quote.ReceivedAt = messages.OutcomeOK, time.Now()
			c.Respond(&messages.QuotesFetched{
				Vendor: "v", Round: message.Round, Quotes: []messages.Quote{quote}, Usable: 1, Latency: time.Millisecond, Attempts: 1,
				Feed: &messages.FeedStatus{Budget: &messages.BudgetStatus{Key: "k"}},
			})
		})
	}), actors.Mailbox())
}

// While there is no stream the vendor is polled; as soon as there is one again it is not.
func TestFallbackAndReturn(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)

		var (
			asked atomic.Int32
			up    atomic.Bool
		)

		stream := func(ctx context.Context, instruments []messages.Instrument, deliver deliver) error {
			if !up.Load() {
				return messages.NewFailure(messages.OutcomeRefused, "")
			}

			return ticking(t, 0, time.Second)(ctx, instruments, deliver)
		}
		b.spawn(streamer.Settings{Uniform: half}, stream, fallback(t, &asked, 0))
		time.Sleep(time.Second)

		polled := b.fetched(1)
		assert.Equal(t, "2.5", polled.Quotes[0].Price.Text())
		assert.Equal(t, messages.StreamPolled, polled.Feed.Stream.State)
		assert.Equal(t, "k", polled.Feed.Budget.Key)
		assert.Equal(t, 1, polled.Attempts)

		up.Store(true)
		time.Sleep(2 * time.Minute)

		streamed := b.fetched(2)
		assert.Equal(t, "185.20", streamed.Quotes[0].Price.Text())
		assert.Equal(t, messages.StreamLive, streamed.Feed.Stream.State)
		assert.Equal(t, int32(1), asked.Load())
		b.stop()
	})
}

// A panic of the fallback is the vendor's: it reaches the supervisor with its stack, and the round is answered.
func TestFallbackPanicIsEscalated(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)

		var asked atomic.Int32

		never := func(context.Context, []messages.Instrument, deliver) error {
			return messages.NewFailure(messages.OutcomeRefused, "")
		}
		b.spawn(streamer.Settings{}, never, fallback(t, &asked, 1))
		time.Sleep(time.Second)
		assert.Equal(t, "crashed: panic: nil map", new(b.failed(1).Failure).Error())
		require.Len(t, b.crashes, 1)
		assert.Equal(t, "nil map", b.crashes[0].Value)
		assert.Contains(t, string(b.crashes[0].Stack), "actor_test.go")

		time.Sleep(2 * time.Second)
		assert.Equal(t, 1, b.fetched(2).Usable, "the next incarnation has a new one")
		b.stop()
	})
}

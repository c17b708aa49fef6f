package streamer_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

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

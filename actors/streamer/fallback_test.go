package streamer_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/streamer"
	"github.com/rollcall-go/rollcall/messages"
)

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
		assert.Contains(t, string(b.crashes[0].Stack), "fallback_test.go")

		time.Sleep(2 * time.Second)
		assert.Equal(t, 1, b.fetched(2).Usable, "the next incarnation has a new one")
		b.stop()
	})
}

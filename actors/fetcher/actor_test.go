package fetcher_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/messages"
)

func TestQuotesAreFetched(t *testing.T) {
	t.Parallel()

	run(t, fetcher.Settings{}, after(300*time.Millisecond, good), func(b *bench) {
		b.ask(7, time.Second)
		time.Sleep(time.Second)

		received := b.take()
		require.Len(t, received, 2)

		fetched, ok := received[0].(*messages.QuotesFetched)
		require.True(t, ok)
		assert.Equal(t, messages.Vendor("v"), fetched.Vendor)
		assert.Equal(t, messages.Round(7), fetched.Round)
		assert.Equal(t, 300*time.Millisecond, fetched.Latency)
		assert.Equal(t, 1, fetched.Usable)
		assert.Equal(t, "185.20", fetched.Quotes[0].Price.Text())
		assert.Equal(t, &messages.FetcherRecovered{Vendor: "v"}, received[1])
	})
}

// The request is cut off 10 ms after the round's deadline, and the answer says how long was waited (N01).
func TestHangingVendorTimesOut(t *testing.T) {
	t.Parallel()

	var took time.Duration

	source := func(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
		began := time.Now()
		defer func() { took = time.Since(began) }()

		return hang(ctx, instruments)
	}

	run(t, fetcher.Settings{}, sourceFunc(source), func(b *bench) {
		b.ask(1, 2*time.Second)
		time.Sleep(2009 * time.Millisecond)
		assert.Empty(t, b.take())
		time.Sleep(time.Millisecond)

		failed := only[*messages.FetchFailed](b)
		assert.Equal(t, messages.Failure{Outcome: messages.OutcomeTimeout, Detail: "no answer within 2s"}, failed.Failure)
		assert.Equal(t, 2010*time.Millisecond, failed.Latency)
		assert.Equal(t, 2010*time.Millisecond, took)
	})
}

func TestOwnDeadlineCutsTheRequest(t *testing.T) {
	t.Parallel()

	run(t, fetcher.Settings{Deadline: 1500 * time.Millisecond}, sourceFunc(hang), func(b *bench) {
		b.ask(1, 2*time.Second)
		time.Sleep(1500 * time.Millisecond)

		assert.Equal(t, "timeout: no answer within 1.5s", new(only[*messages.FetchFailed](b).Failure).Error())
	})
}

// An answer at 0.95 of the deadline is in time (N05).
func TestLastMomentIsInTime(t *testing.T) {
	t.Parallel()

	run(t, fetcher.Settings{}, after(1900*time.Millisecond, good), func(b *bench) {
		b.ask(1, 2*time.Second)
		time.Sleep(1900 * time.Millisecond)
		assert.Equal(t, 1, only[*messages.QuotesFetched](b).Usable)
	})
}

func TestRetriesStayWithinTheDeadline(t *testing.T) {
	t.Parallel()

	var calls []time.Time

	source := func(context.Context, []messages.Instrument) ([]messages.Quote, error) {
		calls = append(calls, time.Now())

		return nil, messages.NewFailure(messages.OutcomeReset, "connection reset")
	}

	settings := fetcher.Settings{Retry: fetcher.Retry{Attempts: 100, Backoff: actors.Backoff{Base: 100 * time.Millisecond, Max: time.Second}}}
	run(t, settings, sourceFunc(source), func(b *bench) {
		began := time.Now()

		b.ask(1, time.Second)
		time.Sleep(5 * time.Second)

		failed := only[*messages.FetchFailed](b)
		assert.Equal(t, messages.OutcomeReset, failed.Failure.Outcome)
		assert.Equal(t, 4, failed.Attempts) // at 0, 75, 225 and 525 ms; the fifth would be at 1125
		require.Len(t, calls, 4)
		assert.Equal(t, 525*time.Millisecond, calls[3].Sub(began))
	})
}

// An answer that comes after its round has been overtaken is never used for another one (V07).
func TestLateAnswerKeepsItsRound(t *testing.T) {
	t.Parallel()

	deaf := func(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
		time.Sleep(2500 * time.Millisecond) // whatever ctx says

		return good(ctx, instruments)
	}

	run(t, fetcher.Settings{}, sourceFunc(deaf), func(b *bench) {
		for round := range messages.Round(6) {
			b.ask(round+1, time.Second)
			time.Sleep(time.Second)
		}

		time.Sleep(5 * time.Second)

		rounds := map[messages.Round]int{}

		for _, message := range b.take() {
			switch message := message.(type) {
			case *messages.QuotesFetched:
				t.Errorf("round %d: quotes of an earlier round", message.Round)
			case *messages.FetchFailed:
				rounds[message.Round]++
			}
		}

		assert.Equal(t, map[messages.Round]int{1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1}, rounds)
	})
}

// A panic is answered, reaches the supervisor with its stack, and the next incarnation works (O08).
func TestPanicIsAnsweredAndSupervised(t *testing.T) {
	t.Parallel()

	var broken atomic.Bool

	broken.Store(true)

	source := func(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
		if broken.Load() {
			panic("index out of range")
		}

		return good(ctx, instruments)
	}

	run(t, fetcher.Settings{}, sourceFunc(source), func(b *bench) {
		b.ask(1, time.Second)
		assert.Equal(t, "crashed: panic: index out of range", new(only[*messages.FetchFailed](b).Failure).Error())
		require.Len(t, b.crashes, 1)
		assert.Equal(t, "source", b.crashes[0].Message)
		assert.Contains(t, string(b.crashes[0].Stack), "actor_test.go")

		broken.Store(false)
		b.ask(2, 500*time.Millisecond) // waits for the restart, and is too late then
		time.Sleep(time.Second)
		assert.Equal(t, messages.OutcomeTimeout, only[*messages.FetchFailed](b).Failure.Outcome)

		b.ask(3, time.Second)
		assert.Equal(t, messages.Round(3), only[*messages.QuotesFetched](b).Round)
	})
}

// Stopping cancels what is under way, answers it, and leaves no goroutine.
func TestStopCancelsTheRequest(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.spawn(fetcher.Settings{}, sourceFunc(hang))
		b.ask(1, time.Hour)
		synctest.Wait()

		began := time.Now()

		require.NoError(t, actors.StopWait(t.Context(), b.system, b.fetcher))
		assert.Equal(t, messages.OutcomeCancelled, only[*messages.FetchFailed](b).Failure.Outcome)
		assert.Zero(t, time.Since(began))
		require.NoError(t, actors.StopWait(t.Context(), b.system, b.probe))
	})
}

// A restart for another reason than the source's panic ends its request as well.
func TestRestartCancelsTheRequest(t *testing.T) {
	t.Parallel()

	run(t, fetcher.Settings{}, sourceFunc(hang), func(b *bench) {
		b.ask(1, time.Hour)
		synctest.Wait()
		b.system.Root.Send(b.fetcher, fetcher.Bug())
		time.Sleep(time.Second)
		assert.Equal(t, messages.OutcomeCrashed, only[*messages.FetchFailed](b).Failure.Outcome)
	})
}

// No request is made before the time that the vendor has asked for, not even after a restart (N15).
func TestRetryAfterIsObeyed(t *testing.T) {
	t.Parallel()

	var calls []time.Duration

	began := time.Time{}
	source := func(context.Context, []messages.Instrument) ([]messages.Quote, error) {
		calls = append(calls, time.Since(began))

		if len(calls) == 3 {
			panic("a bug in between")
		}

		return nil, &messages.Failure{Outcome: messages.OutcomeRateLimited, Detail: "429", RetryAfter: 30 * time.Second}
	}

	run(t, fetcher.Settings{Retry: fetcher.Retry{Attempts: 5}}, sourceFunc(source), func(b *bench) {
		began = time.Now()

		for round := range messages.Round(100) {
			b.ask(round+1, 900*time.Millisecond)
			time.Sleep(time.Second)
		}

		assert.Equal(t, []time.Duration{0, 30 * time.Second, 60 * time.Second, 61 * time.Second, 91 * time.Second}, calls)
		assert.Len(t, b.take(), 100)
	})
}

// A vendor that is down is asked less and less, and is back soon after it is up again; no request is lost without an answer (N21).
func TestFlappingVendorIsNotChatteredAt(t *testing.T) {
	t.Parallel()

	calls := 0
	source := func(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
		calls++
		if time.Now().Unix()/30%2 == 1 {
			return good(ctx, instruments)
		}

		return nil, messages.NewFailure(messages.OutcomeHTTPStatus, "500 Internal Server Error")
	}

	run(t, fetcher.Settings{}, sourceFunc(source), func(b *bench) {
		for round := range messages.Round(600) {
			b.ask(round+1, 900*time.Millisecond)
			time.Sleep(time.Second)
		}

		answers, usable := 0, 0

		for _, message := range b.take() {
			switch message.(type) {
			case *messages.QuotesFetched:
				answers++
				usable++
			case *messages.FetchFailed:
				answers++
			}
		}

		assert.Equal(t, 600, answers)
		assert.Greater(t, usable, 100, "of 300 seconds that it was up")
		assert.Less(t, calls, 450)
	})
}

// Every window of a second sees no more requests than the allowance, retries included.
func TestRateIsKept(t *testing.T) {
	t.Parallel()

	var calls []time.Time

	source := func(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
		calls = append(calls, time.Now())
		if len(calls)%3 == 0 {
			return nil, messages.NewFailure(messages.OutcomeReset, "")
		}

		return good(ctx, instruments)
	}

	settings := fetcher.Settings{Rate: fetcher.Rate{Requests: 5, Per: time.Second}, Retry: fetcher.Retry{Attempts: 3}}
	run(t, settings, sourceFunc(source), func(b *bench) {
		limited := 0

		for round := range messages.Round(200) {
			b.ask(round+1, 99*time.Millisecond)
			time.Sleep(100 * time.Millisecond)
		}

		for _, message := range b.take() {
			if failed, ok := message.(*messages.FetchFailed); ok && failed.Failure.Outcome == messages.OutcomeRateLimited {
				limited++
			}
		}

		assert.Greater(t, limited, 80)
		require.Greater(t, len(calls), 80)

		for i := 5; i < len(calls); i++ {
			assert.GreaterOrEqual(t, calls[i].Sub(calls[i-5]), time.Second-time.Microsecond, "request %d", i)
		}
	})
}

// Fetchers that share slots never have more requests in flight, and a poll that gets none is not the vendor's fault.
func TestSlotsCapRequestsInFlight(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		slots := fetcher.NewSlots(2)

		var flying, most atomic.Int32

		source := func(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
			most.Store(max(most.Load(), flying.Add(1)))
			defer flying.Add(-1)

			return after(400*time.Millisecond, good)(ctx, instruments)
		}

		fetchers := make([]*actor.PID, 6)
		for i := range fetchers {
			b.spawn(fetcher.Settings{Slots: slots}, sourceFunc(source))
			fetchers[i] = b.fetcher
			b.ask(1, time.Second)
		}

		time.Sleep(2 * time.Second)

		fetched, failed := 0, 0

		for _, message := range b.take() {
			switch message := message.(type) {
			case *messages.QuotesFetched:
				fetched++

				assert.Equal(t, 400*time.Millisecond, message.Latency, "waiting for a slot is not the vendor's latency")
			case *messages.FetchFailed:
				failed++

				assert.Equal(t, messages.OutcomeTimeout, message.Failure.Outcome)
			}
		}

		assert.Equal(t, int32(2), most.Load())
		assert.Equal(t, 4, fetched)
		assert.Equal(t, 2, failed)
		assert.Zero(t, slots.InFlight())

		for _, pid := range fetchers {
			require.NoError(t, actors.StopWait(t.Context(), b.system, pid))
		}

		require.NoError(t, actors.StopWait(t.Context(), b.system, b.probe))
	})
}

// Whatever else is sent to a fetcher is ignored (V09).
func TestStrangeMessagesAreIgnored(t *testing.T) {
	t.Parallel()

	run(t, fetcher.Settings{}, sourceFunc(good), func(b *bench) {
		var none *messages.FetchQuotes

		for _, message := range []any{nil, none, "text", make([]byte, 10<<20), &messages.FetchFailed{}, errors.New("error")} {
			b.system.Root.RequestWithCustomSender(b.fetcher, message, b.probe)
			b.system.Root.Send(b.fetcher, message)
		}

		b.system.Root.Send(b.fetcher, &messages.FetchQuotes{Round: 1, Deadline: time.Now().Add(time.Second)}) // nobody wants the answer
		b.system.Root.Send(b.fetcher, &messages.FetchQuotes{})
		synctest.Wait()
		b.take()
		assert.Empty(t, b.crashes)

		b.ask(2, time.Second)
		only[*messages.QuotesFetched](b)
	})
}

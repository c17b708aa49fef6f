package system_test

import (
	"context"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
)

// sourceFunc is a source made of one function.
type sourceFunc func(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error)

func (f sourceFunc) Fetch(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
	return f(ctx, instruments)
}

// answer quotes every instrument at price after latency.
func answer(price string, latency time.Duration) sourceFunc {
	return func(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
		select {
		case <-time.After(latency):
			return quotes(price, instruments)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func quotes(price string, instruments []messages.Instrument) ([]messages.Quote, error) {
	parsed, err := messages.ParsePrice(price)
	if err != nil {
		return nil, messages.NewFailure(messages.OutcomeMalformed, err.Error())
	}

	out := make([]messages.Quote, len(instruments))
	for i, instrument := range instruments {
		out[i] = messages.Quote{Instrument: instrument, Price: parsed, Outcome: messages.OutcomeOK}
	}

	return out, nil
}

// hang answers nothing until it is cancelled.
func hang(ctx context.Context, _ []messages.Instrument) ([]messages.Quote, error) {
	<-ctx.Done()

	return nil, ctx.Err()
}

// crashing panics in the fetches whose number (from 1) is given, and answers otherwise.
func crashing(numbers ...int32) sourceFunc {
	var fetches atomic.Int32

	return func(_ context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
		n := fetches.Add(1)
		for _, number := range numbers {
			if n == number {
				panic("fetch " + strconv.Itoa(int(n)))
			}
		}

		return quotes("1.5", instruments)
	}
}

func vendor(name string, source sourceFunc) system.Vendor {
	return system.Vendor{
		Name: messages.Vendor(name), Class: name, Source: source,
		Instruments: []messages.Instrument{messages.Instrument(name + "/A"), messages.Instrument(name + "/B"), messages.Instrument(name + "/C")},
	}
}

// start makes a system that is stopped when the test, or its bubble, ends.
func start(t *testing.T, settings system.Settings) *system.System {
	t.Helper()

	s, err := system.New(settings)
	require.NoError(t, err)
	require.NoError(t, s.Start(t.Context()))
	t.Cleanup(func() { stop(t, s) })

	return s
}

func stop(t *testing.T, s *system.System) {
	t.Helper()
	require.NoError(t, s.Stop(context.Background()))
	time.Sleep(2 * time.Second) // virtual; the runtime's dead-letter throttle holds a goroutine for its interval
}

// next returns the next snapshot of a subscription.
func next(t *testing.T, sub *system.Subscription) *messages.Snapshot {
	t.Helper()

	for {
		delivered, err := sub.Next(t.Context())
		require.NoError(t, err)

		if delivered.Snapshot != nil {
			return delivered.Snapshot
		}
	}
}

// memoryStore is a disk that never fails.
type memoryStore struct{ rounds atomic.Int64 }

// Persist implements writer.Store.
func (m *memoryStore) Persist(_ context.Context, snapshots []*messages.Snapshot) error {
	m.rounds.Add(int64(len(snapshots)))

	return nil
}

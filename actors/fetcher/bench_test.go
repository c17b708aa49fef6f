package fetcher_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/messages"
)

// bench is an actor system in virtual time with one fetcher and a probe that plays its coordinator and its supervisor.
type bench struct {
	t       *testing.T
	system  *actor.ActorSystem
	probe   *actor.PID
	fetcher *actor.PID

	mu       sync.Mutex
	received []any
	crashes  []*actors.Panic
}

type sourceFunc func(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error)

func (f sourceFunc) Fetch(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
	return f(ctx, instruments)
}

// run runs the test in a bubble. Synctest itself fails the test if a goroutine is left at its end.
func run(t *testing.T, settings fetcher.Settings, source fetcher.Source, test func(b *bench)) {
	t.Helper()

	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.spawn(settings, source)
		test(b)
		b.stop()
	})
}

func newBench(t *testing.T) *bench {
	t.Helper()

	b := &bench{t: t}
	b.system = actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return slog.New(slog.DiscardHandler) }))
	b.probe = b.system.Root.Spawn(actor.PropsFromFunc(func(c actor.Context) {
		b.mu.Lock()
		defer b.mu.Unlock()

		switch message := c.Message().(type) {
		case *messages.QuotesFetched, *messages.FetchFailed, *messages.FetcherRecovered:
			b.received = append(b.received, message)
		}
	}))

	return b
}

// spawn makes a fetcher whose supervisor restarts it a second after a crash.
func (b *bench) spawn(settings fetcher.Settings, source fetcher.Source) {
	if settings.Vendor == "" {
		settings.Vendor = "v"
	}

	settings.Instruments = []messages.Instrument{"A"}
	settings.Uniform = half
	props := fetcher.Props(settings, source, actors.NewRef[messages.VendorsMessage](b.probe))
	b.fetcher = b.system.Root.Spawn(props.Configure(actor.WithGuardian(actors.Supervise(func(f *actors.Failed) {
		b.mu.Lock()
		b.crashes = append(b.crashes, f.Panic)
		b.mu.Unlock()
		time.AfterFunc(time.Second, f.Restart)
	}))))
}

func (b *bench) stop() {
	b.t.Helper()
	require.NoError(b.t, actors.StopWait(b.t.Context(), b.system, b.fetcher))
	require.NoError(b.t, actors.StopWait(b.t.Context(), b.system, b.probe))
	synctest.Wait()
}

func (b *bench) ask(round messages.Round, deadline time.Duration) {
	b.system.Root.RequestWithCustomSender(b.fetcher, &messages.FetchQuotes{Round: round, Deadline: time.Now().Add(deadline)}, b.probe)
}

// take returns what has arrived since the last call.
func (b *bench) take() []any {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()

	received := b.received
	b.received = nil

	return received
}

// only returns the one message of type M among what has arrived.
func only[M any](b *bench) M {
	b.t.Helper()

	var found []M

	for _, message := range b.take() {
		if m, ok := message.(M); ok {
			found = append(found, m)
		}
	}

	require.Len(b.t, found, 1)

	return found[0]
}

func good(context.Context, []messages.Instrument) ([]messages.Quote, error) {
	price, err := messages.ParsePrice("185.20")

	return []messages.Quote{{Instrument: "A", Price: price}}, err
}

func hang(ctx context.Context, _ []messages.Instrument) ([]messages.Quote, error) {
	<-ctx.Done()

	return nil, ctx.Err()
}

func after(d time.Duration, then sourceFunc) sourceFunc {
	return func(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
		select {
		case <-time.After(d):
			return then(ctx, instruments)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

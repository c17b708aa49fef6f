package streamer_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/streamer"
	"github.com/rollcall-go/rollcall/messages"
)

// bench is an actor system in virtual time with streamers and a probe that plays their coordinator and their supervisor.
type bench struct {
	t         testing.TB
	system    *actor.ActorSystem
	probe     *actor.PID
	streamers []*actor.PID

	mu       sync.Mutex
	received []any
	crashes  []*actors.Panic
}

// deliver is what a source says something with.
type deliver func(messages.StreamUpdate)

type streamFunc func(ctx context.Context, instruments []messages.Instrument, deliver deliver) error

func (f streamFunc) Stream(ctx context.Context, instruments []messages.Instrument, deliver func(messages.StreamUpdate)) error {
	return f(ctx, instruments, deliver)
}

// run runs the test in a bubble with one streamer. Synctest itself fails the test if a goroutine is left at its end.
func run(t *testing.T, settings streamer.Settings, stream streamFunc, test func(b *bench)) {
	t.Helper()

	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.spawn(settings, stream, nil)
		test(b)
		b.stop()
	})
}

func newBench(t testing.TB) *bench {
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

// spawn makes a streamer whose supervisor restarts it a second after a crash.
func (b *bench) spawn(settings streamer.Settings, stream streamFunc, fallback *actor.Props) {
	if settings.Vendor == "" {
		settings.Vendor = "v"
	}

	if settings.Instruments == nil {
		settings.Instruments = []messages.Instrument{"A"}
	}

	props := streamer.Props(settings, stream, fallback, actors.NewRef[messages.VendorsMessage](b.probe))
	pid := b.system.Root.Spawn(props.Configure(actor.WithGuardian(actors.Supervise(func(f *actors.Failed) {
		b.mu.Lock()
		b.crashes = append(b.crashes, f.Panic)
		b.mu.Unlock()
		time.AfterFunc(time.Second, f.Restart)
	}))))
	b.streamers = append(b.streamers, pid)
}

func (b *bench) stop() {
	b.t.Helper()

	for _, pid := range b.streamers {
		require.NoError(b.t, actors.StopWait(b.t.Context(), b.system, pid))
	}

	require.NoError(b.t, actors.StopWait(b.t.Context(), b.system, b.probe))
	time.Sleep(2 * time.Second) // a dead letter keeps a goroutine of the library's for a second
	synctest.Wait()
}

// ask asks the first streamer.
func (b *bench) ask(round messages.Round, deadline time.Duration) {
	b.system.Root.RequestWithCustomSender(b.streamers[0],
		&messages.FetchQuotes{Round: round, Deadline: time.Now().Add(deadline)}, b.probe)
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

// fetched asks and returns the answer, which must come at once.
func (b *bench) fetched(round messages.Round) *messages.QuotesFetched {
	b.t.Helper()
	b.ask(round, time.Second)

	return only[*messages.QuotesFetched](b)
}

// failed is like fetched for a failure.
func (b *bench) failed(round messages.Round) *messages.FetchFailed {
	b.t.Helper()
	b.ask(round, time.Second)

	return only[*messages.FetchFailed](b)
}

// ticking is ready after a while and quotes every instrument at each tick, until it is cut.
func ticking(t testing.TB, opening, every time.Duration) streamFunc {
	t.Helper()

	price, err := messages.ParsePrice("185.20")
	require.NoError(t, err)

	return func(ctx context.Context, instruments []messages.Instrument, deliver deliver) error {
		timer := time.NewTimer(opening)
		defer timer.Stop()

		for ready := true; ; ready = false {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-timer.C:
			}

			update := messages.StreamUpdate{Ready: ready, Messages: 1}
			for _, instrument := range instruments {
				update.Quotes = append(update.Quotes, messages.Quote{Instrument: instrument, Price: price, VendorTime: time.Now()})
			}

			deliver(update)
			timer.Reset(every)
		}
	}
}

// beating is ready at once, quotes once, and then only shows that it lives, as long as it does.
func beating(t testing.TB, every time.Duration, beats int) streamFunc {
	t.Helper()

	return func(ctx context.Context, instruments []messages.Instrument, deliver deliver) error {
		deliver(messages.StreamUpdate{Ready: true, Quotes: []messages.Quote{priced(t, instruments[0], "1")}})

		for range beats {
			if !pause(ctx, every) {
				return ctx.Err()
			}

			deliver(messages.StreamUpdate{Messages: 1})
		}

		<-ctx.Done()

		return ctx.Err()
	}
}

// pause waits and reports whether it was not cut short.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// BenchmarkUpdates is the way of an update from the source's goroutine to the board: one quote in each, of a listing of a hundred.
func BenchmarkUpdates(b *testing.B) {
	listing := make([]messages.Instrument, 100)
	updates := make([]messages.StreamUpdate, len(listing))

	for i := range listing {
		listing[i] = messages.Instrument(fmt.Sprintf("I%d", i))
		updates[i] = messages.StreamUpdate{Messages: 1, Quotes: []messages.Quote{priced(b, listing[i], "185.20")}}
	}

	rig := newBench(b)
	done := make(chan struct{})
	stream := func(ctx context.Context, _ []messages.Instrument, deliver deliver) error {
		deliver(messages.StreamUpdate{Ready: true})
		b.ResetTimer()

		for i := range b.N {
			deliver(updates[i%len(updates)])
		}

		close(done)
		<-ctx.Done()

		return nil
	}

	b.ReportAllocs()
	rig.spawn(streamer.Settings{Instruments: listing}, stream, nil)
	<-done
	b.StopTimer()

	answer, err := actors.Ask[*messages.QuotesFetched](b.Context(), rig.system,
		actors.NewRef[messages.FetcherMessage](rig.streamers[0]), messages.FetcherMessage(&messages.FetchQuotes{
			Round: 1, Deadline: time.Now().Add(5 * time.Second),
		}))
	require.NoError(b, err)
	require.Equal(b, uint64(b.N), answer.Feed.Stream.Updates)
	require.NoError(b, actors.StopWait(b.Context(), rig.system, rig.streamers[0]))
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "updates/s")
}

// BenchmarkRound is one question to a streamer of a hundred instruments.
func BenchmarkRound(b *testing.B) {
	listing := make([]messages.Instrument, 100)
	for i := range listing {
		listing[i] = messages.Instrument(fmt.Sprintf("I%d", i))
	}

	update := messages.StreamUpdate{Ready: true}
	for _, instrument := range listing {
		update.Quotes = append(update.Quotes, priced(b, instrument, "185.20"))
	}

	core := streamer.NewCore(streamer.Settings{Vendor: "v", Instruments: listing}, false)
	core.Start(noon)
	core.Hear(1, []messages.StreamUpdate{update}, noon)
	b.ReportAllocs()

	for b.Loop() {
		core.Ask(&messages.FetchQuotes{Round: 1, Deadline: noon.Add(time.Second)}, noon)
	}
}

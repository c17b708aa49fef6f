package coordinator_test

import (
	"io"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/coordinator"
	"github.com/rollcall-go/rollcall/messages"
)

// probe is an actor that keeps what it receives and may react to it.
type probe struct {
	pid *actor.PID

	mu    sync.Mutex
	got   []any
	react func(ctx actor.Context)
}

// Receive implements actor.Actor.
func (p *probe) Receive(ctx actor.Context) {
	switch ctx.Message().(type) {
	case actor.SystemMessage, actor.AutoReceiveMessage:
		return
	}

	p.mu.Lock()
	defer p.mu.Unlock()

	p.got = append(p.got, ctx.Message())

	if p.react != nil {
		p.react(ctx)
	}
}

func (p *probe) reacts(react func(ctx actor.Context)) {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.react = react
}

// received returns the messages of type M that a probe has got, in order.
func received[M any](p *probe) []M {
	p.mu.Lock()
	defer p.mu.Unlock()

	var found []M

	for _, message := range p.got {
		if m, ok := message.(M); ok {
			found = append(found, m)
		}
	}

	return found
}

// pause and explode are seen by the coordinator's middleware only.
type (
	pause   struct{ d time.Duration }
	explode struct{}
)

// world is a coordinator between probes, in virtual time.
type world struct {
	t           *testing.T
	system      *actor.ActorSystem
	roster      *messages.Roster
	coordinator actors.Ref[messages.CoordinatorMessage]
	fetchers    []*probe
	writer      *probe
	publisher   *probe
	auditor     *probe
	latest      atomic.Pointer[messages.Snapshot]
	began       time.Time
}

// in runs a test in a bubble of virtual time, with a world whose vendors answer at once and whose writer acknowledges at once.
func in(t *testing.T, settings coordinator.Settings, test func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, settings)
		test(w)
		w.end()
	})
}

func newWorld(t *testing.T, settings coordinator.Settings) *world {
	t.Helper()

	roster, err := messages.NewRoster([]messages.Listing{
		{Vendor: "alpha", Class: "equities", Instruments: []messages.Instrument{"AAPL", "MSFT"}},
		{Vendor: "beta", Class: "equities", Instruments: []messages.Instrument{"AAPL"}},
		{Vendor: "gamma", Class: "forex", Instruments: []messages.Instrument{"EUR/USD"}},
	})
	require.NoError(t, err)

	w := &world{t: t, roster: roster, began: time.Now()}
	w.system = actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
		return slog.New(slog.NewTextHandler(io.Discard, nil))
	}))
	w.writer, w.publisher, w.auditor = w.spawn("writer"), w.spawn("publisher"), w.spawn("auditor")
	w.writer.reacts(acknowledge)

	refs := coordinator.Refs{
		Writer:    actors.NewRef[messages.WriterMessage](w.writer.pid),
		Publisher: actors.NewRef[messages.PublisherMessage](w.publisher.pid),
		Auditor:   actors.NewRef[messages.AuditorMessage](w.auditor.pid),
	}

	for i, listing := range roster.Listings() {
		fetcher := w.spawn(string(listing.Vendor))
		w.fetchers = append(w.fetchers, fetcher)
		refs.Fetchers = append(refs.Fetchers, actors.NewRef[messages.FetcherMessage](fetcher.pid))
		w.answersAfter(i, 0)
	}

	settings.Roster, settings.Latest = roster, &w.latest
	props := coordinator.Props(settings, refs).Configure(
		actor.WithGuardian(actors.RestartGuardian(actors.Backoff{Base: 10 * time.Millisecond, Max: time.Second}, time.Minute)),
		actor.WithReceiverMiddleware(intercept),
	)

	pid, err := w.system.Root.SpawnNamed(props, "coordinator")
	require.NoError(t, err)

	w.coordinator = actors.NewRef[messages.CoordinatorMessage](pid)

	return w
}

func intercept(next actor.ReceiverFunc) actor.ReceiverFunc {
	return func(ctx actor.ReceiverContext, envelope *actor.MessageEnvelope) {
		switch message := envelope.Message.(type) {
		case *pause:
			time.Sleep(message.d)
		case *explode:
			panic("boom")
		default:
			next(ctx, envelope)
		}
	}
}

func (w *world) spawn(name string) *probe {
	w.t.Helper()

	p := &probe{}
	pid, err := w.system.Root.SpawnNamed(actor.PropsFromProducer(func() actor.Actor { return p }), name)
	require.NoError(w.t, err)

	p.pid = pid

	return p
}

func (w *world) stop(pid *actor.PID) {
	w.t.Helper()
	require.NoError(w.t, actors.StopWait(w.t.Context(), w.system, pid))
}

// end stops everything.
func (w *world) end() {
	w.t.Helper()

	pids := []*actor.PID{w.coordinator.PID(), w.writer.pid, w.publisher.pid, w.auditor.pid}
	for _, fetcher := range w.fetchers {
		pids = append(pids, fetcher.pid)
	}

	for _, pid := range pids {
		w.stop(pid)
	}

	time.Sleep(2 * time.Second) // the library's dead-letter throttle holds a goroutine for one second
	synctest.Wait()
}

// tell sends to the coordinator and waits until nothing moves.
func (w *world) tell(message messages.CoordinatorMessage) {
	w.coordinator.Tell(w.system.Root, message)
	synctest.Wait()
}

// until lets time pass up to a moment after the beginning.
func (w *world) until(d time.Duration) {
	time.Sleep(time.Until(w.began.Add(d)))
	synctest.Wait()
}

func (w *world) published() []*messages.Snapshot {
	var snapshots []*messages.Snapshot
	for _, message := range received[*messages.PublishSnapshot](w.publisher) {
		snapshots = append(snapshots, message.Snapshot)
	}

	return snapshots
}

// healthy checks that every round was published once, in order, without gaps other than those given, and that each snapshot is sound.
func (w *world) healthy(abandoned ...messages.Round) {
	w.t.Helper()

	next := messages.Round(1)

	for _, snapshot := range w.published() {
		for slices.Contains(abandoned, next) {
			next++
		}

		assert.Equal(w.t, next, snapshot.Round)
		require.NoError(w.t, CheckInvariants(snapshot))

		next++
	}
}

func (w *world) describe() *messages.RoundsDescribed {
	w.t.Helper()

	return ask[*messages.RoundsDescribed](w, &messages.DescribeRounds{})
}

func ask[R any](w *world, message messages.CoordinatorMessage) R {
	w.t.Helper()

	answer, err := actors.Ask[R](w.t.Context(), w.system, w.coordinator, message)
	require.NoError(w.t, err)
	synctest.Wait()

	return answer
}

// answersAfter makes a vendor answer every request with good quotes after a while.
func (w *world) answersAfter(i int, after time.Duration) {
	listing := w.roster.Listings()[i]
	w.fetchers[i].reacts(func(ctx actor.Context) {
		request, ok := ctx.Message().(*messages.FetchQuotes)
		if !ok {
			return
		}

		sender, root := ctx.Sender(), ctx.ActorSystem().Root
		answer := func() { root.Send(sender, goodAnswer(&listing, request.Round)) }

		if after == 0 {
			answer()
		} else {
			time.AfterFunc(after, answer)
		}
	})
}

func (w *world) silent(i int) { w.fetchers[i].reacts(nil) }

// goodAnswer has usable quotes whose price is the number of the round: a quote in the wrong round is recognised by it.
func goodAnswer(listing *messages.Listing, round messages.Round) *messages.QuotesFetched {
	now := time.Now()
	answer := &messages.QuotesFetched{Vendor: listing.Vendor, Round: round, Usable: len(listing.Instruments), Attempts: 1}

	for _, instrument := range listing.Instruments {
		answer.Quotes = append(answer.Quotes, messages.Quote{
			Instrument: instrument, Vendor: listing.Vendor, Price: roundPrice(round), ReceivedAt: now, Outcome: messages.OutcomeOK,
		})
	}

	return answer
}

func acknowledge(ctx actor.Context) {
	if order, ok := ctx.Message().(*messages.PersistSnapshot); ok {
		ctx.Respond(&messages.SnapshotPersisted{Round: order.Snapshot.Round})
	}
}

package coordinator_test

import (
	"fmt"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/coordinator"
	"github.com/rollcall-go/rollcall/messages"
)

func bigRoster(tb testing.TB, vendors int) *messages.Roster {
	tb.Helper()

	listings := make([]messages.Listing, vendors)
	for i := range listings {
		listings[i] = messages.Listing{Vendor: messages.Vendor(fmt.Sprintf("vendor-%05d", i)), Class: "equities"}
		for j := range 3 {
			listings[i].Instruments = append(listings[i].Instruments, messages.Instrument(fmt.Sprintf("I%05d-%d", i, j)))
		}
	}

	roster, err := messages.NewRoster(listings)
	require.NoError(tb, err)

	return roster
}

func bigQuotes(roster *messages.Roster) [][]messages.Quote {
	quotes := make([][]messages.Quote, len(roster.Listings()))
	for i := range quotes {
		quotes[i] = goodAnswer(&roster.Listings()[i], 1).Quotes
	}

	return quotes
}

func TestAssemblyAllocatesPerRoundNotPerInstrument(t *testing.T) {
	roster := bigRoster(t, 1000)
	assemble := coordinator.NewAssembly(roster, time.Minute, bigQuotes(roster))
	snapshot := assemble()
	require.Equal(t, messages.SnapshotComplete, snapshot.Status)
	require.LessOrEqual(t, testing.AllocsPerRun(10, func() { assemble() }), 3.0, "the snapshot, its reports, its seal")
}

func BenchmarkAssemble(b *testing.B) {
	for _, vendors := range []int{1000, 10_000} {
		b.Run(fmt.Sprintf("%dx3", vendors), func(b *testing.B) {
			roster := bigRoster(b, vendors)
			assemble := coordinator.NewAssembly(roster, 0, bigQuotes(roster))

			b.ReportAllocs()

			for b.Loop() {
				assemble()
			}
		})
	}
}

// BenchmarkRound measures a whole round in memory: asking, answering, assembling, writing and publishing, with actors that do nothing else.
func BenchmarkRound(b *testing.B) {
	for _, vendors := range []int{3, 1000, 10_000} {
		b.Run(fmt.Sprintf("%dx3", vendors), func(b *testing.B) { benchmarkRound(b, vendors) })
	}
}

func benchmarkRound(b *testing.B, vendors int) {
	b.Helper()

	system := actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
		return slog.New(slog.NewTextHandler(io.Discard, nil))
	}))
	roster := bigRoster(b, vendors)
	quotes := bigQuotes(roster)
	refs := coordinator.Refs{Writer: actors.NewRef[messages.WriterMessage](system.Root.Spawn(actor.PropsFromFunc(acknowledge)))}

	for i, listing := range roster.Listings() {
		pid := system.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
			if request, ok := ctx.Message().(*messages.FetchQuotes); ok {
				ctx.Respond(&messages.QuotesFetched{Vendor: listing.Vendor, Round: request.Round, Quotes: quotes[i], Usable: 3, Attempts: 1})
			}
		}))
		refs.Fetchers = append(refs.Fetchers, actors.NewRef[messages.FetcherMessage](pid))
	}

	pid := system.Root.Spawn(coordinator.Props(coordinator.Settings{Deadline: time.Minute, Roster: roster}, refs))
	to := actors.NewRef[messages.CoordinatorMessage](pid)
	to.Tell(system.Root, &messages.StartRounds{})
	b.ReportAllocs()

	for b.Loop() {
		_, err := actors.Ask[*messages.SnapshotTaken, messages.CoordinatorMessage](b.Context(), system, to, &messages.TakeSnapshot{})
		require.NoError(b, err)
	}

	for _, fetcher := range refs.Fetchers {
		system.Root.Stop(fetcher.PID())
	}

	require.NoError(b, actors.StopWait(b.Context(), system, pid))
}

package gateway

import (
	"context"
	"runtime"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

// turns lets only so many read at a time. Who asks for much of the past, however many they are, leaves processors to the rounds; the others wait
// for their turn, for as long as their question may take.
type turns chan struct{}

func newTurns() turns { return make(turns, max(1, runtime.GOMAXPROCS(0)/2)) }

// inTurn reads when it is its turn. The error is that of ctx if that does not come.
func inTurn[T any](ctx context.Context, t turns, read func() (T, error)) (T, error) {
	select {
	case t <- struct{}{}:
	case <-ctx.Done():
		var nothing T

		return nothing, ctx.Err() //nolint:wrapcheck // the caller's own
	}

	defer func() { <-t }()

	return read()
}

// orderlyHistory is a history that is read in turns.
type orderlyHistory struct {
	history History
	turns   turns
}

// Snapshot implements History.
func (o orderlyHistory) Snapshot(ctx context.Context, round messages.Round) (*messages.Snapshot, error) {
	return inTurn(ctx, o.turns, func() (*messages.Snapshot, error) { return o.history.Snapshot(ctx, round) })
}

// Rounds implements History.
func (o orderlyHistory) Rounds(ctx context.Context, query RoundsQuery) ([]api.RoundSummary, error) {
	return inTurn(ctx, o.turns, func() ([]api.RoundSummary, error) { return o.history.Rounds(ctx, query) })
}

// Series implements History.
func (o orderlyHistory) Series(ctx context.Context, instrument messages.Instrument, query RoundsQuery) ([]api.Point, error) {
	return inTurn(ctx, o.turns, func() ([]api.Point, error) { return o.history.Series(ctx, instrument, query) })
}

// orderlyRecord is a record whose entries are read in turns.
type orderlyRecord struct {
	Record

	turns turns
}

// Entries implements Record.
func (o orderlyRecord) Entries(ctx context.Context, query RecordQuery) ([]api.AuditEntry, error) {
	return inTurn(ctx, o.turns, func() ([]api.AuditEntry, error) { return o.Record.Entries(ctx, query) })
}

package gateway

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/gateway/params"
)

// rounds answers GET /v1/snapshots: stored rounds, newest first.
func (g *Gateway) rounds(w http.ResponseWriter, r *http.Request) {
	p := params.Of(r, "from", "to", "status", "limit", "cursor", "format")
	query := RoundsQuery{
		Status: messages.SnapshotStatus(p.OneOf("status",
			string(messages.SnapshotComplete), string(messages.SnapshotPartial), string(messages.SnapshotEmpty))),
	}
	query.From, query.To = p.Span()
	format := p.Format(r)

	paging(p, "rounds")

	if mistaken(w, r, p) {
		return
	}

	sight := sightOf(r)
	status := query.Status

	if sight.partial {
		query.Status = "" // of what the caller sees it may be another one
	}

	t := newTable(w, r, format, nil, "rounds", roundColumns(), roundCells)
	t.page(g, p, source[api.RoundSummary]{
		name: "rounds",
		fetch: func(ctx context.Context, before uint64, limit int) ([]api.RoundSummary, error) {
			query.Before, query.Limit = messages.Round(before), limit

			return g.storedRounds(ctx, query)
		},
		keep: func(ctx context.Context, summary *api.RoundSummary) (bool, error) {
			summary.StartedAt, summary.PublishedAt = utc(summary.StartedAt), utc(summary.PublishedAt)

			if !sight.partial {
				return true, nil
			}

			err := g.narrow(ctx, summary, sight)

			return status == "" || summary.Status == status, err
		},
		key: func(summary *api.RoundSummary) uint64 { return uint64(summary.Round) },
	})
}

func (g *Gateway) storedRounds(ctx context.Context, query RoundsQuery) ([]api.RoundSummary, error) {
	if g.options.History == nil {
		return nil, nil
	}

	return g.options.History.Rounds(ctx, query)
}

// narrow makes a summary that of what the caller sees.
func (g *Gateway) narrow(ctx context.Context, summary *api.RoundSummary, sight *sight) error {
	snapshot, err := g.options.History.Snapshot(ctx, summary.Round)
	if err != nil {
		return err
	}

	part := sight.of(snapshot)
	summary.Status, summary.Vendors, summary.Instruments = part.Status, len(part.Vendors), len(part.Instruments)

	return nil
}

func roundColumns() []string {
	return []string{"round", "status", "started_at", "published_at", "elapsed_ms", "deadline_ms", "vendors", "instruments"}
}

func roundCells(s *api.RoundSummary) []string {
	return []string{
		number(uint64(s.Round)), string(s.Status), stamp(s.StartedAt), stamp(s.PublishedAt),
		strconv.FormatInt(s.ElapsedMS, 10), strconv.FormatInt(s.DeadlineMS, 10), strconv.Itoa(s.Vendors), strconv.Itoa(s.Instruments),
	}
}

func number(n uint64) string { return strconv.FormatUint(n, 10) }

// stamp is a time as text; empty where there is none.
func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}

	return utc(at).Format(time.RFC3339Nano)
}

// optional is a number as text; empty where there is none.
func optional(n *int64) string {
	if n == nil {
		return ""
	}

	return strconv.FormatInt(*n, 10)
}

// text is a text that may be missing.
func text(s *string) string {
	if s == nil {
		return ""
	}

	return *s
}

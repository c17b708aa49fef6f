package gateway

import (
	"context"
	"net/http"
	"strconv"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/gateway/params"
)

// detail is an instrument without its series.
type detail struct {
	api.Instrument

	Sources []api.Source `json:"sources"`
}

// instrument answers GET /v1/instruments/{instrument}: as it is now, where that comes from, and how it went, newest first.
func (g *Gateway) instrument(w http.ResponseWriter, r *http.Request) {
	p := params.Of(r, "from", "to", "limit", "cursor", "sources", "format")
	query := RoundsQuery{}
	query.From, query.To = p.Span()
	withSources, format := p.Flag("sources"), p.Format(r)

	if withSources && format == params.CSV {
		p.Refuse("sources", "is not for CSV")
	}

	name := messages.Instrument(r.PathValue("instrument"))
	page := "series of " + string(name)

	paging(p, page)

	if mistaken(w, r, p) {
		return
	}

	sight := sightOf(r)

	seen := g.newest(w, r, sight)
	if seen == nil {
		return
	}

	at, known := seen.Roster.Instrument(name)
	if !known {
		missing(w, noInstrument)

		return
	}

	head := detail{Instrument: instrumentOf(seen, at), Sources: sourcesOf(seen, at)}
	t := newTable(w, r, format, head, "series", pointColumns(), pointCells)
	t.page(g, p, source[api.Point]{
		name:  page,
		fetch: g.points(name, query),
		keep: func(ctx context.Context, point *api.Point) (bool, error) {
			point.At = utc(point.At)

			if !withSources && !sight.narrows() {
				return true, nil
			}

			return g.look(ctx, name, point, sight, withSources)
		},
		key: func(point *api.Point) uint64 { return uint64(point.Round) },
	})
}

// points reads how an instrument went.
func (g *Gateway) points(name messages.Instrument, query RoundsQuery) func(context.Context, uint64, int) ([]api.Point, error) {
	return func(ctx context.Context, before uint64, limit int) ([]api.Point, error) {
		if g.options.History == nil {
			return nil, nil
		}

		query.Before, query.Limit = messages.Round(before), limit

		return g.options.History.Series(ctx, name, query)
	}
}

// look makes a point that of what the caller sees of the round, with its sources where they are wanted. It reports false where nothing is seen.
func (g *Gateway) look(
	ctx context.Context, name messages.Instrument, point *api.Point, sight *sight, sources bool,
) (bool, error) {
	snapshot, err := g.options.History.Snapshot(ctx, point.Round)
	if err != nil {
		return false, err
	}

	seen := sight.of(snapshot)

	at, visible := seen.Roster.Instrument(name)
	if !visible {
		return false, nil
	}

	report := &seen.Instruments[at]
	point.Status, point.Price, point.AgeMS, point.Used = report.Status, price(report.Price), age(report), report.Used

	if sources {
		point.Sources = sourcesOf(seen, at)
	}

	return true, nil
}

func pointColumns() []string {
	return []string{"round", "at", "status", "price", "age_ms", "used"}
}

func pointCells(p *api.Point) []string {
	return []string{number(uint64(p.Round)), stamp(p.At), string(p.Status), text(p.Price), optional(p.AgeMS), strconv.Itoa(p.Used)}
}

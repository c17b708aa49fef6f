package gateway

import (
	"context"
	"net/http"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/gateway/hub"
	"github.com/rollcall-go/rollcall/system/gateway/params"
)

// round answers GET /v1/snapshots/{round}: one stored snapshot.
func (g *Gateway) round(w http.ResponseWriter, r *http.Request) {
	number, is := params.ParseRound(r.PathValue("round"))
	if !is {
		missing(w, "a round has a number, such as 42")

		return
	}

	p := params.Of(r, snapshotParameters()...)
	form := formOf(r, p)

	if mistaken(w, r, p) {
		return
	}

	if e := g.current(r.Context()); e != nil && e.Round() == number {
		form.latest(w, r, e)

		return
	}

	snapshot, err := g.stored(r, number)
	if err != nil {
		g.failed(w, r, err)

		return
	}

	form.send(w, r, form.sight.of(snapshot), hub.Identity, nil)
}

// stored is a snapshot of the history.
func (g *Gateway) stored(r *http.Request, round messages.Round) (*messages.Snapshot, error) {
	if g.options.History == nil {
		return nil, ErrNoRound
	}

	ctx, cancel := context.WithTimeout(r.Context(), queryLimit)
	defer cancel()

	return g.options.History.Snapshot(ctx, round)
}

package gateway

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/gateway/hub"
	"github.com/rollcall-go/rollcall/system/gateway/params"
	"github.com/rollcall-go/rollcall/system/gateway/problem"
)

// maxWait is how long a request may wait for the next round.
const maxWait = time.Minute

// settle is how long a round that was asked for may take until everybody sees it.
const settle = time.Second

// latest answers GET /v1/snapshot: the newest snapshot. Where the client says which one it has, by after or by If-None-Match, the answer is a newer
// one, as soon as there is one within the wait; without one it is 204, or 304 for If-None-Match.
func (g *Gateway) latest(w http.ResponseWriter, r *http.Request) {
	p := params.Of(r, append(snapshotParameters(), "wait", "after")...)
	form := formOf(r, p)
	wait, after := p.Duration("wait", maxWait), p.Round("after")

	if mistaken(w, r, p) {
		return
	}

	if newest := g.hub.Latest(); newest != nil && !p.Has("after") && form.known(r, newest) {
		after = newest.Round()
	}

	found, err := g.next(r.Context(), after, wait)
	newest := g.hub.Latest()

	switch {
	case found != nil:
		form.latest(w, r, found)
	case errors.Is(err, hub.ErrClosed):
		problem.Unavailable(w, r, stopping)
	case r.Context().Err() != nil:
		g.failed(w, r, err)
	case newest == nil:
		problem.Unavailable(w, r, noSnapshot)
	case form.known(r, newest):
		form.latest(w, r, newest) // not modified
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// next is the newest round if it is after another, or becomes so within the time.
func (g *Gateway) next(ctx context.Context, after messages.Round, wait time.Duration) (*hub.Entry, error) {
	if e := g.hub.Latest(); e != nil && e.Round() > after {
		return e, nil
	}

	if wait == 0 {
		return nil, nil //nolint:nilnil // there is none, and it is no error
	}

	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()

	return g.hub.Wait(ctx, after)
}

// take answers POST /v1/snapshot: a round now, or the one in flight.
func (g *Gateway) take(w http.ResponseWriter, r *http.Request) {
	p := params.Of(r, snapshotParameters()...)
	form := formOf(r, p)

	if mistaken(w, r, p) {
		return
	}

	snapshot, err := g.options.Rounds.Snapshot(r.Context())
	if err != nil {
		g.failed(w, r, err)

		return
	}

	_, _ = g.next(r.Context(), snapshot.Round-1, settle) // who asks for the newest after this gets no older one

	w.Header().Set("Location", "/v1/snapshots/"+number(uint64(snapshot.Round)))
	form.send(w, r, form.sight.of(snapshot), hub.Identity, nil)
}

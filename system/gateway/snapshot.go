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

// settle is how long a round that is published may take until the hub has it.
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

	if newest := g.current(r.Context()); newest != nil && !p.Has("after") && form.known(r, newest) {
		after = newest.Round()
	}

	found, err := g.next(r.Context(), after, wait)
	newest := g.current(r.Context())

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

// current is the newest round; nil before the first. Once a round is published, nobody gets an older one: the hub has it in a moment.
func (g *Gateway) current(ctx context.Context) *hub.Entry {
	newest, published := g.hub.Latest(), g.options.Rounds.Latest()
	if published == nil || newest != nil && newest.Round() >= published.Round {
		return newest
	}

	ctx, cancel := context.WithTimeout(ctx, settle)
	defer cancel()

	if found, err := g.hub.Wait(ctx, published.Round-1); err == nil {
		return found
	}

	return newest
}

// next is the newest round if it is after another, or becomes so within the time.
func (g *Gateway) next(ctx context.Context, after messages.Round, wait time.Duration) (*hub.Entry, error) {
	if e := g.current(ctx); e != nil && e.Round() > after {
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

	w.Header().Set("Location", "/v1/snapshots/"+number(uint64(snapshot.Round)))
	form.send(w, r, form.sight.of(snapshot), hub.Identity, nil)
}

package gateway

import (
	"net/http"
	"time"

	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/gateway/access"
	"github.com/rollcall-go/rollcall/system/gateway/params"
)

// status answers GET /v1/status: how the service is doing.
func (g *Gateway) status(w http.ResponseWriter, r *http.Request) {
	if mistaken(w, r, params.Of(r)) {
		return
	}

	found, err := g.options.Rounds.Status(r.Context())
	if err != nil {
		g.failed(w, r, err)

		return
	}

	caller, streams, rounds := access.From(r.Context()), g.hub.Stats(), &found.Rounds
	reasons := g.Unready(found, nil)

	answer := api.Status{
		Version: g.options.Version, StartedAt: utc(found.StartedAt), Now: utc(time.Now()), Ready: len(reasons) == 0, Reasons: reasons,
		EveryMS: found.Every.Milliseconds(), DeadlineMS: found.Deadline.Milliseconds(), Durability: found.Durability,
		Round: rounds.Round, DurableRound: rounds.DurableRound, NextAt: instant(rounds.NextAt), InFlight: rounds.InFlight,
		Rounds: rounds.Rounds, MissedTicks: rounds.MissedTicks, LateAnswers: rounds.LateAnswers,
		Coalesced: rounds.Coalesced, Undurable: rounds.Undurable,
		Record:  api.Record{Received: found.Record.Received, Written: found.Record.Written, Dropped: found.Record.Dropped},
		Streams: api.Streams{SSE: streams.SSE, WebSocket: streams.WebSocket},
		Role:    string(caller.Role),
	}

	if caller.Selection.IsAll() {
		answer.Record.LastError = found.Record.LastErr
	}

	respond(w, answer)
}

package gateway

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/gateway/params"
)

// auditBatch is large because the record is read from its end, over and over what came before.
const auditBatch = 2500

// verification is what comes after the entries.
type verification struct {
	Verification api.Verification `json:"verification"`
}

// audit answers GET /v1/audit: entries of the record, newest first, and what checking its chain said.
func (g *Gateway) audit(w http.ResponseWriter, r *http.Request) {
	p := params.Of(r, "from", "to", "kind", "vendor", "limit", "cursor", "format")
	query := RecordQuery{Vendor: messages.Vendor(p.Text("vendor"))}
	query.From, query.To = p.Span()

	for _, kind := range p.Names("kind") {
		query.Kinds = append(query.Kinds, messages.FactKind(kind))
	}

	format := p.Format(r)

	paging(p, "audit")

	if mistaken(w, r, p) {
		return
	}

	sight := sightOf(r)
	roster := sight.roster(g.options.Rounds.Roster())

	t := newTable(w, r, format, nil, "entries", auditColumns(), auditCells)
	t.page(g, p, source[api.AuditEntry]{
		name: "audit",
		fetch: func(ctx context.Context, before uint64, limit int) ([]api.AuditEntry, error) {
			query.Before, query.Limit = before, limit

			if g.options.Record == nil || query.Vendor != "" && sight.hides(roster, query.Vendor) {
				return nil, nil
			}

			return g.options.Record.Entries(ctx, query)
		},
		keep: func(_ context.Context, entry *api.AuditEntry) (bool, error) { return reveal(entry, roster, sight), nil },
		key:  func(entry *api.AuditEntry) uint64 { return entry.Seq },
		tail: func() any { return verification{g.verified(sight)} },

		batch: auditBatch,
	})
}

// verified is what the newest check of the record said.
func (g *Gateway) verified(sight *sight) api.Verification {
	if g.options.Record == nil {
		return api.Verification{State: "pending"}
	}

	found := g.options.Record.Verification()
	if sight.partial {
		found.Problem = ""
	}

	return found
}

// reveal makes an entry of the record that of what the caller sees, and reports whether it sees anything of it. Of the data, who sees only a part is
// shown numbers and words of ours: a text may speak of anything, and the price before an accepted one may be that of a hidden vendor.
func reveal(entry *api.AuditEntry, roster *messages.Roster, sight *sight) bool {
	if !sight.partial {
		return true
	}

	if entry.Vendor != "" && sight.hides(roster, entry.Vendor) {
		return false
	}

	if instrument, names := entry.Data["instrument"]; names {
		if _, seen := roster.Instrument(messages.Instrument(instrument)); !seen {
			return false
		}
	}

	shown := []string{
		"status", "elapsed_ms", "from", "to", "restarts", "for", "quarantines", "state", "durable", "step_ms", "count",
		"instrument", "new", "version",
	}
	maps.DeleteFunc(entry.Data, func(name, _ string) bool { return !slices.Contains(shown, name) })

	return true
}

func auditColumns() []string {
	return []string{"seq", "at", "kind", "round", "vendor", "data", "hash"}
}

func auditCells(e *api.AuditEntry) []string {
	data, err := json.Marshal(e.Data)
	if err != nil {
		panic(err) // texts always have JSON
	}

	return []string{number(e.Seq), stamp(e.At), string(e.Kind), number(uint64(e.Round)), string(e.Vendor), string(data), e.Hash}
}

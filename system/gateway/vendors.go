package gateway

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/gateway/access"
	"github.com/rollcall-go/rollcall/system/gateway/params"
)

// maxRecent is how many rounds of a vendor are shown.
const maxRecent = 720

// vendors answers GET /v1/vendors: all that the caller sees, in configured order.
func (g *Gateway) vendors(w http.ResponseWriter, r *http.Request) {
	p := params.Of(r, "format")
	format := p.Format(r)

	if mistaken(w, r, p) {
		return
	}

	list, err := g.vendorList(r, "")
	if err != nil {
		g.failed(w, r, err)

		return
	}

	t := newTable(w, r, format, nil, "vendors", vendorColumns(), vendorCells)

	for i := range list {
		if t.row(&list[i]) != nil {
			return // the client is gone
		}
	}

	t.end("", nil)
}

// vendor answers GET /v1/vendors/{vendor}: one, with how it fared lately.
func (g *Gateway) vendor(w http.ResponseWriter, r *http.Request) {
	p := params.Of(r, "limit")
	limit := p.Limit()

	if mistaken(w, r, p) {
		return
	}

	found, err := g.vendorNamed(r)
	if err != nil {
		g.failed(w, r, err)

		return
	}

	respond(w, api.VendorDetail{Vendor: *found, Recent: g.hub.Recent(found.Vendor, min(limit, maxRecent))})
}

// steer answers a POST that has something done to a vendor, with the vendor as it is then.
func (g *Gateway) steer(do func(ctx context.Context, vendor messages.Vendor, by string) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if mistaken(w, r, params.Of(r)) {
			return
		}

		found, err := g.vendorNamed(r)
		if err == nil {
			err = do(r.Context(), found.Vendor, access.From(r.Context()).Name)
		}

		if err == nil {
			found, err = g.vendorNamed(r)
		}

		if err != nil {
			g.failed(w, r, err)

			return
		}

		respond(w, found)
	})
}

// vendorNamed is the vendor that the path names.
func (g *Gateway) vendorNamed(r *http.Request) (*api.Vendor, error) {
	name := messages.Vendor(r.PathValue("vendor"))
	if name == "" {
		return nil, ErrUnknownVendor
	}

	list, err := g.vendorList(r, name)
	if err != nil {
		return nil, err
	}

	if len(list) == 0 {
		return nil, ErrUnknownVendor
	}

	return &list[0], nil
}

// vendorList are the vendors that the caller sees; only the one with a name if that is given.
func (g *Gateway) vendorList(r *http.Request, only messages.Vendor) ([]api.Vendor, error) {
	status, err := g.options.Rounds.Status(r.Context())
	if err != nil {
		return nil, err
	}

	sight := sightOf(r)
	roster := sight.roster(g.options.Rounds.Roster())

	var seen *messages.Snapshot
	if e := g.current(r.Context()); e != nil {
		seen = e.Through(sight.lens())
	}

	var list []api.Vendor

	for i := range status.Vendors {
		v := &status.Vendors[i]
		if (only == "" || v.Vendor == only) && !sight.hides(roster, v.Vendor) {
			list = append(list, vendorOf(v, roster, seen, sight.partial))
		}
	}

	return list, nil
}

// vendorOf is a vendor as it stands and as it fared in the newest snapshot, which may be nil. Who sees only a part is not told of its crashes, which
// may speak of anything.
func vendorOf(v *VendorStatus, roster *messages.Roster, newest *messages.Snapshot, partial bool) api.Vendor {
	found := api.Vendor{
		Vendor: v.Vendor, Class: v.Class, Transport: v.Transport, State: v.State, Restarts: v.Restarts,
		NextTry: instant(v.NextTry), LastCrash: v.LastCrash,
	}

	if partial {
		found.LastCrash = ""
	}

	if at, known := roster.Vendor(v.Vendor); known {
		listing := &roster.Listings()[at]
		found.Expected = len(listing.Instruments)

		if partial { // what the vendor is called by may be a class that is hidden
			found.Class = listing.ClassOf(0)
		}
	}

	if newest == nil {
		return found
	}

	found.Round = newest.Round

	report, known := newest.Vendor(v.Vendor)
	if !known { // it came with a reload just now
		return found
	}

	found.Outcome, found.Detail, found.LatencyMS = report.Outcome, report.Detail, latency(report.Latency)
	found.Attempts, found.Quotes = report.Attempts, report.Usable

	if report.Feed != nil {
		found.Stream, found.Budget = streamOf(report.Feed.Stream), budgetOf(report.Feed.Budget)
	}

	return found
}

func latency(took time.Duration) *int64 {
	if took <= 0 {
		return nil
	}

	ms := took.Milliseconds()

	return &ms
}

func streamOf(s *messages.StreamStatus) *api.Stream {
	if s == nil {
		return nil
	}

	stream := &api.Stream{
		State: s.State, Connections: s.Connections, Connects: s.Connects, Messages: s.Messages, Updates: s.Updates,
		Conflated: s.Conflated, Dropped: s.Dropped, Gaps: s.Gaps,
	}

	if s.AliveAge >= 0 {
		ms := s.AliveAge.Milliseconds()
		stream.AliveMS = &ms
	}

	return stream
}

func budgetOf(b *messages.BudgetStatus) *api.Budget {
	if b == nil {
		return nil
	}

	budget := &api.Budget{Key: b.Key, EveryMS: b.Every.Milliseconds(), PausedUntil: instant(b.PausedUntil)}
	if b.Remaining >= 0 {
		budget.Remaining = &b.Remaining
	}

	return budget
}

func vendorColumns() []string {
	return []string{
		"vendor", "class", "transport", "state", "restarts", "round", "outcome", "detail", "latency_ms", "attempts", "quotes", "expected",
	}
}

func vendorCells(v *api.Vendor) []string {
	return []string{
		string(v.Vendor), v.Class, v.Transport, string(v.State), strconv.Itoa(v.Restarts), number(uint64(v.Round)), string(v.Outcome), v.Detail,
		optional(v.LatencyMS), strconv.Itoa(v.Attempts), strconv.Itoa(v.Quotes), strconv.Itoa(v.Expected),
	}
}

package gateway

import (
	"net/http"
	"strconv"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/gateway/params"
	"github.com/rollcall-go/rollcall/system/gateway/problem"
)

// instruments answers GET /v1/instruments: all that the caller sees, as the newest snapshot has them.
func (g *Gateway) instruments(w http.ResponseWriter, r *http.Request) {
	p := params.Of(r, "classes", "vendors", "instruments", "format")
	sight, format := sightOf(r, p.Selection()), p.Format(r)

	if mistaken(w, r, p) {
		return
	}

	seen := g.newest(w, r, sight)
	if seen == nil {
		return
	}

	t := newTable(w, r, format, nil, "instruments", instrumentColumns(), instrumentCells)

	for i := range seen.Instruments {
		row := instrumentOf(seen, i)

		if t.row(&row) != nil {
			return // the client is gone
		}
	}

	t.end("", nil)
}

// newest is what is seen of the newest snapshot. Where there is none, that is the answer, and nil is returned.
func (g *Gateway) newest(w http.ResponseWriter, r *http.Request, sight *sight) *messages.Snapshot {
	e := g.current(r.Context())
	if e == nil {
		problem.Unavailable(w, r, noSnapshot)

		return nil
	}

	return e.Through(sight.lens())
}

// instrumentOf is the instrument at a position of a snapshot's roster.
func instrumentOf(s *messages.Snapshot, i int) api.Instrument {
	entry, report := &s.Roster.Entries()[i], &s.Instruments[i]
	found := api.Instrument{
		Instrument: entry.Instrument, Class: entry.Class, Status: report.Status, Price: price(report.Price),
		Used: report.Used, Expected: len(entry.Sources), Round: s.Round, At: utc(s.PublishedAt),
	}
	found.AgeMS = age(report)

	return found
}

// sourcesOf are the sources of the instrument at a position of a snapshot's roster.
func sourcesOf(s *messages.Snapshot, i int) []api.Source {
	refs := s.Roster.Entries()[i].Sources
	sources := make([]api.Source, len(refs))

	for j, ref := range refs {
		quote := s.Source(ref)
		sources[j] = api.Source{
			Vendor: quote.Vendor, Outcome: quote.Outcome, Detail: quote.Detail,
			Price: price(quote.Price), Bid: price(quote.Bid), Ask: price(quote.Ask),
			VendorTime: instant(quote.VendorTime), RequestedAt: instant(quote.RequestedAt), ReceivedAt: instant(quote.ReceivedAt),
			Flags: quote.Flags.Words(),
		}
	}

	return sources
}

// price is a price's text; nil where there is none.
func price(p messages.Price) *string {
	if p.IsZero() {
		return nil
	}

	text := p.Text()

	return &text
}

// age is how old a verdict's price is; nil without one.
func age(report *messages.InstrumentReport) *int64 {
	if report.Price.IsZero() {
		return nil
	}

	ms := report.Age.Milliseconds()

	return &ms
}

func instrumentColumns() []string {
	return []string{"instrument", "class", "status", "price", "age_ms", "used", "expected", "round", "at"}
}

func instrumentCells(i *api.Instrument) []string {
	return []string{
		string(i.Instrument), i.Class, string(i.Status), text(i.Price), optional(i.AgeMS), strconv.Itoa(i.Used), strconv.Itoa(i.Expected),
		number(uint64(i.Round)), stamp(i.At),
	}
}

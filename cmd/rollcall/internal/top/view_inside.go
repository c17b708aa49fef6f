package top

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

// instrumentBody is one instrument: its price, how it went, and every source.
func (m *Model) instrumentBody(b *board) []string {
	s := b.snapshot

	at, known := s.Roster.Instrument(messages.Instrument(m.screen.inside))
	if !known {
		return []string{"", paint("  "+plain(m.screen.inside)+" is not configured any more", dim)}
	}

	entry, report := &s.Roster.Entries()[at], s.Instruments[at]
	status := verdict(report.Status)
	title := "  " + paint(plain(string(entry.Instrument)), strong) + "  "

	if !report.Price.IsZero() {
		change := b.trends[entry.Instrument].change()
		title += paint(report.Price.Text(), accent) + "  " + paint(change.text, change.ink) + "  " + paint(ago(b.age(report))+" old", dim) + "  "
	}

	title += paint(status.text, status.ink) + paint(" · "+plain(entry.Class), dim) +
		paint(" · "+strconv.Itoa(report.Used)+" of "+countOf(len(entry.Sources), "source")+" used", dim)

	lines := []string{title, "  " + m.pastOf(b, entry.Instrument).spark(max(1, m.width-2*margin)), ""}

	return append(lines, sourcesGrid(b, entry).lines(m.width, -1)...)
}

// pastOf is what the service has stored of an instrument where that is more than what was seen here.
func (m *Model) pastOf(b *board, instrument messages.Instrument) trend {
	seen := b.trends[instrument]

	d := m.screen.detail
	if m.screen.frozen != nil || d == nil || d.instrument == nil || len(d.instrument.Series) <= len(seen) {
		return seen
	}

	var past trend

	for _, point := range slices.Backward(d.instrument.Series) {
		var price messages.Price
		if point.Price != nil {
			price, _ = messages.ParseDecimal(*point.Price) // what is no price is a gap
		}

		past = past.add(price)
	}

	return past
}

func sourcesGrid(b *board, entry *messages.Entry) *grid {
	g := newGrid(column{title: "SOURCE"}, column{title: "OUTCOME"}, column{title: "PRICE", right: true}, column{title: "BID", right: true, rank: 4},
		column{title: "ASK", right: true, rank: 3}, column{title: "AGE", right: true, rank: 1}, column{title: "TOOK", right: true, rank: 5},
		column{title: "NOTE", rank: 2})

	for _, ref := range entry.Sources {
		quote := b.snapshot.Source(ref)
		age, took := "", ""

		if at := latest(quote.VendorTime, quote.ReceivedAt); !at.IsZero() {
			age = ago(max(0, b.snapshot.PublishedAt.Sub(at)) + max(0, b.now.Sub(b.receivedAt)))
		}

		if !quote.ReceivedAt.IsZero() && !quote.RequestedAt.IsZero() {
			took = seconds(quote.ReceivedAt.Sub(quote.RequestedAt))
		}

		note := quote.Detail
		if words := quote.Flags.String(); words != "" {
			note = strings.TrimPrefix(note+"; "+words, "; ")
		}

		g.row(cell{text: string(quote.Vendor)}, ending(quote.Outcome), cell{text: quote.Price.Text(), ink: strong}, cell{text: quote.Bid.Text()},
			cell{text: quote.Ask.Text()}, cell{text: age}, cell{text: took, ink: dim}, cell{text: note, ink: dim})
	}

	return g
}

// latest is a quote's own time: the vendor's where it gives one.
func latest(vendor, received time.Time) time.Time {
	if vendor.IsZero() {
		return received
	}

	return vendor
}

// vendorBody is one vendor: how it stands, and its last rounds.
func (m *Model) vendorBody(b *board) []string {
	name := messages.Vendor(m.screen.inside)

	report, configured := b.snapshot.Vendor(name)
	if !configured {
		return []string{"", paint("  "+plain(m.screen.inside)+" is not configured any more", dim)}
	}

	known := b.vendors[name]
	result, state := ending(report.Outcome), standing(report.State)

	if known.State != "" {
		state = standing(known.State)
	}

	lines := []string{
		"  " + paint(plain(string(name)), strong) + "  " + paint(result.text, result.ink) + "  " + paint(plain(state.text), state.ink) +
			paint(" · "+plain(strings.TrimSpace(known.Class+" "+known.Transport))+" · "+countOf(max(report.Restarts, known.Restarts), "restart"), dim),
	}

	for _, fact := range vendorFacts(&known, &report, b.now) {
		lines = append(lines, "  "+paint(plain(fact), dim))
	}

	lines = append(lines, "")

	d := m.screen.detail

	switch {
	case d == nil:
		return append(lines, paint("  reading its last rounds …", dim))
	case d.err != nil:
		return append(lines, paint("  "+plain(d.err.Error()), bad))
	default:
		recent := d.vendor.Recent[:min(len(d.vendor.Recent), max(0, m.height-m.chrome()-len(lines)))]

		return append(lines, recentGrid(b, recent, m.width).lines(m.width, -1)...)
	}
}

// vendorFacts are what there is to say of a vendor, one a line.
func vendorFacts(known *api.Vendor, report *messages.VendorReport, now time.Time) []string {
	var facts []string

	if report.Detail != "" {
		facts = append(facts, report.Detail)
	}

	if known.NextTry != nil && known.NextTry.After(now) {
		facts = append(facts, "next try in "+ago(known.NextTry.Sub(now)))
	}

	if known.LastCrash != "" {
		facts = append(facts, "last crash: "+known.LastCrash)
	}

	if s := known.Stream; s != nil {
		facts = append(facts, "stream "+string(s.State)+": "+countOf(s.Connects, "connection")+" made, "+countOf(s.Messages, "message")+", "+
			countOf(s.Updates, "update")+", "+countOf(s.Gaps, "gap"))
	}

	if budget := budgetCell(known.Budget, now); budget.text != "" {
		facts = append(facts, "budget "+known.Budget.Key+": "+budget.text)
	}

	return facts
}

// recentGrid is how a vendor fared lately, newest first.
func recentGrid(b *board, recent []api.VendorRound, width int) *grid {
	const others = 46

	g := newGrid(column{title: "ROUND", right: true}, column{title: "TIME", rank: 2}, column{title: "OUTCOME"}, column{title: "LATENCY", right: true},
		column{title: "OF THE DEADLINE", rank: 1})

	for i := range recent {
		r := &recent[i]
		latency, took := cell{text: "–", ink: dim}, time.Duration(0)

		if r.LatencyMS != nil {
			took = milliseconds(*r.LatencyMS)
			latency = cell{text: seconds(took)}
		}

		g.row(cell{text: number(r.Round)}, cell{text: b.clock(r.At), ink: dim}, ending(r.Outcome), latency,
			latencyBar(r.Outcome, took, milliseconds(r.DeadlineMS), max(barWidth, min(60, width-others))))
	}

	return g
}

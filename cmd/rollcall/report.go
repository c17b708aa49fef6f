package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/rollcall-go/rollcall/messages"
)

// reporter prints snapshots as tables and remembers the last price of each instrument to show its change.
type reporter struct {
	out    io.Writer
	colour bool
	last   map[messages.Instrument]decimal.Decimal
}

func newReporter(out io.Writer, colour bool) *reporter {
	return &reporter{out: out, colour: colour, last: make(map[messages.Instrument]decimal.Decimal)}
}

// print writes the snapshot: one line of summary, the prices, the vendors.
func (r *reporter) print(s *messages.Snapshot) error {
	if _, err := fmt.Fprintf(r.out, "%s\n\n", r.summary(s)); err != nil {
		return fmt.Errorf("table: %w", err)
	}

	for _, t := range []*table{r.prices(s), r.vendors(s)} {
		if _, err := t.WriteTo(r.out); err != nil {
			return fmt.Errorf("table: %w", err)
		}

		if _, err := fmt.Fprintln(r.out); err != nil {
			return fmt.Errorf("table: %w", err)
		}
	}

	return nil
}

func (r *reporter) summary(s *messages.Snapshot) string {
	total := len(s.Instruments)
	parts := []string{
		paint(fmt.Sprintf("round %d", s.Round), bold, r.colour),
		paint(string(s.Status), statusStyle(s.Status), r.colour),
		fmt.Sprintf("%d of %d prices", total-len(s.Missing()), total),
		fmt.Sprintf("%s of %s", seconds(s.Elapsed), s.Deadline),
		durability(s.Durable),
		paint(s.PublishedAt.UTC().Format("15:04:05.000Z"), dim, r.colour),
	}

	return strings.Join(parts, " · ")
}

func durability(durable bool) string {
	if durable {
		return "durable"
	}

	return "not yet on disk"
}

func (r *reporter) prices(s *messages.Snapshot) *table {
	t := &table{colour: r.colour}
	t.header("INSTRUMENT", ">PRICE", ">CHANGE", ">AGE", "STATUS", "SOURCES")

	for i, entry := range s.Roster.Entries() {
		report := s.Instruments[i]
		age := ""

		if !report.Price.IsZero() {
			age = seconds(report.Age)
		}

		t.row(
			cell{text: string(entry.Instrument), style: bold},
			cell{text: report.Price.String(), right: true},
			r.change(entry.Instrument, report.Price),
			cell{text: age, right: true},
			cell{text: string(report.Status), style: instrumentStyle(report.Status)},
			cell{text: sources(s, entry), style: dim},
		)
	}

	return t
}

func sources(s *messages.Snapshot, entry messages.Entry) string {
	parts := make([]string, 0, len(entry.Sources))

	for _, ref := range entry.Sources {
		quote := s.Source(ref)
		text := string(quote.Vendor)

		if quote.Outcome != messages.OutcomeOK {
			text += " " + string(quote.Outcome)
		}

		parts = append(parts, text)
	}

	return strings.Join(parts, ", ")
}

// change compares a price with the one printed before, in percent.
func (r *reporter) change(instrument messages.Instrument, price messages.Price) cell {
	if price.IsZero() {
		return cell{right: true}
	}

	before, known := r.last[instrument]
	r.last[instrument] = price.Decimal()

	if !known {
		return cell{right: true}
	}

	const hundred, places = 100, 3

	percent := price.Decimal().Sub(before).Mul(decimal.NewFromInt(hundred)).DivRound(before, places)

	switch percent.Sign() {
	case 1:
		return cell{text: "+" + percent.StringFixed(places) + "%", style: green, right: true}
	case -1:
		return cell{text: percent.StringFixed(places) + "%", style: red, right: true}
	default:
		return cell{text: "=", style: dim, right: true}
	}
}

func (r *reporter) vendors(s *messages.Snapshot) *table {
	t := &table{colour: r.colour}
	t.header("VENDOR", "OUTCOME", ">QUOTES", ">LATENCY", "│ time until the deadline", ">TRIES", "STATE", ">RESTARTS", "DETAIL")

	for i, listing := range s.Roster.Listings() {
		report := s.Vendors[i]
		latency := "-"

		if report.Latency > 0 {
			latency = seconds(report.Latency)
		}

		t.row(
			cell{text: string(listing.Vendor), style: bold},
			cell{text: string(report.Outcome), style: outcomeStyle(report.Outcome)},
			cell{text: fmt.Sprintf("%d/%d", report.Usable, len(listing.Instruments)), right: true},
			cell{text: latency, right: true},
			cell{text: bar(report.Latency, s.Deadline), style: outcomeStyle(report.Outcome)},
			cell{text: strconv.Itoa(report.Attempts), right: true},
			cell{text: string(report.State)},
			cell{text: strconv.Itoa(report.Restarts), right: true},
			cell{text: report.Detail, style: dim},
		)
	}

	return t
}

// bar shows how much of the deadline a vendor used; one that never answered used all of it.
func bar(latency, deadline time.Duration) string {
	const width = 24

	filled := width
	if latency > 0 && latency < deadline {
		filled = max(1, int(width*latency/deadline))
	}

	return "│" + strings.Repeat("█", filled) + strings.Repeat("·", width-filled) + "│"
}

func seconds(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', 2, 64) + "s"
}

func statusStyle(s messages.SnapshotStatus) style {
	switch s {
	case messages.SnapshotComplete:
		return green
	case messages.SnapshotPartial:
		return yellow
	case messages.SnapshotEmpty:
		return red
	default:
		return plain
	}
}

func instrumentStyle(s messages.InstrumentStatus) style {
	switch s {
	case messages.InstrumentGood:
		return green
	case messages.InstrumentInsufficient:
		return red
	case messages.InstrumentDegraded, messages.InstrumentCarried, messages.InstrumentClosed:
		return yellow
	default:
		return plain
	}
}

func outcomeStyle(o messages.Outcome) style {
	switch o {
	case messages.OutcomeOK:
		return green
	case messages.OutcomePartial, messages.OutcomeLate, messages.OutcomeStale, messages.OutcomeClosed:
		return yellow
	default:
		return red
	}
}

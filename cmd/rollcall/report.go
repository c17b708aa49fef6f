package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/rollcall-go/rollcall/messages"
)

// reportWidth is the width of a terminal that a report fits into, unless names are very long.
const reportWidth = 100

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
		if err := t.write(r.out); err != nil {
			return err
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
	t := &table{colour: r.colour, width: reportWidth}
	t.header("INSTRUMENT", ">PRICE", ">CHANGE", ">AGE", "STATUS", "SOURCES")

	prices := alignedPrices(s)

	for i, entry := range s.Roster.Entries() {
		report := s.Instruments[i]
		age := ""

		if !report.Price.IsZero() {
			age = seconds(report.Age)
		}

		t.row(
			cell{text: string(entry.Instrument), style: bold},
			cell{text: prices[i], right: true},
			r.change(entry.Instrument, report.Price),
			cell{text: age, right: true},
			cell{text: string(report.Status), style: instrumentStyle(report.Status)},
			cell{text: sources(s, entry), style: dim},
		)
	}

	return t
}

// alignedPrices are the prices with spaces behind them, so that their decimal points stand below each other when they are aligned to the
// right.
func alignedPrices(s *messages.Snapshot) []string {
	texts, decimals := make([]string, len(s.Instruments)), make([]int, len(s.Instruments))
	most := 0

	for i := range s.Instruments {
		texts[i] = s.Instruments[i].Price.String()

		if point := strings.IndexByte(texts[i], '.'); point >= 0 {
			decimals[i] = len(texts[i]) - point
		}

		most = max(most, decimals[i])
	}

	for i := range texts {
		texts[i] += strings.Repeat(" ", most-decimals[i])
	}

	return texts
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

	if !known || before.IsZero() {
		return cell{right: true}
	}

	const hundred, places = 100, 3

	percent := price.Decimal().Sub(before).Mul(decimal.NewFromInt(hundred)).DivRound(before.Abs(), places)

	switch percent.Sign() {
	case 1:
		return cell{text: "+" + percent.StringFixed(places) + "%", style: green, right: true}
	case -1:
		return cell{text: percent.StringFixed(places) + "%", style: red, right: true}
	default:
		return cell{text: "=", style: dim, right: true}
	}
}

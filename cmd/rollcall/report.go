package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/rollcall-go/rollcall/cmd/rollcall/internal/words"
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

	prices := words.Prices(s, "-")

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
			cell{text: words.Sources(s, &entry), style: dim},
		)
	}

	return t
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

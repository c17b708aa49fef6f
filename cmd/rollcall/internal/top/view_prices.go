package top

import (
	"charm.land/lipgloss/v2"

	"github.com/rollcall-go/rollcall/cmd/rollcall/internal/words"
	"github.com/rollcall-go/rollcall/messages"
)

// sparkWidth is how many rounds a sparkline in a table shows: fewer where the reason why there is no price needs the room.
func (m *Model) sparkWidth() int {
	const narrow, wide, roomy = 8, 16, 100

	if m.width < roomy {
		return narrow
	}

	return wide
}

// matchingInstruments are the positions of the instruments that the filter lets through.
func (m *Model) matchingInstruments(b *board) []int {
	if b.snapshot == nil {
		return nil
	}

	var rows []int

	for i, entry := range b.snapshot.Roster.Entries() {
		if *m.filter() == "" || m.matches(string(entry.Instrument), entry.Class, string(b.snapshot.Instruments[i].Status), words.Sources(b.snapshot, &entry)) {
			rows = append(rows, i)
		}
	}

	return rows
}

// pricesBody is each instrument with its price and how that came.
func (m *Model) pricesBody(b *board) []string {
	rows := m.matchingInstruments(b)

	return m.scrolled(len(rows), m.height-m.chrome(), "no instruments", func(from, to int) *grid {
		return pricesGrid(b, rows[from:to], m.sparkWidth())
	})
}

func pricesGrid(b *board, rows []int, spark int) *grid {
	const change, age, status = 9, 3, 14 // what most need

	s := b.snapshot
	texts, name, price := words.Prices(s, "–"), 0, 0

	for i, entry := range s.Roster.Entries() {
		name, price = max(name, len(entry.Instrument)), max(price, lipgloss.Width(texts[i]))
	}

	g := newGrid(column{title: "INSTRUMENT", least: name}, column{title: "PRICE", right: true, least: price},
		column{title: "CHANGE", right: true, rank: 3, least: change}, column{title: "AGE", right: true, rank: 2, least: age},
		column{title: "STATUS", rank: 1, least: status}, column{title: "TREND", rank: 4, least: spark},
		column{title: "SOURCES", rank: 6}, column{title: "CLASS", rank: 7})

	for _, i := range rows {
		entry, report := &s.Roster.Entries()[i], s.Instruments[i]
		price, age := cell{text: texts[i], ink: strong}, ""

		if report.Price.IsZero() {
			price.ink = dim
		} else {
			age = ago(b.age(report))
		}

		history := b.trends[entry.Instrument]
		g.row(cell{text: string(entry.Instrument)}, price, history.change(), cell{text: age}, verdict(report.Status),
			cell{text: history.spark(spark), ink: accentOf(report.Status)}, cell{text: words.Sources(s, entry), ink: dim}, cell{text: entry.Class, ink: dim})
	}

	return g
}

// accentOf keeps the line of a price that is not of this round in the background.
func accentOf(status messages.InstrumentStatus) ink {
	if status == messages.InstrumentGood || status == messages.InstrumentDegraded {
		return normal
	}

	return dim
}

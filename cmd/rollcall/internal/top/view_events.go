package top

import (
	"strings"

	"github.com/rollcall-go/rollcall/messages"
)

// matchingNotes are the notes that the filter lets through, newest first.
func (m *Model) matchingNotes(b *board) []note {
	var rows []note

	for _, n := range b.happened() {
		if m.matches(n.kind, string(n.vendor), n.text, number(n.round)) {
			rows = append(rows, n)
		}
	}

	return rows
}

// eventsBody is what happened, newest first, and whether the record of it is whole.
func (m *Model) eventsBody(b *board) []string {
	rows := m.matchingNotes(b)
	body := m.scrolled(len(rows), m.height-m.chrome()-1, "nothing out of the ordinary has happened", func(from, to int) *grid {
		return notesGrid(b, rows[from:to])
	})

	return append([]string{"  " + m.recordLine(b)}, body...)
}

func notesGrid(b *board, rows []note) *grid {
	const kind = 11 // what most need

	g := newGrid(column{title: "TIME"}, column{title: "WHAT", least: kind}, column{title: "VENDOR"}, column{title: "ROUND", right: true, rank: 2},
		column{title: "", rank: 1})

	for _, n := range rows {
		at := ""
		if n.round > 0 {
			at = number(n.round)
		}

		g.row(cell{text: b.clock(n.at), ink: dim}, cell{text: n.kind, ink: inkOf(n.kind)}, cell{text: string(n.vendor)}, cell{text: at, ink: dim},
			cell{text: n.text, ink: dim})
	}

	return g
}

// recordLine is how the record stands.
func (m *Model) recordLine(b *board) string {
	if b.refused != "" {
		return paint("the record cannot be seen: "+plain(b.refused), dim)
	}

	if b.audit == nil {
		return paint("the record has not been read yet", dim)
	}

	v := &b.audit.Verification

	switch v.State {
	case "verified":
		return "record " + paint("● verified", good) + paint(", "+entries(v.Entries), dim)
	case "broken":
		return "record " + paint("✕ broken: "+plain(v.Problem), bad)
	default:
		return "record " + paint(strings.TrimSpace("… "+plain(v.State)), dim)
	}
}

func inkOf(kind string) ink {
	switch messages.FactKind(kind) {
	case messages.FactCrashed, messages.FactQuarantined, messages.FactPoison, messages.FactGap, messages.FactSystemic, "lost":
		return bad
	case messages.FactRestarted, messages.FactPaused, messages.FactClockStep, messages.FactDurability, "backoff", "skipped", "reset", "bye":
		return warn
	case messages.FactRecovered, messages.FactResumed, "running", "connected":
		return good
	default:
		return normal
	}
}

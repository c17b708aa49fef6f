package top

import (
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"github.com/rollcall-go/rollcall/messages"
)

// matchingAnswers are the answers that the filter lets through; those of vendors that were asked and have not answered are among them.
func (m *Model) matchingAnswers(b *board) []answer {
	t := b.open
	if t.round == 0 {
		return nil
	}

	if t.closed == 0 && b.snapshot != nil {
		t = t.clone()
		heard := make(map[messages.Vendor]bool)

		for _, a := range t.answers {
			heard[a.vendor] = true
		}

		for i, listing := range b.snapshot.Roster.Listings() {
			if !heard[listing.Vendor] {
				t.answers = append(t.answers, answer{vendor: listing.Vendor, idle: !b.asked(i)})
			}
		}
	}

	var rows []answer

	for _, a := range t.sorted() {
		if m.matches(string(a.vendor), string(a.outcome), a.detail) {
			rows = append(rows, a)
		}
	}

	return rows
}

// asked reports whether a vendor of the newest snapshot is asked in the round that is open.
func (b *board) asked(at int) bool {
	state := b.snapshot.Vendors[at].State
	if known := b.vendors[b.snapshot.Roster.Listings()[at].Vendor]; known.State != "" {
		state = known.State
	}

	return state == messages.VendorRunning || state == messages.VendorProbing
}

// roundBody is the waterfall: who answered when, and where the deadline falls.
func (m *Model) roundBody(b *board) []string {
	t := &b.open
	passed := t.passed(b.now)
	title := "  " + paint("round "+number(t.round), strong)

	if t.closed > 0 {
		title += " · closed after " + seconds(t.closed) + " of " + t.deadline.String()
	} else {
		title += paint(" · open", accent) + " · " + seconds(passed.Truncate(tickEvery)) + " of " + t.deadline.String() + " · " +
			countOf(len(t.answers), "answer")
	}

	rows := m.matchingAnswers(b)
	names := 0

	for i := range rows {
		names = max(names, lipgloss.Width(plain(string(rows[i].vendor))))
	}

	const labels = 26 // the sign, the word, the time

	width := max(8, m.width-margin-names-gap-labels)

	body := m.scrolled(len(rows), m.height-m.chrome()-1, "no vendors", func(from, to int) *grid {
		g := newGrid(column{title: "VENDOR", least: names}, column{title: waterfallScale(t.deadline, width)}, column{title: ""})

		for i := from; i < to; i++ {
			g.row(cell{text: string(rows[i].vendor)}, waterfallBar(&rows[i], t, passed, width), waterfallLabel(&rows[i]))
		}

		return g
	})

	return append([]string{title}, body...)
}

// waterfallScale marks the beginning, the middle and the deadline. The deadline is a column behind the bars.
func waterfallScale(deadline time.Duration, width int) string {
	half, end := (deadline / 2).String(), deadline.String()

	scale := "0s" + strings.Repeat(" ", max(1, width/2-len("0s"))) + half
	if room := width + 1 - lipgloss.Width(scale) - len(end); room > 0 {
		return scale + strings.Repeat(" ", room) + end
	}

	return "0s" + strings.Repeat(" ", max(1, width+1-len("0s")-len(end))) + end
}

func waterfallBar(a *answer, t *timeline, passed time.Duration, width int) cell {
	elapsed := a.elapsed
	waits := elapsed == 0 && t.closed == 0 && !a.idle

	if waits {
		elapsed = passed
	} else if a.outcome == messages.OutcomeTimeout {
		elapsed = t.deadline
		if t.closed > 0 {
			elapsed = min(t.deadline, t.closed) // it was known sooner that nothing would come
		}
	}

	filled := bar(elapsed, t.deadline, width)
	with := ending(a.outcome).ink

	if waits {
		filled, with = strings.NewReplacer("━", "╌", "╸", "╌").Replace(filled), dim
	}

	return cell{text: filled, ink: with, tail: strings.Repeat("·", max(0, width-lipgloss.Width(filled))) + "│"}
}

func waterfallLabel(a *answer) cell {
	switch {
	case a.idle:
		return cell{text: "– not asked", ink: dim}
	case a.outcome == "":
		return cell{text: "… waiting", ink: dim}
	}

	label := ending(a.outcome)
	if a.elapsed > 0 {
		label.tail = " " + seconds(a.elapsed)
	}

	if a.detail != "" {
		label.tail += " " + plain(a.detail)
	}

	return label
}

package top

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

// barWidth is how many columns the time until the deadline takes in a table.
const barWidth = 16

// matchingVendors are the positions of the vendors that the filter lets through.
func (m *Model) matchingVendors(b *board) []int {
	if b.snapshot == nil {
		return nil
	}

	var rows []int

	for i, listing := range b.snapshot.Roster.Listings() {
		report := &b.snapshot.Vendors[i]
		if m.matches(string(listing.Vendor), listing.Class, string(report.Outcome), string(report.State), report.Detail) {
			rows = append(rows, i)
		}
	}

	return rows
}

// vendorsBody is each vendor with how it fared and how it stands.
func (m *Model) vendorsBody(b *board) []string {
	rows := m.matchingVendors(b)

	return m.scrolled(len(rows), m.height-m.chrome(), "no vendors", func(from, to int) *grid { return vendorsGrid(b, rows[from:to]) })
}

func vendorsGrid(b *board, rows []int) *grid {
	const outcome, state = 13, 11 // what most need

	s := b.snapshot
	end := s.Deadline.String()
	scale := "0s" + strings.Repeat(" ", max(1, barWidth+1-len("0s")-len(end))) + end
	name := 0

	for _, listing := range s.Roster.Listings() {
		name = max(name, len(listing.Vendor))
	}

	g := newGrid(column{title: "VENDOR", least: name}, column{title: "OUTCOME", least: outcome}, column{title: "QUOTES", right: true, rank: 2},
		column{title: "LATENCY", right: true, rank: 1}, column{title: scale, rank: 3}, column{title: "STATE", rank: 4, least: state},
		column{title: "RESTARTS", right: true, rank: 5}, column{title: "BUDGET", rank: 6}, column{title: "NOTE", rank: 7}, column{title: "BY", rank: 8})

	for _, i := range rows {
		listing, report := s.Roster.Listings()[i], &s.Vendors[i]
		known := b.vendors[listing.Vendor]
		state, restarts := report.State, report.Restarts

		if known.State != "" { // newer than the snapshot
			state, restarts = known.State, max(known.Restarts, restarts)
		}

		latency := cell{text: "–", ink: dim}
		if report.Latency > 0 {
			latency = cell{text: seconds(report.Latency)}
		}

		g.row(cell{text: string(listing.Vendor)}, ending(report.Outcome), cell{text: fmt.Sprintf("%d/%d", report.Usable, len(listing.Instruments))},
			latency, latencyBar(report.Outcome, report.Latency, s.Deadline, barWidth), standing(state), restartsCell(restarts),
			budgetCell(known.Budget, b.now), cell{text: vendorNote(&known, report), ink: dim}, cell{text: known.Transport, ink: dim})
	}

	return g
}

// latencyBar is how much of the deadline a vendor used. One that timed out used all of it.
func latencyBar(outcome messages.Outcome, latency, deadline time.Duration, width int) cell {
	if outcome == messages.OutcomeTimeout || outcome == messages.OutcomeLate {
		latency = deadline
	}

	filled := bar(latency, deadline, width)

	return cell{text: filled, ink: ending(outcome).ink, tail: strings.Repeat("─", width-len([]rune(filled))) + "│"}
}

func restartsCell(restarts int) cell {
	if restarts == 0 {
		return cell{text: "0", ink: dim}
	}

	return cell{text: strconv.Itoa(restarts), ink: warn}
}

// budgetCell is what is left of a key's allowance, or how long the vendor wants to be left alone.
func budgetCell(budget *api.Budget, now time.Time) cell {
	switch {
	case budget == nil:
		return cell{}
	case budget.PausedUntil != nil && budget.PausedUntil.After(now):
		return cell{text: "again in " + ago(budget.PausedUntil.Sub(now)), ink: warn}
	case budget.Remaining != nil && *budget.Remaining == 0:
		return cell{text: "0 left", ink: bad}
	case budget.Remaining != nil:
		return cell{text: strconv.Itoa(*budget.Remaining) + " left"}
	case budget.EveryMS > 0:
		return cell{text: "each " + milliseconds(budget.EveryMS).String(), ink: dim}
	default:
		return cell{}
	}
}

// vendorNote is what is out of the ordinary; nothing for most.
func vendorNote(known *api.Vendor, report *messages.VendorReport) string {
	var parts []string

	if known.Stream != nil && known.Stream.State != messages.StreamLive {
		parts = append(parts, "stream "+string(known.Stream.State))
	}

	if report.Attempts > 1 {
		parts = append(parts, strconv.Itoa(report.Attempts)+" tries")
	}

	if report.Detail != "" {
		parts = append(parts, report.Detail)
	}

	return strings.Join(parts, ", ")
}

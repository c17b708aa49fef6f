package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// barWidth is how many columns the time until the deadline takes.
const barWidth = 20

// vendors is one line for each vendor, with the part of the deadline it used.
func (r *reporter) vendors(s *messages.Snapshot) *table {
	t := &table{colour: r.colour, width: reportWidth}
	t.header("VENDOR", "OUTCOME", ">QUOTES", ">LATENCY", scale(s.Deadline), "NOTE")

	for i, listing := range s.Roster.Listings() {
		report := &s.Vendors[i]
		latency := "-"

		if report.Latency > 0 {
			latency = seconds(report.Latency)
		}

		t.row(
			cell{text: string(listing.Vendor), style: bold},
			cell{text: string(report.Outcome), style: outcomeStyle(report.Outcome)},
			cell{text: fmt.Sprintf("%d/%d", report.Usable, len(listing.Instruments)), right: true},
			cell{text: latency, right: true},
			bar(report, s.Deadline),
			cell{text: note(report), style: dim},
		)
	}

	return t
}

// scale is the title above the bars: from the start of the round to its deadline.
func scale(deadline time.Duration) string {
	end := deadline.String()

	return "0s" + strings.Repeat(" ", max(1, barWidth+1-len("0s")-len(end))) + end
}

// bar shows how much of the deadline a vendor used. One that timed out used all of it; one that was not asked, or refused, none.
func bar(report *messages.VendorReport, deadline time.Duration) cell {
	const halves = 2

	used := 0

	switch {
	case report.Outcome == messages.OutcomeTimeout, report.Outcome == messages.OutcomeLate, report.Latency >= deadline:
		used = halves * barWidth
	case report.Latency > 0:
		used = max(1, int(halves*barWidth*report.Latency/deadline))
	}

	filled := strings.Repeat("━", used/halves) + strings.Repeat("╸", used%halves)

	return cell{
		text: filled, style: outcomeStyle(report.Outcome),
		tail: strings.Repeat("─", barWidth-width(filled)) + "│",
	}
}

// note says what is out of the ordinary about a vendor; nothing for most.
func note(report *messages.VendorReport) string {
	var parts []string

	if report.State != messages.VendorRunning && string(report.State) != string(report.Outcome) {
		parts = append(parts, string(report.State))
	}

	if report.Attempts > 1 {
		parts = append(parts, strconv.Itoa(report.Attempts)+" tries")
	}

	if report.Restarts > 0 {
		parts = append(parts, count(report.Restarts, "restart"))
	}

	if report.Detail != "" {
		parts = append(parts, report.Detail)
	}

	return strings.Join(parts, ", ")
}

func seconds(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', 2, 64) + "s"
}

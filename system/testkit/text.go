package testkit

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// Quotes writes quotes as text, one a line: the instrument, its price or the reason why it has none, and everything else the vendor said. Who asked,
// and when, is left out.
func Quotes(quotes []messages.Quote) string {
	var b strings.Builder

	for i := range quotes {
		q := &quotes[i]

		b.WriteString(string(q.Instrument))

		if q.Outcome != messages.OutcomeOK {
			b.WriteString(" " + string(q.Outcome))
		}

		for _, f := range fields(q) {
			if f.value != "" {
				b.WriteString(" " + f.name + f.value)
			}
		}

		b.WriteString("\n")
	}

	return b.String()
}

type field struct{ name, value string }

func fields(q *messages.Quote) []field {
	var more messages.More
	if q.More != nil {
		more = *q.More
	}

	return []field{
		{"", q.Price.Text()},
		{"bid=", q.Bid.Text()},
		{"ask=", q.Ask.Text()},
		{"time=", stamp(q.VendorTime)},
		{"mid=", more.Mid.Text()},
		{"size=", more.Size.Text()},
		{"volume=", more.Volume.Text()},
		{"currency=", more.Currency},
		{"unit=", more.Unit},
		{"sequence=", number(more.Sequence)},
		{"flags=", strings.Join(q.Flags.Words(), ",")},
		{"detail=", quoted(q.Detail)},
	}
}

func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}

	return at.UTC().Format(time.RFC3339Nano)
}

func number(n uint64) string {
	if n == 0 {
		return ""
	}

	return strconv.FormatUint(n, 10)
}

func quoted(text string) string {
	if text == "" {
		return ""
	}

	return strconv.Quote(text)
}

// Snapshots writes snapshots as text: how each vendor fared, then each instrument. Rounds that went like the one before are only counted. Times
// are times of day in UTC, which in virtual time is the time since the start.
func Snapshots(snapshots []*messages.Snapshot) string {
	var b strings.Builder

	for first := 0; first < len(snapshots); {
		text, last := describe(snapshots[first]), first
		for last+1 < len(snapshots) && describe(snapshots[last+1]) == text {
			last++
		}

		if last == first {
			fmt.Fprintf(&b, "round %d at %s: %s", snapshots[first].Round, clock(snapshots[first]), text)
		} else {
			fmt.Fprintf(&b, "rounds %d to %d, %s to %s: %s",
				snapshots[first].Round, snapshots[last].Round, clock(snapshots[first]), clock(snapshots[last]), text)
		}

		first = last + 1
	}

	return b.String()
}

func clock(s *messages.Snapshot) string { return s.StartedAt.UTC().Format("15:04:05.999") }

// describe is everything about a snapshot but when it was.
func describe(s *messages.Snapshot) string {
	var b strings.Builder

	fmt.Fprintf(&b, "%s in %s\n", s.Status, s.Elapsed)

	for i := range s.Vendors {
		describeVendor(&b, &s.Roster.Listings()[i], &s.Vendors[i])
	}

	width := 0
	for i := range s.Instruments {
		width = max(width, len(s.Roster.Entries()[i].Instrument))
	}

	for i := range s.Instruments {
		entry, report := &s.Roster.Entries()[i], &s.Instruments[i]

		fmt.Fprintf(&b, "  %-*s  %s  %s%s\n",
			width, entry.Instrument, cmp.Or(report.Price.Text(), "-"), report.Status, reasons(s, entry))
	}

	return b.String()
}

func describeVendor(b *strings.Builder, listing *messages.Listing, report *messages.VendorReport) {
	fmt.Fprintf(b, "  vendor %s: %s, %d of %d", listing.Vendor, report.Outcome, report.Usable, len(listing.Instruments))

	if report.Detail != "" {
		b.WriteString(": " + report.Detail)
	}

	b.WriteString("\n")
}

// reasons says of each source without a usable price why it has none.
func reasons(s *messages.Snapshot, entry *messages.Entry) string {
	var b strings.Builder

	for _, ref := range entry.Sources {
		if q := s.Source(ref); !q.Usable() {
			fmt.Fprintf(&b, ", %s %s", s.Roster.Listings()[ref.Listing].Vendor, q.Outcome)
		}
	}

	return b.String()
}

package coordinator_test

import (
	"errors"
	"fmt"

	"github.com/rollcall-go/rollcall/messages"
)

// CheckInvariants returns what is wrong with a snapshot on its own: every vendor has an outcome of the closed set, every instrument a
// verdict that follows from the quotes of this round, and the status follows from the instruments.
func CheckInvariants(s *messages.Snapshot) error {
	var errs []error

	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }

	listings, entries := s.Roster.Listings(), s.Roster.Entries()
	if len(s.Vendors) != len(listings) || len(s.Instruments) != len(entries) {
		return fmt.Errorf("%d vendors and %d instruments for a roster of %d and %d",
			len(s.Vendors), len(s.Instruments), len(listings), len(entries))
	}

	for i := range s.Vendors {
		checkVendor(s, i, fail)
	}

	fresh := 0
	for i := range s.Instruments {
		fresh += checkInstrument(s, i, fail)
	}

	want := messages.SnapshotPartial

	switch fresh {
	case len(entries):
		want = messages.SnapshotComplete
	case 0:
		want = messages.SnapshotEmpty
	}

	if s.Status != want {
		fail("status %s, want %s", s.Status, want)
	}

	if s.Elapsed < 0 || s.Round == 0 {
		fail("round %d took %s", s.Round, s.Elapsed)
	}

	return errors.Join(errs...)
}

func checkVendor(s *messages.Snapshot, i int, fail func(string, ...any)) {
	listing, report := &s.Roster.Listings()[i], &s.Vendors[i]
	if !report.Outcome.Valid() {
		fail("vendor %s: outcome %q", listing.Vendor, report.Outcome)
	}

	if len(report.Detail) > messages.MaxDetail {
		fail("vendor %s: detail of %d bytes", listing.Vendor, len(report.Detail))
	}

	if len(report.Quotes) != 0 && len(report.Quotes) != len(listing.Instruments) {
		fail("vendor %s: %d quotes", listing.Vendor, len(report.Quotes))
	}

	if (report.Outcome == messages.OutcomeOK) != (report.Usable == len(listing.Instruments)) {
		fail("vendor %s: %s with %d usable quotes", listing.Vendor, report.Outcome, report.Usable)
	}
}

// checkInstrument returns 1 if the instrument has a price of this round.
func checkInstrument(s *messages.Snapshot, i int, fail func(string, ...any)) int {
	entry, report := &s.Roster.Entries()[i], &s.Instruments[i]

	var prices []messages.Price

	for _, ref := range entry.Sources {
		if quote := s.Source(ref); quote.Usable() {
			prices = append(prices, quote.Price)
		}
	}

	if report.Used != len(prices) {
		fail("instrument %s: used %d of %d", entry.Instrument, report.Used, len(prices))
	}

	var allowed []messages.InstrumentStatus

	switch len(prices) {
	case len(entry.Sources):
		allowed = []messages.InstrumentStatus{messages.InstrumentGood}
	case 0:
		allowed = []messages.InstrumentStatus{messages.InstrumentInsufficient, messages.InstrumentCarried}
	default:
		allowed = []messages.InstrumentStatus{messages.InstrumentDegraded}
	}

	found := false
	for _, status := range allowed {
		found = found || report.Status == status
	}

	if !found {
		fail("instrument %s: %s with %d prices", entry.Instrument, report.Status, len(prices))
	}

	if (report.Status == messages.InstrumentInsufficient) != report.Price.IsZero() || report.Age < 0 {
		fail("instrument %s: %s with price %s, age %s", entry.Instrument, report.Status, report.Price, report.Age)
	}

	if len(prices) == 0 {
		return 0
	}

	if report.Price.Text() != prices[0].Text() {
		fail("instrument %s: price %s, first source has %s", entry.Instrument, report.Price, prices[0])
	}

	return 1
}

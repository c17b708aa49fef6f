package messages

import "slices"

// Snapshot is a snapshot of the view's roster as if only what can be seen had been configured: what is hidden neither gives a price nor counts.
// A price that was carried shows only where all of the instrument's vendors do, because nobody can say which of them it came from. The part is
// not sealed; what it shares with the whole is not copied.
func (v *View) Snapshot(s *Snapshot) *Snapshot {
	if v.IsAll() {
		return s
	}

	part := *s
	part.encoding = nil
	part.Roster = v.to
	part.Vendors = make([]VendorReport, len(v.listings))
	part.Instruments = make([]InstrumentReport, len(v.entries))

	for i := range v.listings {
		part.Vendors[i] = v.listings[i].report(&s.Vendors[v.listings[i].from])
	}

	fresh := 0

	for i := range v.entries {
		if entry := &v.entries[i]; entry.whole {
			part.Instruments[i] = s.Instruments[entry.from]
		} else {
			part.Instruments[i] = part.verdict(i)
		}

		if part.Instruments[i].Used > 0 {
			fresh++
		}
	}

	part.Status = statusOf(fresh, len(part.Instruments))

	return &part
}

// report is a vendor's report about its visible instruments. No detail is shown that may speak of hidden ones: none of a vendor that has some, and
// none that compares a price with those of hidden vendors.
func (l *viewListing) report(whole *VendorReport) VendorReport {
	part := *whole
	if l.positions != nil {
		part.Detail = ""
		part.Quotes, part.Usable = l.quotes(whole)
	}

	compared := func(position int) bool { return part.Quotes[position].Outcome.compares() }
	if len(part.Quotes) == 0 || !slices.ContainsFunc(l.mixed, compared) {
		return part
	}

	part.Detail = ""
	part.Quotes = slices.Clone(part.Quotes)

	for _, position := range l.mixed {
		if compared(position) {
			part.Quotes[position].Detail = ""
		}
	}

	return part
}

// quotes are those for the visible instruments, and how many of them are usable.
func (l *viewListing) quotes(whole *VendorReport) (quotes []Quote, usable int) {
	if len(whole.Quotes) == 0 {
		return nil, 0
	}

	quotes = make([]Quote, len(l.positions))

	for i, position := range l.positions {
		quotes[i] = whole.Quotes[position]
		quotes[i].Detail = ""

		if quotes[i].Usable() {
			usable++
		}
	}

	return quotes, usable
}

// verdict is that on an instrument of which some sources are hidden: the price of the first source that has a usable one.
func (s *Snapshot) verdict(entry int) InstrumentReport {
	report := InstrumentReport{Status: InstrumentInsufficient}
	sources := s.Roster.entries[entry].Sources

	for _, ref := range sources {
		quote := s.Source(ref)
		if !quote.Usable() {
			continue
		}

		if report.Used == 0 {
			report.Price, report.Age = quote.Price, max(0, s.PublishedAt.Sub(quote.AsOf()))
		}

		report.Used++
	}

	switch report.Used {
	case 0:
	case len(sources):
		report.Status = InstrumentGood
	default:
		report.Status = InstrumentDegraded
	}

	return report
}

// statusOf is the status of a snapshot in which so many of all instruments have a price of its round.
func statusOf(fresh, all int) SnapshotStatus {
	switch fresh {
	case 0:
		return SnapshotEmpty
	case all:
		return SnapshotComplete
	default:
		return SnapshotPartial
	}
}

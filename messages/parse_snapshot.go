package messages

import (
	"errors"
	"fmt"
	"time"
)

// snapshot checks the document and turns it inside out: quotes stand under their instruments there, under their vendors here.
func (d *snapshotDocument) snapshot() (*Snapshot, error) {
	if d.Round == 0 || !d.Status.valid() {
		return nil, fmt.Errorf("snapshot of round %d with status %q", d.Round, d.Status)
	}

	listings, quotes, err := d.listings()
	if err != nil {
		return nil, err
	}

	roster, err := NewRoster(listings)
	if err != nil {
		return nil, fmt.Errorf("roster of the snapshot: %w", err)
	}

	s := &Snapshot{
		Round:       d.Round,
		Status:      d.Status,
		Durable:     d.Durable,
		StartedAt:   d.StartedAt,
		PublishedAt: d.PublishedAt,
		Elapsed:     time.Duration(d.Elapsed),
		Deadline:    time.Duration(d.Deadline),
		Roster:      roster,
		Vendors:     make([]VendorReport, len(listings)),
		Instruments: make([]InstrumentReport, len(roster.entries)),
	}

	for i := range d.Vendors {
		vendor := &d.Vendors[i]
		if s.Vendors[i], err = vendor.value.report(&roster.listings[i], quotes[i]); err != nil {
			return nil, fmt.Errorf("vendor %q: %w", vendor.name, err)
		}
	}

	for i := range d.Instruments {
		instrument := &d.Instruments[i]
		at := roster.index[Instrument(instrument.name)]

		if s.Instruments[at], err = instrument.value.report(); err != nil {
			return nil, fmt.Errorf("instrument %q: %w", instrument.name, err)
		}
	}

	return s, nil
}

// listings collects, for each vendor, what it is listed for and what it gave.
func (d *snapshotDocument) listings() ([]Listing, [][]Quote, error) {
	listings, quotes := make([]Listing, len(d.Vendors)), make([][]Quote, len(d.Vendors))
	positions := make(map[Vendor]int, len(d.Vendors))

	for i := range d.Vendors {
		listings[i].Vendor = Vendor(d.Vendors[i].name)
		positions[listings[i].Vendor] = i
	}

	for i := range d.Instruments {
		instrument := &d.Instruments[i]
		if len(instrument.value.Sources) == 0 {
			return nil, nil, fmt.Errorf("instrument %q has no source", instrument.name)
		}

		for j := range instrument.value.Sources {
			source := &instrument.value.Sources[j]

			at, known := positions[source.Vendor]
			if !known {
				return nil, nil, fmt.Errorf("instrument %q has the unknown source %q", instrument.name, source.Vendor)
			}

			quote, err := source.quote(Instrument(instrument.name))
			if err != nil {
				return nil, nil, fmt.Errorf("instrument %q from %q: %w", instrument.name, source.Vendor, err)
			}

			listings[at].Add(quote.Instrument, instrument.value.Class)
			quotes[at] = append(quotes[at], quote)
		}
	}

	return listings, quotes, nil
}

func (d *vendorDocument) report(listing *Listing, quotes []Quote) (VendorReport, error) {
	if !d.Outcome.Valid() || !d.State.valid() {
		return VendorReport{}, fmt.Errorf("outcome %q in state %q", d.Outcome, d.State)
	}

	if int(d.Expected) != len(listing.Instruments) || d.Usable > d.Expected {
		return VendorReport{}, errors.New("number of quotes does not fit")
	}

	report := VendorReport{
		Outcome:  d.Outcome,
		Detail:   d.Detail,
		Latency:  d.latency(),
		Attempts: int(d.Attempts),
		Usable:   int(d.Usable),
		State:    d.State,
		Restarts: int(d.Restarts),
	}

	var err error
	if report.Feed, err = d.feed(); err != nil {
		return VendorReport{}, err
	}

	for i := range quotes {
		none := Quote{Instrument: quotes[i].Instrument, Vendor: listing.Vendor, Outcome: d.Outcome, Detail: d.Detail}
		if quotes[i] != none { // otherwise the vendor gave no quotes, and its sources say what the vendor says
			report.Quotes = quotes

			break
		}
	}

	return report, nil
}

func (d *instrumentDocument) report() (InstrumentReport, error) {
	if !d.Status.valid() {
		return InstrumentReport{}, fmt.Errorf("status %q", d.Status)
	}

	if int(d.Expected) != len(d.Sources) || d.Used > d.Expected {
		return InstrumentReport{}, errors.New("number of sources does not fit")
	}

	price, err := parsePriceText(d.Price)
	if err != nil {
		return InstrumentReport{}, err
	}

	return InstrumentReport{Status: d.Status, Price: price, Age: time.Duration(d.Age), Used: int(d.Used)}, nil
}

func (d *sourceDocument) quote(instrument Instrument) (Quote, error) {
	if !d.Outcome.Valid() {
		return Quote{}, fmt.Errorf("outcome %q", d.Outcome)
	}

	price, err := parsePriceText(d.Price)
	bid, bidErr := parsePriceText(d.Bid)
	ask, askErr := parsePriceText(d.Ask)
	more, moreErr := d.more()

	if err := errors.Join(err, bidErr, askErr, moreErr); err != nil {
		return Quote{}, err
	}

	return Quote{
		Instrument:  instrument,
		Vendor:      d.Vendor,
		Price:       price,
		Bid:         bid,
		Ask:         ask,
		VendorTime:  d.VendorTime,
		RequestedAt: d.RequestedAt,
		ReceivedAt:  d.ReceivedAt,
		Outcome:     d.Outcome,
		Detail:      d.Detail,
		Flags:       flagsOf(d.Flags),
		More:        more,
	}, nil
}

func (s SnapshotStatus) valid() bool {
	return s == SnapshotComplete || s == SnapshotPartial || s == SnapshotEmpty
}

func (s InstrumentStatus) valid() bool {
	switch s {
	case InstrumentGood, InstrumentDegraded, InstrumentCarried, InstrumentClosed, InstrumentInsufficient:
		return true
	default:
		return false
	}
}

func (s VendorState) valid() bool {
	switch s {
	case VendorRunning, VendorBackoff, VendorQuarantined, VendorProbing, VendorPaused:
		return true
	default:
		return false
	}
}

package messages

import (
	"sync"
	"time"
)

// SnapshotSchema names the JSON form of a snapshot.
const SnapshotSchema = "rollcall.snapshot/1"

// SnapshotStatus says how much of a snapshot is there.
type SnapshotStatus string

// The snapshot statuses.
const (
	SnapshotComplete SnapshotStatus = "complete" // every instrument has a price of this round
	SnapshotPartial  SnapshotStatus = "partial"  // some have, some have not
	SnapshotEmpty    SnapshotStatus = "empty"    // none has
)

// InstrumentStatus is the verdict on one instrument in a snapshot.
type InstrumentStatus string

// The instrument statuses.
const (
	InstrumentGood         InstrumentStatus = "good"         // every expected source gave a usable price
	InstrumentDegraded     InstrumentStatus = "degraded"     // fewer sources than expected, but enough
	InstrumentCarried      InstrumentStatus = "carried"      // the last accepted price, with its true age
	InstrumentClosed       InstrumentStatus = "closed"       // the market is closed
	InstrumentInsufficient InstrumentStatus = "insufficient" // no price
)

// Snapshot is the immutable result of one round. Reports stand in the order of the roster: Vendors[i] belongs to
// Roster.Listings()[i], Instruments[i] to Roster.Entries()[i].
type Snapshot struct {
	Round       Round
	Status      SnapshotStatus
	Durable     bool          // on disk before it was published
	StartedAt   time.Time     // when the vendors were asked
	PublishedAt time.Time     // when the round was closed
	Elapsed     time.Duration // PublishedAt − StartedAt on the monotonic clock
	Deadline    time.Duration // the round's deadline, from StartedAt
	Roster      *Roster
	Vendors     []VendorReport
	Instruments []InstrumentReport

	encoding *encoding // shared by copies; nil unless sealed
}

// encoding is the JSON form of a sealed snapshot, made once.
type encoding struct {
	once  sync.Once
	bytes []byte
}

// Seal makes the snapshot keep its encoded form once it is asked for, so that everyone who writes, digests or serves it shares the bytes. It is
// called once, before the snapshot is sent to anyone. It returns the snapshot.
func (s *Snapshot) Seal() *Snapshot {
	s.encoding = &encoding{}

	return s
}

// Encoded returns the snapshot as AppendJSON encodes it with Durable true, which is what is on disk. The caller must not change the bytes.
func (s *Snapshot) Encoded() []byte {
	if s.encoding == nil {
		return s.WithDurable(true).AppendJSON(nil)
	}

	s.encoding.once.Do(func() { s.encoding.bytes, _ = s.WithDurable(true).MarshalJSON() }) // it never fails

	return s.encoding.bytes
}

// VendorReport is how one vendor fared in a round.
type VendorReport struct {
	Outcome  Outcome
	Detail   string        // for people; at most MaxDetail bytes
	Latency  time.Duration // from request to complete answer; 0 if it never answered
	Attempts int           // requests made in this round; 0 if it was not asked
	Usable   int           // quotes that may be used
	Quotes   []Quote       // empty, or one per instrument of the listing, in its order
	State    VendorState
	Restarts int         // supervised restarts since the program started
	Feed     *FeedStatus // nil where the vendor neither pushes nor has a budget
}

// InstrumentReport is the verdict on one instrument.
type InstrumentReport struct {
	Status InstrumentStatus
	Price  Price         // zero for InstrumentInsufficient
	Age    time.Duration // PublishedAt − the price's own time; 0 without a price
	Used   int           // sources with a usable price in this round
}

// WithDurable returns a copy of the snapshot with the flag set as given; the reports are shared.
func (s *Snapshot) WithDurable(durable bool) *Snapshot {
	if s.Durable == durable {
		return s
	}

	copied := *s
	copied.Durable = durable

	return &copied
}

// Price returns the verdict on an instrument, and false if the instrument is not configured.
func (s *Snapshot) Price(instrument Instrument) (InstrumentReport, bool) {
	i, ok := s.Roster.Instrument(instrument)
	if !ok {
		return InstrumentReport{}, false
	}

	return s.Instruments[i], true
}

// Vendor returns the report on a vendor, and false if the vendor is not configured.
func (s *Snapshot) Vendor(vendor Vendor) (VendorReport, bool) {
	i, ok := s.Roster.Vendor(vendor)
	if !ok {
		return VendorReport{}, false
	}

	return s.Vendors[i], true
}

// Source returns the quote behind a source reference. Where the vendor gave no quotes at all, the quote holds its outcome and detail.
func (s *Snapshot) Source(ref SourceRef) Quote {
	report := &s.Vendors[ref.Listing]
	if ref.Position < len(report.Quotes) {
		return report.Quotes[ref.Position]
	}

	listing := &s.Roster.listings[ref.Listing]

	return Quote{
		Instrument: listing.Instruments[ref.Position],
		Vendor:     listing.Vendor,
		Outcome:    report.Outcome,
		Detail:     report.Detail,
	}
}

// Missing returns the instruments that have no price, sorted.
func (s *Snapshot) Missing() []Instrument {
	var missing []Instrument

	for i := range s.Instruments {
		if s.Instruments[i].Price.IsZero() {
			missing = append(missing, s.Roster.entries[i].Instrument)
		}
	}

	return missing
}

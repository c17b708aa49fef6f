package coordinator

import (
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// prices makes snapshots of closed rounds and remembers the last accepted price of each instrument where those are carried.
type prices struct {
	roster   *messages.Roster
	carry    time.Duration // how old a carried price may be; 0: none is carried
	accepted []accepted    // by entry; empty if none is carried
}

// accepted is a price that was published as good or degraded.
type accepted struct {
	price messages.Price
	asOf  time.Time
}

func newPrices(roster *messages.Roster, carry time.Duration) *prices {
	p := &prices{roster: roster, carry: carry}
	if carry > 0 {
		p.accepted = make([]accepted, len(roster.Entries()))
	}

	return p
}

// assemble makes the snapshot of a complete round that is closed now. It shares the round's reports and their quotes. The snapshot is made
// as it stands on disk, durable; who publishes it earlier says so on a copy.
func (p *prices) assemble(r *round, now time.Time) *messages.Snapshot {
	entries := p.roster.Entries()
	snapshot := &messages.Snapshot{
		Round:       r.number,
		Durable:     true,
		StartedAt:   r.started,
		PublishedAt: now,
		Elapsed:     now.Sub(r.started),
		Deadline:    r.deadline.Sub(r.started),
		Roster:      p.roster,
		Vendors:     r.reports,
		Instruments: make([]messages.InstrumentReport, len(entries)),
	}

	snapshot.Seal()

	fresh := 0

	for i := range entries {
		report := &snapshot.Instruments[i]
		p.report(i, r.reports, now, report)

		if report.Used > 0 {
			fresh++
		}
	}

	switch fresh {
	case len(entries):
		snapshot.Status = messages.SnapshotComplete
	case 0:
		snapshot.Status = messages.SnapshotEmpty
	default:
		snapshot.Status = messages.SnapshotPartial
	}

	return snapshot
}

// report fills in the verdict on one instrument: the price of the first listing that has a usable one.
func (p *prices) report(i int, vendors []messages.VendorReport, now time.Time, report *messages.InstrumentReport) {
	sources := p.roster.Entries()[i].Sources

	var chosen *messages.Quote

	for _, ref := range sources {
		quote := usableQuote(&vendors[ref.Listing], ref.Position)
		if quote == nil {
			continue
		}

		if chosen == nil {
			chosen = quote
		}

		report.Used++
	}

	switch {
	case chosen == nil:
		p.carried(i, now, report)

		return
	case report.Used == len(sources):
		report.Status = messages.InstrumentGood
	default:
		report.Status = messages.InstrumentDegraded
	}

	asOf := chosen.AsOf()
	report.Price, report.Age = chosen.Price, max(0, now.Sub(asOf))

	if p.carry > 0 {
		p.accepted[i] = accepted{price: chosen.Price, asOf: asOf}
	}
}

// carried fills in the verdict on an instrument without a price of this round.
func (p *prices) carried(i int, now time.Time, report *messages.InstrumentReport) {
	report.Status = messages.InstrumentInsufficient

	if p.carry <= 0 || p.accepted[i].price.IsZero() {
		return
	}

	if age := max(0, now.Sub(p.accepted[i].asOf)); age < p.carry {
		report.Status, report.Price, report.Age = messages.InstrumentCarried, p.accepted[i].price, age
	}
}

func usableQuote(report *messages.VendorReport, position int) *messages.Quote {
	if position >= len(report.Quotes) || !report.Quotes[position].Usable() {
		return nil
	}

	return &report.Quotes[position]
}

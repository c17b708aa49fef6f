package plausible

import (
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// Judge compares the prices of each round. It remembers the last published price of each instrument, which prices wait for their
// confirmation, and, where asked for, the last figures of each source: an amount of memory that the roster sets.
type Judge struct {
	roster   *messages.Roster
	limits   []Limits                       // by listing
	levels   []level                        // by entry; empty where no vendor's jumps are looked at
	waiting  map[messages.SourceRef]waiting // refused in the last round
	standing [][]standing                   // by listing, by position; empty where nobody is asked whether it is stuck
	idle     bool                           // nothing is compared

	panel      panel
	candidates []candidate
	prices     []messages.Price
	next       map[messages.SourceRef]waiting
	verdict    Verdict
}

// Verdict is what a round's prices have come to.
type Verdict struct {
	Refused  []Refusal
	Accepted []Acceptance
}

// Refusal is a price that could be read and may not be used.
type Refusal struct {
	Source  messages.SourceRef
	Outcome messages.Outcome // stuck, outlier or jump
	Detail  string           // at most messages.MaxDetail bytes
}

// Acceptance is a price that is far from the last one published and was confirmed.
type Acceptance struct {
	Instrument messages.Instrument
	Vendor     messages.Vendor
	Old, New   messages.Price
	Why        string
}

// level is the price an instrument was published with last, and when that was received.
type level struct {
	price messages.Price
	at    time.Time
}

// waiting is a price that was refused as a jump, and for how many rounds it has been near there.
type waiting struct {
	price  messages.Price
	rounds int
}

// candidate is a usable quote while it is being judged.
type candidate struct {
	source messages.SourceRef
	quote  *messages.Quote
	limits *Limits
	out    bool // refused
	far    bool // from the last price published
	votes  bool // counts for or against a new level; known only where there is one
}

// New returns a judge of a roster with the limits of each listing, which may be fewer: nothing is asked of the others.
func New(roster *messages.Roster, limits []Limits) *Judge {
	j := &Judge{roster: roster, idle: true}
	if roster == nil {
		return j
	}

	j.limits = make([]Limits, len(roster.Listings()))
	copy(j.limits, limits)

	for i := range j.limits {
		l := &j.limits[i]
		j.idle = j.idle && l.Jump <= 0 && l.Outlier <= 0 && l.Stuck <= 0

		if l.Jump > 0 && j.levels == nil {
			j.levels = make([]level, len(roster.Entries()))
		}

		if l.Stuck > 0 {
			if j.standing == nil {
				j.standing = make([][]standing, len(j.limits))
			}

			j.standing[i] = make([]standing, len(roster.Listings()[i].Instruments))
		}
	}

	return j
}

// Round judges what the vendors have said in a round, by listing. The reports are not changed. The result is good until the next round.
func (j *Judge) Round(reports []messages.VendorReport) Verdict {
	if j.idle {
		return Verdict{}
	}

	j.verdict = Verdict{Refused: j.verdict.Refused[:0], Accepted: j.verdict.Accepted[:0]}
	j.next = nil

	entries := j.roster.Entries()
	for i := range entries {
		j.gather(entries[i].Sources, reports)
		j.screen()

		if j.levels != nil {
			j.compare(i)
			j.remember(i)
		}
	}

	j.waiting, j.next = j.next, nil

	return j.verdict
}

// gather finds the usable quotes of an instrument, and refuses those that are stuck.
func (j *Judge) gather(sources []messages.SourceRef, reports []messages.VendorReport) {
	j.candidates = j.candidates[:0]

	for _, source := range sources {
		quotes := reports[source.Listing].Quotes
		if source.Position >= len(quotes) || !quotes[source.Position].Usable() {
			continue
		}

		quote := &quotes[source.Position]
		if j.standing != nil && j.stuck(source, quote) {
			continue
		}

		j.candidates = append(j.candidates, candidate{source: source, quote: quote, limits: &j.limits[source.Listing]})
	}
}

// screen refuses what is too far from the median, where there are enough to have one.
func (j *Judge) screen() {
	if len(j.candidates) < fewestOnPanel {
		return
	}

	tightest := int64(0)
	j.prices = j.prices[:0]

	for i := range j.candidates {
		c := &j.candidates[i]
		if l := c.limits.Outlier; l > 0 && (tightest == 0 || l < tightest) {
			tightest = l
		}

		j.prices = append(j.prices, c.quote.Price)
	}

	if tightest == 0 || !j.panel.load(j.prices) || j.panel.agrees(tightest) {
		return
	}

	j.panel.measure()

	for i := range j.candidates {
		c := &j.candidates[i]
		if l := c.limits; l.Outlier > 0 && j.panel.outlying(i, l.Outlier, l.Spread) {
			c.out = true
			j.refuse(c, messages.OutcomeOutlier, c.quote.Price.Text()+" is "+j.panel.distance(i)+" from "+j.panel.center()+
				", the median of "+strconv.Itoa(len(j.candidates))+"; at most "+share(l.Outlier))
		}
	}
}

func (j *Judge) refuse(c *candidate, outcome messages.Outcome, detail string) {
	if len(detail) > messages.MaxDetail { // it holds nothing that needs cleaning otherwise
		detail = messages.CleanDetail(detail)
	}

	j.verdict.Refused = append(j.verdict.Refused, Refusal{Source: c.source, Outcome: outcome, Detail: detail})
}

// remember keeps the price that is published: the first that is not refused.
func (j *Judge) remember(entry int) {
	for i := range j.candidates {
		if c := &j.candidates[i]; !c.out {
			j.levels[entry] = level{price: c.quote.Price, at: c.quote.ReceivedAt}

			return
		}
	}
}

// Adopt returns the judge of another roster, with what is known of instruments and vendors that stay.
func (j *Judge) Adopt(roster *messages.Roster, limits []Limits) *Judge {
	next := New(roster, limits)
	if j.idle || next.idle {
		return next
	}

	next.waiting = make(map[messages.SourceRef]waiting)

	for i, entry := range roster.Entries() {
		old, known := j.roster.Instrument(entry.Instrument)
		if !known {
			continue
		}

		if j.levels != nil && next.levels != nil {
			next.levels[i] = j.levels[old]
		}

		for _, is := range entry.Sources {
			if was, stays := j.source(old, roster.Listings()[is.Listing].Vendor); stays {
				next.inherit(is, j, was)
			}
		}
	}

	return next
}

// source finds where a vendor has an instrument.
func (j *Judge) source(entry int, vendor messages.Vendor) (messages.SourceRef, bool) {
	listing, known := j.roster.Vendor(vendor)
	if !known {
		return messages.SourceRef{}, false
	}

	for _, source := range j.roster.Entries()[entry].Sources {
		if source.Listing == listing {
			return source, true
		}
	}

	return messages.SourceRef{}, false
}

// inherit takes over what is known of one source.
func (j *Judge) inherit(is messages.SourceRef, from *Judge, was messages.SourceRef) {
	if w, waits := from.waiting[was]; waits {
		j.waiting[is] = w
	}

	if j.limits[is.Listing].Stuck > 0 && from.limits[was.Listing].Stuck > 0 {
		j.standing[is.Listing][is.Position] = from.standing[was.Listing][was.Position]
	}
}

package messages

import (
	"fmt"
	"slices"
)

// Selection says which part of the snapshots somebody sees. An empty list means all of its kind; the zero Selection is everything.
type Selection struct {
	Instruments []Instrument
	Classes     []string
	Vendors     []Vendor
}

// IsAll reports whether nothing is left out.
func (s *Selection) IsAll() bool {
	return len(s.Instruments) == 0 && len(s.Classes) == 0 && len(s.Vendors) == 0
}

// Instrument reports whether an instrument of a class is selected.
func (s *Selection) Instrument(instrument Instrument, class string) bool {
	return selects(s.Instruments, instrument) && selects(s.Classes, class)
}

// Vendor reports whether a vendor is selected.
func (s *Selection) Vendor(vendor Vendor) bool { return selects(s.Vendors, vendor) }

func selects[T comparable](list []T, one T) bool { return len(list) == 0 || slices.Contains(list, one) }

// View is a roster as somebody sees it who sees only a part. It is immutable, and made once for a roster and the selections.
type View struct {
	from, to *Roster
	listings []viewListing // by listing of to
	entries  []viewEntry   // by entry of to
}

// viewListing is where a visible listing comes from.
type viewListing struct {
	from      int
	positions []int // of its visible instruments, in order; nil if all are visible
	mixed     []int // positions, among the visible instruments, of those that hidden vendors give too
}

// viewEntry is where a visible instrument comes from.
type viewEntry struct {
	from  int
	whole bool // all of its sources are visible
}

// NewView narrows a roster to what all of the selections have in common. Vendors without a visible instrument, and instruments without a visible
// vendor, are not there.
func NewView(roster *Roster, selections ...Selection) *View {
	v := &View{from: roster, to: roster}

	if !slices.ContainsFunc(selections, func(s Selection) bool { return !s.IsAll() }) {
		return v
	}

	seen := newSieve(roster, selections)

	var listings []Listing

	for i := range roster.listings {
		positions := seen.positions(i)
		if len(positions) == 0 {
			continue
		}

		listing, place := roster.listings[i].at(positions), viewListing{from: i, positions: positions}
		if len(positions) == len(roster.listings[i].Instruments) {
			place.positions = nil
		}

		listings, v.listings = append(listings, listing), append(v.listings, place)
	}

	narrowed, err := NewRoster(listings)
	if err != nil {
		panic(fmt.Sprintf("a part of a roster is none: %v", err)) // a part of a valid roster is valid
	}

	v.to = narrowed
	v.entries = make([]viewEntry, len(narrowed.entries))

	for i := range narrowed.entries {
		at := roster.index[narrowed.entries[i].Instrument]
		v.entries[i] = viewEntry{from: at, whole: len(narrowed.entries[i].Sources) == len(roster.entries[at].Sources)}

		if !v.entries[i].whole {
			for _, ref := range narrowed.entries[i].Sources {
				v.listings[ref.Listing].mixed = append(v.listings[ref.Listing].mixed, ref.Position)
			}
		}
	}

	return v
}

// sieve holds the selections as sets.
type sieve struct {
	roster  *Roster
	entries []bool
	vendors []bool
}

func newSieve(roster *Roster, selections []Selection) *sieve {
	s := &sieve{roster: roster, entries: make([]bool, len(roster.entries)), vendors: make([]bool, len(roster.listings))}

	sets := make([]selectionSet, len(selections))
	for i := range selections {
		sets[i] = selections[i].set()
	}

	for i := range roster.entries {
		entry := &roster.entries[i]
		s.entries[i] = !slices.ContainsFunc(sets, func(set selectionSet) bool { return !set.has(entry.Instrument, entry.Class) })
	}

	for i := range roster.listings {
		vendor := roster.listings[i].Vendor
		s.vendors[i] = !slices.ContainsFunc(selections, func(selection Selection) bool { return !selection.Vendor(vendor) })
	}

	return s
}

// positions are those of a listing's instruments that can be seen.
func (s *sieve) positions(listing int) []int {
	if !s.vendors[listing] {
		return nil
	}

	var positions []int

	for i, instrument := range s.roster.listings[listing].Instruments {
		if s.entries[s.roster.index[instrument]] {
			positions = append(positions, i)
		}
	}

	return positions
}

// selectionSet finds one of many instruments fast.
type selectionSet struct {
	instruments map[Instrument]bool // nil: all
	classes     []string
}

func (s *Selection) set() selectionSet {
	set := selectionSet{classes: s.Classes}
	if len(s.Instruments) == 0 {
		return set
	}

	set.instruments = make(map[Instrument]bool, len(s.Instruments))
	for _, instrument := range s.Instruments {
		set.instruments[instrument] = true
	}

	return set
}

func (s *selectionSet) has(instrument Instrument, class string) bool {
	return (s.instruments == nil || s.instruments[instrument]) && selects(s.classes, class)
}

// at is the listing with only the instruments at some positions.
func (l *Listing) at(positions []int) Listing {
	part := *l
	part.Instruments = make([]Instrument, len(positions))

	if l.Classes != nil {
		part.Classes = make([]string, len(positions))
	}

	for i, position := range positions {
		part.Instruments[i] = l.Instruments[position]

		if l.Classes != nil {
			part.Classes[i] = l.Classes[position]
		}
	}

	return part
}

// IsAll reports whether the view shows everything.
func (v *View) IsAll() bool { return v.to == v.from }

// Roster is what can be seen.
func (v *View) Roster() *Roster { return v.to }

// Fits reports whether the view was made for the roster of a snapshot.
func (v *View) Fits(s *Snapshot) bool { return s.Roster == v.from }

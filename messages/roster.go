package messages

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"
)

// Listing is one vendor's line in the roster: what it is asked for in every round.
type Listing struct {
	Vendor      Vendor
	Class       string       // asset class, such as equities, forex, commodities, crypto
	Instruments []Instrument // in the order in which quotes are reported
	// Classes are those of a vendor of mixed classes, one for each instrument. Nil: all are of Class.
	Classes []string
}

// ClassOf is the asset class of the instrument at a position.
func (l *Listing) ClassOf(position int) string {
	if l.Classes == nil {
		return l.Class
	}

	return l.Classes[position]
}

// Add appends an instrument of a class. Where nothing else is said, the listing's own is the first one's.
func (l *Listing) Add(instrument Instrument, class string) {
	if l.Class == "" && len(l.Instruments) == 0 {
		l.Class = class
	}

	if l.Classes == nil && class != l.Class {
		l.Classes = slices.Repeat([]string{l.Class}, len(l.Instruments))
	}

	if l.Classes != nil {
		l.Classes = append(l.Classes, class)
	}

	l.Instruments = append(l.Instruments, instrument)
}

// SourceRef names one place where an instrument's price can come from: Listings()[Listing].Instruments[Position].
type SourceRef struct{ Listing, Position int }

// Entry is one instrument of the roster with every place its price can come from, in the order of the listings.
type Entry struct {
	Instrument Instrument
	Class      string
	Sources    []SourceRef
}

// Roster is who is asked for what: immutable, built once per configuration and shared by all snapshots made under it.
type Roster struct {
	listings []Listing
	entries  []Entry // sorted by instrument
	vendors  map[Vendor]int
	index    map[Instrument]int
	classes  []class // sorted by name
}

// class is an asset class with the positions of its instruments in the entries, in their order.
type class struct {
	name    string
	entries []int
}

// NewRoster checks, copies and indexes the listings. Vendors are unique, have at least one instrument and list each instrument once;
// vendors that share an instrument agree on its class; names are valid UTF-8. All mistakes are returned, joined.
func NewRoster(listings []Listing) (*Roster, error) {
	r := &Roster{
		listings: cloneListings(listings),
		vendors:  make(map[Vendor]int, len(listings)),
		index:    make(map[Instrument]int),
	}

	var errs []error

	for i, listing := range r.listings {
		if _, twice := r.vendors[listing.Vendor]; twice {
			errs = append(errs, fmt.Errorf("vendor %q is listed twice", listing.Vendor))
		}

		errs = append(errs, checkNames(&listing)...)

		if len(listing.Instruments) == 0 {
			errs = append(errs, fmt.Errorf("vendor %q has no instruments", listing.Vendor))
		}

		r.vendors[listing.Vendor] = i

		if listing.Classes != nil && len(listing.Classes) != len(listing.Instruments) {
			errs = append(errs, fmt.Errorf("vendor %q has %d instruments and %d classes", listing.Vendor, len(listing.Instruments), len(listing.Classes)))

			continue
		}

		errs = append(errs, r.addEntries(i, &listing)...)
	}

	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}

	slices.SortFunc(r.entries, func(a, b Entry) int { return cmp.Compare(a.Instrument, b.Instrument) })

	byClass := make(map[string][]int)

	for i, entry := range r.entries {
		r.index[entry.Instrument] = i
		byClass[entry.Class] = append(byClass[entry.Class], i)
	}

	for _, name := range slices.Sorted(maps.Keys(byClass)) {
		r.classes = append(r.classes, class{name: name, entries: byClass[name]})
	}

	return r, nil
}

func cloneListings(listings []Listing) []Listing {
	copied := slices.Clone(listings)
	for i := range copied {
		copied[i].Instruments, copied[i].Classes = slices.Clone(copied[i].Instruments), slices.Clone(copied[i].Classes)
	}

	return copied
}

// checkNames refuses what JSON cannot say: two invalid names could become the same one there.
func checkNames(listing *Listing) []error {
	var errs []error

	check := func(name string) {
		if !utf8.ValidString(name) {
			errs = append(errs, fmt.Errorf("name %q is not valid UTF-8", name))
		}
	}

	check(string(listing.Vendor))
	check(listing.Class)

	for _, instrument := range listing.Instruments {
		check(string(instrument))
	}

	for _, class := range listing.Classes {
		check(class)
	}

	return errs
}

func (r *Roster) addEntries(position int, listing *Listing) []error {
	var errs []error

	for j, instrument := range listing.Instruments {
		class := listing.ClassOf(j)

		at, known := r.index[instrument]
		if !known {
			at = len(r.entries)
			r.index[instrument] = at
			r.entries = append(r.entries, Entry{Instrument: instrument, Class: class})
		}

		entry := &r.entries[at]

		if entry.Class != class {
			errs = append(errs, fmt.Errorf("instrument %q has class %q at one vendor and %q at %q", instrument, entry.Class, class, listing.Vendor))
		}

		if slices.ContainsFunc(entry.Sources, func(s SourceRef) bool { return s.Listing == position }) {
			errs = append(errs, fmt.Errorf("vendor %q lists instrument %q twice", listing.Vendor, instrument))
		}

		entry.Sources = append(entry.Sources, SourceRef{Listing: position, Position: j})
	}

	return errs
}

// Listings returns the vendors in configured order. The caller must not change it.
func (r *Roster) Listings() []Listing { return r.listings }

// Entries returns the instruments sorted by name. The caller must not change it.
func (r *Roster) Entries() []Entry { return r.entries }

// Vendor returns the position of a vendor in Listings.
func (r *Roster) Vendor(vendor Vendor) (int, bool) {
	i, ok := r.vendors[vendor]

	return i, ok
}

// Instrument returns the position of an instrument in Entries.
func (r *Roster) Instrument(instrument Instrument) (int, bool) {
	i, ok := r.index[instrument]

	return i, ok
}

// Classes returns the distinct asset classes, sorted.
func (r *Roster) Classes() []string {
	names := make([]string, len(r.classes))
	for i := range r.classes {
		names[i] = r.classes[i].name
	}

	return names
}

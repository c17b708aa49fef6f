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
// vendors that share an instrument have the same class; names are valid UTF-8. All mistakes are returned, joined.
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

		errs = append(errs, checkNames(listing)...)

		if len(listing.Instruments) == 0 {
			errs = append(errs, fmt.Errorf("vendor %q has no instruments", listing.Vendor))
		}

		r.vendors[listing.Vendor] = i
		errs = append(errs, r.addEntries(i, listing)...)
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
		copied[i].Instruments = slices.Clone(copied[i].Instruments)
	}

	return copied
}

// checkNames refuses what JSON cannot say: two invalid names could become the same one there.
func checkNames(listing Listing) []error {
	var errs []error

	for _, name := range append([]Instrument{Instrument(listing.Vendor), Instrument(listing.Class)}, listing.Instruments...) {
		if !utf8.ValidString(string(name)) {
			errs = append(errs, fmt.Errorf("name %q is not valid UTF-8", name))
		}
	}

	return errs
}

func (r *Roster) addEntries(position int, listing Listing) []error {
	var errs []error

	for j, instrument := range listing.Instruments {
		at, known := r.index[instrument]
		if !known {
			at = len(r.entries)
			r.index[instrument] = at
			r.entries = append(r.entries, Entry{Instrument: instrument, Class: listing.Class})
		}

		entry := &r.entries[at]

		if entry.Class != listing.Class {
			errs = append(errs, fmt.Errorf("instrument %q has class %q at one vendor and %q at %q",
				instrument, entry.Class, listing.Class, listing.Vendor))
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

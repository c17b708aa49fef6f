package hub

import (
	"encoding/json"
	"sync"

	"github.com/rollcall-go/rollcall/messages"
)

// Lens is what somebody sees of every round. Lenses that show the same share what is made for them.
type Lens struct {
	key        string // empty: everything
	selections []messages.Selection
}

// NewLens sees what all of the selections have in common: an entitlement and a wish, for instance.
func NewLens(selections ...messages.Selection) Lens {
	var l Lens

	for i := range selections {
		if !selections[i].IsAll() {
			l.selections = append(l.selections, selections[i])
		}
	}

	if len(l.selections) > 0 {
		key, err := json.Marshal(l.selections)
		if err != nil {
			panic(err) // lists of texts always have JSON
		}

		l.key = string(key)
	}

	return l
}

// maxViewed bounds what views are kept, by their weight in bytes: who comes with ever new wishes makes the others be made again.
const maxViewed = 32 << 20

// views keeps what was narrowed of the newest roster.
type views struct {
	mu     sync.Mutex
	roster *messages.Roster
	made   map[string]*messages.View
	held   int // weight of what is kept
}

// of returns the view of a roster through a lens.
func (v *views) of(roster *messages.Roster, lens Lens) *messages.View {
	v.mu.Lock()

	if v.roster != roster {
		v.clear(roster)
	}

	known := v.made[lens.key]
	v.mu.Unlock()

	if known != nil {
		return known
	}

	view := messages.NewView(roster, lens.selections...)

	v.mu.Lock()
	defer v.mu.Unlock()

	if v.roster == roster {
		v.keep(lens.key, view)
	}

	return view
}

func (v *views) clear(roster *messages.Roster) {
	v.roster, v.made, v.held = roster, make(map[string]*messages.View), 0
}

// keep remembers a view that may have been made twice at the same time.
func (v *views) keep(key string, view *messages.View) {
	weight := len(key) + weightOfView(view)

	if v.held+weight > maxViewed {
		v.clear(v.roster)
	}

	if v.made[key] == nil {
		v.held += weight
	}

	v.made[key] = view
}

// weightOfView is about what a view takes in memory, in bytes.
func weightOfView(view *messages.View) int {
	const perView, perVendor, perSource = 1 << 10, 256, 256

	if view.IsAll() { // it shares the roster
		return perView
	}

	weight := perView
	for _, listing := range view.Roster().Listings() {
		weight += perVendor + perSource*len(listing.Instruments)
	}

	return weight
}

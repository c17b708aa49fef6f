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

// maxViews is how many views are kept at a time; who comes with ever new wishes makes the others be made again.
const maxViews = 1024

// views keeps what was narrowed of the newest roster.
type views struct {
	mu     sync.Mutex
	roster *messages.Roster
	made   map[string]*messages.View
}

// of returns the view of a roster through a lens.
func (v *views) of(roster *messages.Roster, lens Lens) *messages.View {
	v.mu.Lock()

	if v.roster != roster || len(v.made) >= maxViews {
		v.roster, v.made = roster, make(map[string]*messages.View)
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
		v.made[lens.key] = view
	}

	return view
}

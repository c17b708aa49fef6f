package gateway

import (
	"net/http"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/gateway/access"
	"github.com/rollcall-go/rollcall/system/gateway/hub"
)

// sight is what a caller sees of snapshots, whose rosters may differ: only what the caller may see and, beyond that, wishes to see. It is for one
// request.
type sight struct {
	selections []messages.Selection
	partial    bool // the caller may not see everything

	view *messages.View // of the newest roster that was looked at
}

// sightOf is what the sender of a request sees.
func sightOf(r *http.Request, wishes ...messages.Selection) *sight {
	allowed := access.From(r.Context()).Selection

	return &sight{selections: append([]messages.Selection{allowed}, wishes...), partial: !allowed.IsAll()}
}

// lens is the same for the hub's rounds.
func (s *sight) lens() hub.Lens { return hub.NewLens(s.selections...) }

// of is what is seen of a snapshot.
func (s *sight) of(snapshot *messages.Snapshot) *messages.Snapshot {
	if s.view == nil || !s.view.Fits(snapshot) {
		s.view = messages.NewView(snapshot.Roster, s.selections...)
	}

	return s.view.Snapshot(snapshot)
}

// roster is what is seen of a roster.
func (s *sight) roster(roster *messages.Roster) *messages.Roster {
	return messages.NewView(roster, s.selections...).Roster()
}

// narrows reports whether the verdict on an instrument that is seen may be another one than was published: some of its sources may be hidden.
func (s *sight) narrows() bool {
	for i := range s.selections {
		if len(s.selections[i].Vendors) > 0 || len(s.selections[i].Classes) > 0 {
			return true
		}
	}

	return false
}

// hides reports whether a vendor cannot be seen. Of one that is not configured any more nobody knows what it gave: only who sees everything does.
func (s *sight) hides(roster *messages.Roster, vendor messages.Vendor) bool {
	if !s.partial {
		return false
	}

	_, seen := roster.Vendor(vendor)

	return !seen
}

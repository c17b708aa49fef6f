package gateway

import (
	"net/http"
	"strings"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/gateway/params"
)

// The states of actors that are not a vendor's.
const (
	stateRunning = "running"
	stateSilent  = "silent"
)

// tree answers GET /v1/tree: the supervision tree as it is now.
func (g *Gateway) tree(w http.ResponseWriter, r *http.Request) {
	if mistaken(w, r, params.Of(r)) {
		return
	}

	status, err := g.options.Rounds.Status(r.Context())
	if err != nil {
		g.failed(w, r, err)

		return
	}

	sight := sightOf(r)
	roster := sight.roster(g.options.Rounds.Roster())
	root := api.Actor{Name: "core", Kind: "core", State: stateRunning}

	for i := range status.Core {
		child := coreActor(&status.Core[i])

		if child.Kind == "vendors" {
			for j := range status.Vendors {
				if v := &status.Vendors[j]; !sight.hides(roster, v.Vendor) {
					child.Children = append(child.Children, vendorActor(v, sight.partial))
				}
			}
		}

		root.Children = append(root.Children, child)
	}

	respond(w, root)
}

func coreActor(c *CoreStatus) api.Actor {
	actor := api.Actor{Name: c.Name, Kind: c.Name, State: stateRunning, Restarts: c.Restarts}
	if c.Silent > 0 {
		actor.State = stateSilent
	}

	return actor
}

func vendorActor(v *VendorStatus, partial bool) api.Actor {
	actor := api.Actor{
		Name: string(v.Vendor), Kind: "fetcher", State: string(v.State), Restarts: v.Restarts, NextTry: instant(v.NextTry), LastCrash: v.LastCrash,
	}

	if strings.HasPrefix(v.Transport, "stream") {
		actor.Kind = "streamer"
	}

	if v.State == messages.VendorBackoff {
		actor.State = "waiting"
	}

	if partial {
		actor.LastCrash = ""
	}

	return actor
}

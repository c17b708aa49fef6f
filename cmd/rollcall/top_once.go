package main

import (
	"context"
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/client"
)

// serviceView is the JSON form of what top shows.
type serviceView struct {
	Status   *api.Status        `json:"status"`
	Vendors  []api.Vendor       `json:"vendors"`
	Snapshot *messages.Snapshot `json:"snapshot"`
}

// printService prints the service as it is now.
func (a *app) printService(ctx context.Context, service *client.Client, format string) error {
	status, err := service.Status(ctx)
	if err != nil {
		return err
	}

	vendors, err := service.Vendors(ctx)
	if err != nil {
		return err
	}

	snapshot, err := service.Snapshot(ctx, client.SnapshotQuery{})
	if err != nil {
		return err
	}

	if format == "json" {
		return a.printJSON(serviceView{Status: status, Vendors: vendors, Snapshot: snapshot})
	}

	if err := newReporter(a.out, a.wantsColour(a.out)).print(snapshot); err != nil {
		return err
	}

	return a.vendorStates(vendors).write(a.out)
}

// vendorStates is how the vendors stand with their supervisor, beyond the round.
func (a *app) vendorStates(vendors []api.Vendor) *table {
	t := &table{colour: a.wantsColour(a.out), width: reportWidth}
	t.header("VENDOR", "BY", "STATE", ">RESTARTS", "BUDGET", "NOTE")

	for i := range vendors {
		v := &vendors[i]
		state := cell{text: string(v.State), style: green}

		if v.State != messages.VendorRunning {
			state.style = yellow
		}

		t.row(cell{text: string(v.Vendor), style: bold}, cell{text: v.Transport}, state,
			cell{text: strconv.Itoa(v.Restarts), right: true}, cell{text: budgetText(v.Budget)}, cell{text: standingNote(v), style: dim})
	}

	return t
}

func budgetText(budget *api.Budget) string {
	switch {
	case budget == nil:
		return ""
	case budget.Remaining != nil:
		return strconv.Itoa(*budget.Remaining) + " left"
	case budget.EveryMS > 0:
		return "each " + (time.Duration(budget.EveryMS) * time.Millisecond).String()
	default:
		return ""
	}
}

// standingNote is what is out of the ordinary about how a vendor stands.
func standingNote(v *api.Vendor) string {
	switch {
	case v.NextTry != nil:
		return "next try " + v.NextTry.UTC().Format("15:04:05Z")
	case v.Stream != nil && v.Stream.State != messages.StreamLive:
		return "stream " + string(v.Stream.State)
	default:
		return ""
	}
}

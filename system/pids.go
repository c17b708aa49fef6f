package system

import (
	"cmp"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/messages"
)

// The fixed names below the root, in spawning order.
const (
	auditorName     = "auditor"
	publisherName   = "publisher"
	writerName      = "writer"
	coordinatorName = "coordinator"
	vendorsName     = "vendors"
)

// PIDs are the addresses of a system's actors, for a larger actor program that talks to them with the messages of package messages. They
// stay the same over supervised restarts.
type PIDs struct {
	Root        *actor.PID
	Auditor     *actor.PID // messages.AuditorMessage
	Publisher   *actor.PID // messages.PublisherMessage
	Writer      *actor.PID // messages.WriterMessage; nil without a Store
	Coordinator *actor.PID // messages.CoordinatorMessage
	Vendors     *actor.PID // messages.VendorsMessage

	fetchers map[messages.Vendor]string // names of the fetchers; one that is missing is called after its vendor
}

// newPIDs computes the addresses before anything is spawned.
func newPIDs(system *actor.ActorSystem, rootID string) PIDs {
	p := PIDs{Root: system.NewLocalPID(rootID)}
	p.Auditor, p.Publisher, p.Writer = p.child(auditorName), p.child(publisherName), p.child(writerName)
	p.Coordinator, p.Vendors = p.child(coordinatorName), p.child(vendorsName)

	return p
}

// Fetcher is the address of one vendor's fetcher (messages.FetcherMessage). Reload gives a vendor that it replaces another.
func (p *PIDs) Fetcher(vendor messages.Vendor) *actor.PID {
	return p.child(vendorsName + "/" + cmp.Or(p.fetchers[vendor], string(vendor)))
}

func (p *PIDs) child(name string) *actor.PID {
	return actor.NewPID(p.Root.GetAddress(), p.Root.GetId()+"/"+name)
}

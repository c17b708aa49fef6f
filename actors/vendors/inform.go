package vendors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/messages"
)

func (v *vendors) unreachable(c actor.Context, message *messages.VendorUnreachable) {
	if message != nil && v.employs(message.Vendor, c.Sender()) {
		v.perform(v.supervision.unreachable(message.Vendor, time.Now()))
	}
}

func (v *vendors) reachable(c actor.Context, message *messages.VendorReachable) {
	if message != nil && v.employs(message.Vendor, c.Sender()) {
		v.perform(v.supervision.reachable(message.Vendor))
	}
}

// spread tells all fetchers how our uplink seems to be.
func (v *vendors) spread() {
	for _, each := range v.fetchers {
		v.inform(each)
	}
}

// inform tells one fetcher. Each is told when it is spawned, too: it may have missed what the others were told.
func (v *vendors) inform(each *child) {
	if standing := v.supervision.index[each.Vendor]; each.pid != nil && standing != nil {
		v.self.Send(each.pid, v.supervision.capFor(standing.place))
	}
}

// note tells people about our uplink, in one line for all vendors.
func (v *vendors) note(e effect) {
	switch e := e.(type) {
	case noteDown:
		v.log.WithFields(logrus.Fields{"failing": e.uplink.Failing, "vendors": e.uplink.Vendors}).
			Error("most vendors fail at once: is our own uplink down?")
	case noteUp:
		v.log.WithFields(logrus.Fields{
			"failing": e.uplink.Failing, "vendors": e.uplink.Vendors, "worst": e.worst, "lasted": rounded(e.lasted),
		}).Info("most vendors can be reached again")
	case wake, revive, halt, tell, record, look, spread:
	}
}

// employs reports whether a message comes from a vendor's present fetcher.
func (v *vendors) employs(vendor messages.Vendor, sender *actor.PID) bool {
	each := v.fetchers[vendor]

	return each != nil && each.pid != nil && each.pid.Equal(sender)
}

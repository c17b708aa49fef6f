package vendors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/messages"
)

// Props returns the props of the fetchers' supervisor. They hold what outlives its restart, so they are for one actor.
func Props(
	settings Settings, children []Child,
	coordinator actors.Ref[messages.CoordinatorMessage], auditor actors.Ref[messages.AuditorMessage],
) *actor.Props {
	settings = settings.withDefaults()
	kept := &kept{
		supervision: newSupervision(settings, children), children: children, logs: make(map[messages.Vendor]*crashLog, len(children)),
	}

	return actor.PropsFromProducer(actors.Guard(func() actor.Actor {
		v := &vendors{
			kept:        kept,
			log:         settings.Log,
			coordinator: coordinator,
			auditor:     auditor,
			leaving:     make(map[string]*actor.PID),
		}
		v.SupervisorStrategy = actors.Supervise(v.failed)
		v.adopt(kept.children)

		return v
	}), actors.Mailbox())
}

// kept is what every incarnation inherits.
type kept struct {
	supervision *supervision
	children    []Child
	logs        map[messages.Vendor]*crashLog
}

// vendors is the shell around the supervision. It is its own supervisor strategy, so that failures of its children are handled in its own
// turn, by the incarnation that spawned them: a restart stops all children before the next incarnation begins.
type vendors struct {
	actor.SupervisorStrategy
	*kept

	log         *logrus.Entry
	coordinator actors.Ref[messages.CoordinatorMessage]
	auditor     actors.Ref[messages.AuditorMessage]

	self     actor.Context
	fetchers map[messages.Vendor]*child
	names    map[string]*child     // fetchers by the actor's name
	leaving  map[string]*actor.PID // by the actor's name: replaced or removed, and not stopped yet
	look     actors.Timer
	retirers []*actor.PID // want to know when nobody is leaving any more
	closing  bool
}

// The supervisor's messages to itself.
type (
	// due is the end of a vendor's wait.
	due struct {
		vendor messages.Vendor
		try    uint64
	}
	// looked is the time to look at what was reported.
	looked struct{}
	// unborn says that a fetcher could not be spawned. It concerns only who tried.
	unborn struct {
		child *child
		panic *actors.Panic
	}
)

// Receive implements actor.Actor.
func (v *vendors) Receive(c actor.Context) {
	switch message := c.Message().(type) {
	case *actor.Started:
		v.start(c)
	case *actor.Stopping, *actor.Restarting:
		v.close()
	case *actor.Terminated:
		v.terminated(message.Who)
	case messages.VendorsMessage:
		v.handle(c, message)
	case Message:
		v.handleOwn(c, message)
	case *looked:
		v.perform(v.supervision.looked(time.Now()))
	case *due:
		v.perform(v.supervision.due(message.vendor, message.try, time.Now()))
	case *unborn:
		v.stillborn(message)
	}
}

func (v *vendors) handle(c actor.Context, message messages.VendorsMessage) {
	switch message := message.(type) {
	case *messages.FetcherRecovered:
		v.recovered(message)
	case *messages.VendorUnreachable:
		v.unreachable(c, message)
	case *messages.VendorReachable:
		v.reachable(c, message)
	case *messages.DescribeVendors:
		v.describe(c)
	case *messages.PauseVendor:
		v.pause(c, message)
	case *messages.ResumeVendor:
		v.resume(c, message)
	case *messages.RestartVendor:
		v.restart(c, message)
	}
}

func (v *vendors) handleOwn(c actor.Context, message Message) {
	switch message := message.(type) {
	case *Reconfigure:
		v.reconfigure(c, message)
	case *Retire:
		v.retire(c)
	}
}

func (v *vendors) start(c actor.Context) {
	v.self = c
	v.perform(v.supervision.begin(time.Now()))
}

// close makes this incarnation deaf: the library stops its children, and they are not to be spawned again.
func (v *vendors) close() {
	v.closing = true
	v.look.Stop()

	for _, each := range v.fetchers {
		each.timer.Stop()
	}
}

func (v *vendors) recovered(message *messages.FetcherRecovered) {
	if message != nil {
		v.perform(v.supervision.recovered(message, time.Now()))
	}
}

func (v *vendors) pause(c actor.Context, message *messages.PauseVendor) {
	if message != nil {
		v.steer(c)(v.supervision.pause(message.Vendor, message.By, time.Now()))
	}
}

func (v *vendors) resume(c actor.Context, message *messages.ResumeVendor) {
	if message != nil {
		v.steer(c)(v.supervision.resume(message.Vendor, message.By, time.Now()))
	}
}

func (v *vendors) restart(c actor.Context, message *messages.RestartVendor) {
	if message != nil {
		v.steer(c)(v.supervision.restart(message.Vendor, message.By, time.Now()))
	}
}

// steer performs what an operator's wish comes to, and answers.
func (v *vendors) steer(c actor.Context) func([]effect, *messages.VendorSteered) {
	return func(effects []effect, answer *messages.VendorSteered) {
		v.perform(effects)

		if len(effects) > 0 {
			v.log.WithFields(logrus.Fields{"vendor": answer.Status.Vendor, "state": answer.Status.State}).Info("vendor steered by an operator")
		}

		if c.Sender() != nil {
			c.Respond(answer)
		}
	}
}

func (v *vendors) describe(c actor.Context) {
	if c.Sender() != nil {
		c.Respond(v.supervision.describe(time.Now()))
	}
}

func (v *vendors) crashed(vendor messages.Vendor, p *actors.Panic) {
	now := time.Now()

	effects := v.supervision.crashed(vendor, p, now)
	if len(effects) == 0 {
		return
	}

	log := v.logs[vendor]
	if log == nil {
		log = &crashLog{}
		v.logs[vendor] = log
	}

	log.write(v.log, v.supervision.index[vendor].VendorStatus, p, now)
	v.perform(effects)
}

func (v *vendors) perform(effects []effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case wake:
			v.fetchers[e.vendor].wake(v.self, e)
		case revive:
			v.revive(v.fetchers[e.vendor])
		case halt:
			v.halt(v.fetchers[e.vendor])
		case tell:
			v.debug(e.change)
			v.coordinator.Tell(v.self, e.change)
		case record:
			v.auditor.Tell(v.self, e.fact)
		case look:
			v.look = actors.After(v.self, e.after, &looked{})
		case spread:
			v.spread()
		case noteDown, noteUp:
			v.note(e)
		}
	}
}

func (v *vendors) debug(change *messages.VendorStateChanged) {
	if v.log.Logger.IsLevelEnabled(logrus.DebugLevel) {
		v.log.WithFields(logrus.Fields{"vendor": change.Vendor, "state": change.State, "detail": change.Detail}).Debug("vendor state changed")
	}
}

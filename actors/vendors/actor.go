package vendors

import (
	"runtime/debug"
	"strings"
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
	kept := &kept{supervision: newSupervision(settings, children), logs: make([]crashLog, len(children))}

	return actor.PropsFromProducer(actors.Guard(func() actor.Actor {
		v := &vendors{
			kept:        kept,
			log:         settings.Log,
			children:    children,
			coordinator: coordinator,
			auditor:     auditor,
			fetchers:    make([]child, len(children)),
		}
		v.SupervisorStrategy = actors.Supervise(v.failed)

		return v
	}), actors.Mailbox())
}

// kept is what every incarnation inherits.
type kept struct {
	supervision *supervision
	logs        []crashLog
}

// vendors is the shell around the supervision. It is its own supervisor strategy, so that failures of its children are handled in its own
// turn, by the incarnation that spawned them: a restart stops all children before the next incarnation begins.
type vendors struct {
	actor.SupervisorStrategy
	*kept

	log         *logrus.Entry
	children    []Child
	coordinator actors.Ref[messages.CoordinatorMessage]
	auditor     actors.Ref[messages.AuditorMessage]

	self     actor.Context
	fetchers []child
	closing  bool
}

// child is what this incarnation has of a vendor's fetcher.
type child struct {
	restart func() // set while it is suspended after a panic
	timer   actors.Timer
}

// The supervisor's messages to itself.
type (
	// due is the end of a vendor's wait.
	due struct {
		vendor int
		try    uint64
	}
	// unborn says that a fetcher could not be spawned. It concerns only the incarnation that tried.
	unborn struct {
		by     *vendors
		vendor int
		panic  *actors.Panic
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
	case *messages.DescribeVendors:
		v.describe(c)
	}
}

func (v *vendors) start(c actor.Context) {
	v.self = c
	v.perform(v.supervision.begin(time.Now()))
}

// close makes this incarnation deaf: the library stops its children, and they are not to be spawned again.
func (v *vendors) close() {
	v.closing = true

	for i := range v.fetchers {
		v.fetchers[i].timer.Stop()
	}
}

func (v *vendors) recovered(message *messages.FetcherRecovered) {
	if message != nil {
		v.perform(v.supervision.recovered(message, time.Now()))
	}
}

func (v *vendors) describe(c actor.Context) {
	if c.Sender() != nil {
		c.Respond(v.supervision.describe())
	}
}

// failed is called in the supervisor's turn when a child has panicked; the child waits, suspended.
func (v *vendors) failed(failure *actors.Failed) {
	i := v.find(failure.Child)
	if i < 0 || v.closing {
		return
	}

	v.fetchers[i].restart = failure.Restart
	v.crashed(i, failure.Panic)
}

// terminated is told of every child that has stopped; none stops by itself unless something is wrong.
func (v *vendors) terminated(who *actor.PID) {
	i := v.find(who)
	if i < 0 || v.closing {
		return
	}

	v.fetchers[i].restart = nil

	if v.supervision.vendors[i].State.Asked() {
		v.crashed(i, &actors.Panic{Value: "fetcher stopped unexpectedly", Message: "none"})
	}
}

func (v *vendors) stillborn(message *unborn) {
	if message.by == v {
		v.crashed(message.vendor, message.panic)
	}
}

func (v *vendors) crashed(i int, p *actors.Panic) {
	now := time.Now()
	effects := v.supervision.crashed(i, p, now)
	v.logs[i].write(v.log, v.supervision.vendors[i].VendorStatus, p, now)
	v.perform(effects)
}

// find returns the position of the vendor whose fetcher has this PID, or -1.
func (v *vendors) find(pid *actor.PID) int {
	name, below := strings.CutPrefix(pid.GetId(), v.self.Self().Id+"/")
	if i, known := v.supervision.index[messages.Vendor(name)]; known && below {
		return i
	}

	return -1
}

func (v *vendors) perform(effects []effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case wake:
			v.fetchers[e.vendor].timer.Stop()
			v.fetchers[e.vendor].timer = actors.After(v.self, e.after, &due{vendor: e.vendor, try: e.try})
		case revive:
			v.revive(e.vendor)
		case tell:
			v.debug(e.change)
			v.coordinator.Tell(v.self, e.change)
		case record:
			v.auditor.Tell(v.self, e.fact)
		}
	}
}

// revive restarts the child that is suspended, or spawns one. What goes wrong comes back as a message: the effects of this turn are not
// all performed yet.
func (v *vendors) revive(i int) {
	fetcher := &v.fetchers[i]
	if fetcher.restart != nil {
		fetcher.restart()
		fetcher.restart = nil

		return
	}

	if p := v.spawn(i); p != nil {
		v.self.Send(v.self.Self(), &unborn{by: v, vendor: i, panic: p})
	}
}

// spawn returns what its producer panicked with: it runs in our turn.
func (v *vendors) spawn(i int) (failure *actors.Panic) {
	defer func() {
		if value := recover(); value != nil {
			failure = &actors.Panic{Value: value, Message: "spawn", Stack: debug.Stack()}
		}
	}()

	_, err := v.self.SpawnNamed(v.children[i].Props, string(v.children[i].Vendor))
	if err != nil {
		return &actors.Panic{Value: err, Message: "spawn"}
	}

	return nil
}

func (v *vendors) debug(change *messages.VendorStateChanged) {
	if v.log.Logger.IsLevelEnabled(logrus.DebugLevel) {
		v.log.WithFields(logrus.Fields{"vendor": change.Vendor, "state": change.State, "detail": change.Detail}).Debug("vendor state changed")
	}
}

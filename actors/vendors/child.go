package vendors

import (
	"maps"
	"runtime/debug"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/messages"
)

// child is what this incarnation has of a vendor's fetcher.
type child struct {
	Child

	pid     *actor.PID // nil while there is none
	going   bool       // it has been told to stop
	wanted  bool       // it is to be spawned again once it has gone
	restart func()     // set while it is suspended after a panic
	timer   actors.Timer
}

// wake arms the timer of a wait.
func (c *child) wake(ctx actor.Context, e wake) {
	c.timer.Stop()
	c.timer = actors.After(ctx, e.after, &due{vendor: e.vendor, try: e.try})
}

// adopt makes the fetchers those of the children. Who has the same actor as before is not touched, all others are leaving.
func (v *vendors) adopt(children []Child) {
	before := v.names
	v.fetchers = make(map[messages.Vendor]*child, len(children))
	v.names = make(map[string]*child, len(children))

	for i := range children {
		name := children[i].actor()

		each := before[name]
		if each == nil || each.Vendor != children[i].Vendor {
			each = &child{Child: children[i]}
		}

		v.fetchers[each.Vendor], v.names[name] = each, each
	}

	for name, each := range before {
		if v.names[name] != each {
			v.leave(name, each)
		}
	}
}

// leave forgets a fetcher that is not to be there any more. It is stopped later, if it runs.
func (v *vendors) leave(name string, each *child) {
	each.timer.Stop()

	if each.pid == nil {
		return
	}

	v.leaving[name] = each.pid

	if each.restart != nil {
		v.self.Stop(each.pid) // it is suspended, and nobody will restart it
	}
}

// reconfigure changes who is there.
func (v *vendors) reconfigure(c actor.Context, message *Reconfigure) {
	if message == nil || v.closing {
		return
	}

	v.children = message.Children
	v.adopt(v.children)
	v.perform(v.supervision.reconfigure(v.children))
	maps.DeleteFunc(v.logs, func(vendor messages.Vendor, _ *crashLog) bool { return v.supervision.index[vendor] == nil })

	if c.Sender() != nil {
		c.Respond(&Reconfigured{})
	}
}

// retire stops who is leaving.
func (v *vendors) retire(c actor.Context) {
	v.perform(v.supervision.introduce(time.Now()))

	for _, pid := range v.leaving {
		v.self.Stop(pid)
	}

	if c.Sender() != nil {
		v.retirers = append(v.retirers, c.Sender())
	}

	v.finishRetiring()
}

func (v *vendors) finishRetiring() {
	if len(v.leaving) > 0 {
		return
	}

	for _, each := range v.retirers {
		v.self.Send(each, &Retired{})
	}

	v.retirers = nil
}

// failed is called in the supervisor's turn when a child has panicked; the child waits, suspended.
func (v *vendors) failed(failure *actors.Failed) {
	if v.closing {
		return
	}

	name := v.nameOf(failure.Child)
	if pid := v.leaving[name]; pid != nil {
		v.self.Stop(pid) // nobody will restart it

		return
	}

	each := v.names[name]
	if each == nil || each.going {
		return
	}

	each.restart = failure.Restart
	v.crashed(each.Vendor, failure.Panic)
}

// terminated is told of every child that has stopped; none stops by itself unless something is wrong.
func (v *vendors) terminated(who *actor.PID) {
	if v.closing {
		return
	}

	name := v.nameOf(who)
	if v.leaving[name] != nil {
		delete(v.leaving, name)
		v.finishRetiring()

		return
	}

	each := v.names[name]
	if each == nil {
		return
	}

	going, wanted := each.going, each.wanted
	each.pid, each.restart, each.going, each.wanted = nil, nil, false, false

	switch {
	case wanted:
		v.revive(each)
	case !going && v.supervision.index[each.Vendor].State.Asked():
		v.crashed(each.Vendor, &actors.Panic{Value: "fetcher stopped unexpectedly", Message: "none"})
	}
}

func (v *vendors) stillborn(message *unborn) {
	if v.names[message.child.actor()] == message.child && message.child.pid == nil {
		v.crashed(message.child.Vendor, message.panic)
	}
}

// nameOf returns the name of the actor of a child; "" if it is none.
func (v *vendors) nameOf(pid *actor.PID) string {
	name, below := strings.CutPrefix(pid.GetId(), v.self.Self().Id+"/")
	if !below {
		return ""
	}

	return name
}

// halt stops a fetcher.
func (v *vendors) halt(each *child) {
	each.wanted = false

	if each.pid != nil && !each.going {
		each.going, each.restart = true, nil
		v.self.Stop(each.pid)
	}
}

// revive restarts the child that is suspended, or spawns one. What goes wrong comes back as a message: the effects of this turn are not
// all performed yet.
func (v *vendors) revive(each *child) {
	switch {
	case v.closing: // whoever is spawned now would never be stopped
	case each.going:
		each.wanted = true
	case each.restart != nil:
		each.restart()
		each.restart = nil
	default:
		if p := v.spawn(each); p != nil {
			v.self.Send(v.self.Self(), &unborn{child: each, panic: p})
		}
	}
}

// spawn returns what its producer panicked with: it runs in our turn.
func (v *vendors) spawn(each *child) (failure *actors.Panic) {
	defer func() {
		if value := recover(); value != nil {
			failure = &actors.Panic{Value: value, Message: "spawn", Stack: debug.Stack()}
		}
	}()

	pid, err := v.self.SpawnNamed(each.Props, each.actor())
	if err != nil {
		return &actors.Panic{Value: err, Message: "spawn"}
	}

	each.pid = pid
	v.inform(each)

	return nil
}

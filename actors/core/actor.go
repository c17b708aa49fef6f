// Package core is the root of one Rollcall system: it spawns the auditor, the publisher, the writer, the coordinator and the vendors
// supervisor in order, restarts the one that crashes, proves by a heartbeat that each still answers, and ends the system when a vital one
// cannot be kept alive. Nothing escalates beyond it.
package core

import (
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/messages"
)

// Message is what the root understands.
//
//sumtype:decl
type Message interface{ coreMessage() }

// Quiesce tells the root that its children are about to be stopped, one by one and on purpose. Answered by Quiesced to the sender: only then
// may they be stopped, because the news of a child's end overtakes commands.
type Quiesce struct{}

// Quiesced answers Quiesce.
type Quiesced struct{}

// DescribeChildren asks how the children are; answered by ChildrenDescribed to the sender.
type DescribeChildren struct{}

func (*Quiesce) coreMessage()          {}
func (*DescribeChildren) coreMessage() {}

// ChildrenDescribed answers DescribeChildren, in spawning order.
type ChildrenDescribed struct{ Children []ChildStatus }

// ChildStatus is how one child is.
type ChildStatus struct {
	Name     string
	Restarts int           // since the program started
	Silent   time.Duration // how long it has not answered; 0 if it answers
	Lag      time.Duration // from the last heartbeat's question to the answer, or since the question if that is longer
}

type (
	heartbeatDue struct{}
	restartDue   struct{ failed *actors.Failed }
	respawnDue   struct{ name string }
)

// memory survives a restart of the root.
type memory struct {
	begun     bool
	quiescing bool
	fatal     bool
	watches   map[string]*watch
}

// Props returns the properties of a root actor. Its own crashes are handled by whoever spawns it.
func Props(settings Settings, auditor actors.Ref[messages.AuditorMessage]) *actor.Props {
	settings = settings.withDefaults()
	kept := &memory{watches: make(map[string]*watch, len(settings.Children))}

	for _, child := range settings.Children {
		kept.watches[child.Name] = &watch{}
	}

	var current *root

	strategy := actors.Supervise(func(f *actors.Failed) { current.childCrashed(f) })

	return actor.PropsFromProducer(actors.Guard(func() actor.Actor {
		current = &root{settings: settings, auditor: auditor, memory: kept, names: make(map[string]string, len(settings.Children))}

		return current
	}), actor.WithSupervisor(strategy), actors.Mailbox())
}

type root struct {
	settings  Settings
	auditor   actors.Ref[messages.AuditorMessage]
	memory    *memory
	names     map[string]string // PID id → child's name
	ctx       actor.Context     // of this incarnation; the supervision strategy runs in the same turn but gets none
	heartbeat actors.Timer
}

// Receive implements actor.Actor.
func (r *root) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started:
		r.started(ctx)
	case *actor.Stopping, *actor.Restarting:
		r.heartbeat.Stop()
	case *actor.Terminated:
		r.terminated(ctx, m)
	case *actors.Pong:
		r.answered(ctx, m)
	case *heartbeatDue:
		r.beat(ctx)
	case *restartDue:
		m.failed.Restart()
	case *respawnDue:
		r.spawn(ctx, m.name)
	case Message:
		r.handle(ctx, m)
	}
}

func (r *root) handle(ctx actor.Context, message Message) {
	switch message.(type) {
	case *Quiesce:
		r.quiesce(ctx)
	case *DescribeChildren:
		r.describe(ctx)
	}
}

func (r *root) quiesce(ctx actor.Context) {
	r.memory.quiescing = true

	if ctx.Sender() != nil {
		ctx.Respond(&Quiesced{})
	}
}

func (r *root) started(ctx actor.Context) {
	r.ctx = ctx

	for _, child := range r.settings.Children {
		r.spawn(ctx, child.Name)
	}

	for _, pid := range ctx.Children() { // the answer shows that a child, and what it spawned, is up
		ctx.Request(pid, &actors.Ping{})
	}

	r.heartbeat = actors.After(ctx, r.settings.Heartbeat, &heartbeatDue{})
}

func (r *root) spawn(ctx actor.Context, name string) {
	child := r.child(name)

	pid, err := ctx.SpawnNamed(child.Props, name)
	if err != nil { // the name is still taken by the one that is going
		actors.After(ctx, r.settings.Backoff.Base, &respawnDue{name: name})

		return
	}

	r.names[pid.Id] = name
}

func (r *root) child(name string) *Child {
	for i := range r.settings.Children {
		if r.settings.Children[i].Name == name {
			return &r.settings.Children[i]
		}
	}

	return &Child{}
}

// childCrashed is called by the supervision strategy, in the root's turn.
func (r *root) childCrashed(f *actors.Failed) {
	name := r.names[f.Child.Id]
	watched := r.memory.watches[name]

	if watched == nil || r.memory.quiescing {
		f.Restart()

		return
	}

	crashes := watched.crash(f.At, r.settings.Window)
	r.settings.Log.WithField("actor", name).WithField("panic", f.Panic.Error()).WithField("where", f.Panic.Where()).
		Error("core actor crashed")
	r.auditor.Tell(r.ctx, &messages.RecordFact{
		At: f.At, Kind: messages.FactCrashed,
		Fields: []messages.Field{
			{Name: "actor", Value: name},
			{Name: "message", Value: f.Panic.Message},
			{Name: "panic", Value: messages.CleanDetail(fmt.Sprint(f.Panic.Value))},
		},
	})

	if r.child(name).Vital && crashes > r.settings.MaxCrashes && !r.memory.fatal {
		r.memory.fatal = true
		r.settings.Fatal(fmt.Errorf("core actor %s crashed %d times within %s: %w", name, crashes, r.settings.Window, f.Panic))
	}

	actors.After(r.ctx, r.settings.Backoff.Delay(crashes, nil), &restartDue{failed: f})
}

// terminated brings back a child that is gone although nobody asked it to go.
func (r *root) terminated(ctx actor.Context, m *actor.Terminated) {
	name, known := r.names[m.Who.Id]
	if !known || r.memory.quiescing {
		return
	}

	delete(r.names, m.Who.Id)
	r.settings.Log.WithField("actor", name).Error("core actor ended on its own")
	actors.After(ctx, r.settings.Backoff.Delay(r.memory.watches[name].crash(time.Now(), r.settings.Window), nil), &respawnDue{name: name})
}

func (r *root) answered(ctx actor.Context, m *actors.Pong) {
	if watched := r.memory.watches[r.names[m.Who.Id]]; watched != nil {
		watched.answer(time.Now())
	}

	if !r.memory.begun && r.everyoneIsUp() {
		r.memory.begun = true
		r.settings.Begin(ctx)
	}
}

func (r *root) everyoneIsUp() bool {
	for _, watched := range r.memory.watches {
		if !watched.up {
			return false
		}
	}

	return true
}

func (r *root) beat(ctx actor.Context) {
	now := time.Now()

	for _, pid := range ctx.Children() {
		name := r.names[pid.Id]
		if watched := r.memory.watches[name]; watched != nil {
			if silent := watched.beat(now); silent == 2 {
				r.settings.Log.WithField("actor", name).Warn("core actor does not answer")
			}
		}

		ctx.Request(pid, &actors.Ping{})
	}

	r.heartbeat = actors.After(ctx, r.settings.Heartbeat, &heartbeatDue{})
}

func (r *root) describe(ctx actor.Context) {
	now := time.Now()
	described := &ChildrenDescribed{Children: make([]ChildStatus, 0, len(r.settings.Children))}

	for _, child := range r.settings.Children {
		watched := r.memory.watches[child.Name]
		described.Children = append(described.Children, ChildStatus{
			Name:     child.Name,
			Restarts: watched.restarts,
			Silent:   time.Duration(max(watched.silent-1, 0)) * r.settings.Heartbeat,
			Lag:      watched.lag(now),
		})
	}

	ctx.Respond(described)
}

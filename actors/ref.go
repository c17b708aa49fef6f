package actors

import "github.com/asynkron/protoactor-go/actor"

// Sender is what can send: an actor's context, or a system's root context.
type Sender interface {
	Send(pid *actor.PID, message any)
}

// Requester is what can send with itself as the sender.
type Requester interface {
	Request(pid *actor.PID, message any)
}

// Ref is a reference to an actor that understands M, the sealed interface of its protocol. The zero Ref is nobody: messages to it are
// dropped.
type Ref[M any] struct{ pid *actor.PID }

// NewRef types a PID. It is the one place where the compiler takes our word for it.
func NewRef[M any](pid *actor.PID) Ref[M] { return Ref[M]{pid: pid} }

// PID returns the untyped reference, nil for nobody.
func (r Ref[M]) PID() *actor.PID { return r.pid }

// Tell sends without a sender.
func (r Ref[M]) Tell(from Sender, message M) {
	if r.pid != nil {
		from.Send(r.pid, message)
	}
}

// Request sends with the calling actor as the sender, so that the answer comes back to it.
func (r Ref[M]) Request(from Requester, message M) {
	if r.pid != nil {
		from.Request(r.pid, message)
	}
}

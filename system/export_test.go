package system

import "github.com/asynkron/protoactor-go/actor"

// Host is the actor system that a running system lives in.
func (s *System) Host() *actor.ActorSystem { return s.host }

// Package actors is the kit every Rollcall actor is made with: typed references, guarded receivers that keep a panic's stack, timers that
// send messages, one goroutine wrapper that recovers, supervision with back-off, and orderly stopping. One package below it holds one
// actor each.
//
// An actor's package has actor.go (the shell: Receive and effects), a core file named after its noun (pure functions of state, message
// and time), and settings.go. Actors never import one another; a parent gets its children's *actor.Props injected.
package actors

package streamer

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/messages"
)

// effect is something the switchboard wants done outside.
//
//sumtype:decl
type effect interface{ effect() }

type (
	// connect calls the source for the instruments at from … to−1. What it says comes back as heard, its end as ended or panicked, all with
	// the same number.
	connect struct {
		number   uint64
		from, to int
	}

	// cut ends a connection; nothing that it says counts any more.
	cut struct{ number uint64 }

	// wake asks for due after a while, instead of what was asked for before.
	wake struct{ after time.Duration }

	// poll asks the fallback.
	poll struct{ message *messages.FetchQuotes }

	// answer ends a round's question: message is a *messages.QuotesFetched or *messages.FetchFailed.
	answer struct {
		to      *actor.PID
		message any
	}

	// recovered tells the supervisor how well things go.
	recovered struct{ settled bool }

	// report tells the supervisor whether the vendor was reached.
	report struct{ reached bool }

	// noteUp, noteDown, noteThin and noteBusy are changes that an operator wants to see.
	noteUp   struct{ line int }
	noteDown struct {
		line    int
		failure *messages.Failure
	}
	noteThin struct {
		line        int
		rate, usual float64 // updates a minute
	}
	noteBusy struct{ line int }

	// crash ends this incarnation. It is always the last effect.
	crash struct{ panic *actors.Panic }
)

func (connect) effect()   {}
func (cut) effect()       {}
func (wake) effect()      {}
func (poll) effect()      {}
func (answer) effect()    {}
func (recovered) effect() {}
func (report) effect()    {}
func (noteUp) effect()    {}
func (noteDown) effect()  {}
func (noteThin) effect()  {}
func (noteBusy) effect()  {}
func (crash) effect()     {}

// The streamer's messages to itself. Numbers are never reused, so that whatever belongs to the past is recognised.
type (
	// heard says that a connection's inbox has something.
	heard struct{ number uint64 }
	ended struct {
		number uint64
		err    error
	}
	panicked struct {
		number uint64
		panic  *actors.Panic
	}
	// fallbackPanicked says that the fallback is suspended after a panic.
	fallbackPanicked struct{ panic *actors.Panic }
	// due says that the time of a wake has come.
	due struct{}
)

// ownMessage is what the streamer sends to itself.
//
//sumtype:decl
type ownMessage interface{ ownMessage() }

func (*heard) ownMessage()            {}
func (*ended) ownMessage()            {}
func (*panicked) ownMessage()         {}
func (*fallbackPanicked) ownMessage() {}
func (*due) ownMessage()              {}

// IgnoreDeadLetterLogging implements actor.IgnoreDeadLetterLogging: what comes back after the actor has stopped is no surprise.
func (*heard) IgnoreDeadLetterLogging() {}

// IgnoreDeadLetterLogging implements actor.IgnoreDeadLetterLogging.
func (*ended) IgnoreDeadLetterLogging() {}

// IgnoreDeadLetterLogging implements actor.IgnoreDeadLetterLogging.
func (*due) IgnoreDeadLetterLogging() {}

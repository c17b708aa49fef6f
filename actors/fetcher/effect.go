package fetcher

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/messages"
)

// effect is something the poller wants done outside.
//
//sumtype:decl
type effect interface{ effect() }

type (
	// begin calls the source in a goroutine, with a context that ends at the given time; its end comes back as attemptDone or
	// attemptPanicked with the same number.
	begin struct {
		number uint64
		end    time.Time
		room   *room
	}

	// drop ends the context of the attempt that was begun and disarms the timer.
	drop struct{}

	// wake asks for wakeDue with the same number after a while.
	wake struct {
		number uint64
		after  time.Duration
	}

	// answer ends a poll: message is a *messages.QuotesFetched or *messages.FetchFailed.
	answer struct {
		to      *actor.PID
		message any
	}

	// recovered tells the supervisor how well things go.
	recovered struct{ settled bool }

	// report tells the supervisor whether the vendor was reached.
	report struct{ reached bool }

	// noteResting and noteAsked are changes that an operator wants to see.
	noteResting struct{ failure *messages.Failure }
	noteAsked   struct{}

	// crash ends this incarnation. It is always the last effect.
	crash struct{ panic *actors.Panic }
)

func (begin) effect()       {}
func (drop) effect()        {}
func (wake) effect()        {}
func (answer) effect()      {}
func (recovered) effect()   {}
func (report) effect()      {}
func (noteResting) effect() {}
func (noteAsked) effect()   {}
func (crash) effect()       {}

// The fetcher's messages to itself. Numbers are never reused, so that whatever belongs to the past is recognised.
type (
	attemptDone struct {
		number uint64
		quotes []messages.Quote
		err    error
		sentAt time.Time // zero if it was not sent: there was no free slot
		barred bool      // or the budget no longer permitted it
		doneAt time.Time
	}
	attemptPanicked struct {
		number uint64
		panic  *actors.Panic
	}
	wakeDue struct{ number uint64 }
)

// ownMessage is what the fetcher sends to itself.
//
//sumtype:decl
type ownMessage interface{ ownMessage() }

func (*attemptDone) ownMessage()     {}
func (*attemptPanicked) ownMessage() {}
func (*wakeDue) ownMessage()         {}

// IgnoreDeadLetterLogging implements actor.IgnoreDeadLetterLogging: what comes back after the actor has stopped is no surprise.
func (*attemptDone) IgnoreDeadLetterLogging() {}

// IgnoreDeadLetterLogging implements actor.IgnoreDeadLetterLogging.
func (*wakeDue) IgnoreDeadLetterLogging() {}

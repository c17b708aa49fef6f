package auditor

import (
	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/messages"
)

// effect is something the ledger wants done outside.
//
//sumtype:decl
type effect interface{ effect() }

// appendFacts hands facts to the log; its end comes back as appended or panicked of the same batch.
type appendFacts struct {
	batch uint64
	facts []*messages.RecordFact
}

// retryLater asks for retryDue of the same batch after a back-off.
type retryLater struct {
	batch    uint64
	failures int // in a row, at least 1
}

// answerFlush answers one FlushRecord.
type answerFlush struct {
	asker     *actor.PID
	unwritten int
}

// noteFailing, noteWorking and noteDropping are changes of state that an operator wants to see.
type (
	noteFailing  struct{ reason string }
	noteWorking  struct{ failures int }
	noteDropping struct{}
)

func (appendFacts) effect()  {}
func (retryLater) effect()   {}
func (answerFlush) effect()  {}
func (noteFailing) effect()  {}
func (noteWorking) effect()  {}
func (noteDropping) effect() {}

package auditor

import (
	"context"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/messages"
)

// Log is the port behind which the record is kept.
//
// Append writes facts in their order and returns nil once they are all on stable storage. It is all or nothing: after an error none of
// them counts as written and the same facts come again. There is one call at a time. ctx ends when the auditor stops for good; facts are
// not changed by either side. A fact's contents are never a reason for an error.
type Log interface {
	Append(ctx context.Context, facts []*messages.RecordFact) error
}

// Props returns the auditor's props. What it has received and not yet written lives in them: spawn from them once.
func Props(settings Settings, log Log) *actor.Props {
	settings = settings.withDefaults()
	kept := &keep{ledger: newLedger(settings)}

	return actor.PropsFromProducer(actors.Guard(func() actor.Actor {
		return &auditor{settings: settings, log: log, keep: kept}
	}), actors.Mailbox())
}

// keep is what every incarnation inherits.
type keep struct {
	ledger *ledger
	cancel context.CancelFunc // ends the append that is under way; nil before the first
}

type auditor struct {
	*keep
	settings Settings
	log      Log
}

// The auditor's messages to itself.
type (
	appended struct {
		batch uint64
		err   error
	}
	appendPanicked struct {
		batch  uint64
		reason string
	}
	retryDue struct{ batch uint64 }
)

// Receive implements actor.Actor.
func (a *auditor) Receive(ctx actor.Context) {
	switch message := ctx.Message().(type) {
	case *actor.Started:
		a.perform(ctx, a.ledger.resume())
	case *actor.Stopping:
		a.stop()
	case messages.AuditorMessage:
		a.handle(ctx, message)
	case *appended:
		a.perform(ctx, a.ledger.appended(message.batch, message.err))
	case *appendPanicked:
		a.perform(ctx, a.ledger.panicked(message.batch, message.reason, time.Now()))
	case *retryDue:
		a.perform(ctx, a.ledger.retryDue(message.batch))
	}
}

func (a *auditor) handle(ctx actor.Context, message messages.AuditorMessage) {
	switch message := message.(type) {
	case *messages.RecordFact:
		a.perform(ctx, a.ledger.record(message))
	case *messages.FlushRecord:
		a.perform(ctx, a.ledger.flush(ctx.Sender()))
	case *messages.DescribeRecord:
		tell(ctx, ctx.Sender(), a.ledger.describe())
	}
}

func (a *auditor) perform(ctx actor.Context, effects []effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case appendFacts:
			a.append(ctx, e)
		case retryLater:
			actors.After(ctx, a.settings.Retry.Delay(e.failures, a.settings.Uniform), &retryDue{batch: e.batch})
		case answerFlush:
			tell(ctx, e.asker, &messages.RecordFlushed{Unwritten: e.unwritten})
		case noteFailing:
			a.settings.Log.WithField("error", e.reason).Error("audit log cannot be written")
		case noteWorking:
			a.settings.Log.WithField("failures", e.failures).Info("audit log is written again")
		case noteDropping:
			a.settings.Log.WithField("dropped", a.ledger.dropped).Warn("audit facts do not fit into memory")
		}
	}
}

// append calls the log off the mailbox.
func (a *auditor) append(ctx actor.Context, e appendFacts) {
	if a.cancel != nil {
		a.cancel()
	}

	working, cancel := context.WithCancel(context.Background())
	a.cancel = cancel

	actors.Go(ctx, "append to the audit log", func() any {
		return &appended{batch: e.batch, err: a.log.Append(working, e.facts)}
	}, func(p *actors.Panic) any {
		return &appendPanicked{batch: e.batch, reason: p.Error()}
	})
}

// stop is the end for good; what still waits is lost with the process, and said so.
func (a *auditor) stop() {
	if a.cancel != nil {
		a.cancel()
	}

	l := a.ledger
	unwritten := l.queue.facts(l.queue.end())
	fields := logrus.Fields{"written": l.written, "dropped": l.dropped, "unwritten": unwritten}

	if unwritten > 0 {
		a.settings.Log.WithFields(fields).Error("audit facts were not written")

		return
	}

	a.settings.Log.WithFields(fields).Debug("auditor stopped")
}

func tell(ctx actor.Context, to *actor.PID, message any) {
	if to != nil {
		ctx.Send(to, message)
	}
}

package coordinator

import (
	"strconv"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/messages"
)

// perform does what the release wants, arms its timer, and ends a stop that was waiting for it.
func (c *coordinator) perform(ctx actor.Context, effects []effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case publish:
			c.publish(ctx, e.snapshot)
		case persist:
			c.refs.Writer.Request(ctx, e.message)
		case durability:
			c.noteDurability(e)
		}
	}

	c.armWake(ctx)
	c.record(ctx)
	c.finishStop(ctx)
}

// publish makes a snapshot visible and answers everyone who waits for it.
func (c *coordinator) publish(ctx actor.Context, snapshot *messages.Snapshot) {
	if c.settings.Latest != nil {
		c.settings.Latest.Store(snapshot)
	}

	c.refs.Publisher.Tell(ctx, &messages.PublishSnapshot{Snapshot: snapshot})

	for _, waiter := range c.memory.promised[snapshot.Round] {
		ctx.Send(waiter, &messages.SnapshotTaken{Snapshot: snapshot})
	}

	delete(c.memory.promised, snapshot.Round)

	if c.settings.Log.Logger.IsLevelEnabled(logrus.DebugLevel) {
		c.settings.Log.WithFields(logrus.Fields{
			"round": snapshot.Round, "status": snapshot.Status, "durable": snapshot.Durable, "elapsed": snapshot.Elapsed,
		}).Debug("round published")
	}
}

func (c *coordinator) noteDurability(change durability) {
	log := c.settings.Log.WithField("round", change.round)
	if change.kept {
		log.Info("rounds are durable again")
	} else {
		log.WithField("reason", change.reason).Warn("rounds are not durable")
	}

	c.memory.ledger.note(&messages.RecordFact{
		At:    time.Now(),
		Kind:  messages.FactDurability,
		Round: change.round,
		Fields: []messages.Field{
			{Name: "durable", Value: strconv.FormatBool(change.kept)},
			{Name: "reason", Value: change.reason},
		},
	})
}

// emit sends an event if anyone listens; otherwise it is not even made.
func (c *coordinator) emit(ctx actor.Context, event func() messages.Event) {
	if c.memory.watched {
		c.refs.Publisher.Tell(ctx, &messages.PublishEvent{Event: event()})
	}
}

func (c *coordinator) persistFailed(ctx actor.Context, failure *messages.PersistFailed) {
	c.memory.release.failed(failure.Round, failure.Reason, time.Now())
	c.perform(ctx, nil)
}

func (c *coordinator) releaseDue(ctx actor.Context) {
	c.wakeAt = time.Time{}
	c.perform(ctx, c.memory.release.due(time.Now()))
}

// armWake keeps one timer for the release, at the time it names.
func (c *coordinator) armWake(ctx actor.Context) {
	at := c.memory.release.wake()
	if at.Equal(c.wakeAt) {
		return
	}

	c.wake.Stop()
	c.wakeAt = at

	if !at.IsZero() {
		c.wake = actors.After(ctx, time.Until(at), &releaseDue{})
	}
}

// record sends the auditor what is ready and has the next snapshot described.
func (c *coordinator) record(ctx actor.Context) {
	facts, work, ticket := c.memory.ledger.next()
	c.tell(ctx, facts)

	if work == nil {
		return
	}

	undescribed := c.memory.ledger.undescribed(ticket)
	actors.Go(ctx, "describe snapshot", work, func(*actors.Panic) any { return undescribed })
}

func (c *coordinator) described(ctx actor.Context, d *described) {
	if !c.memory.ledger.done(d) {
		return
	}

	c.tell(ctx, d.facts)

	c.record(ctx)
	c.finishStop(ctx)
}

func (c *coordinator) stopRounds(ctx actor.Context) {
	m := c.memory
	if ctx.Sender() != nil {
		m.stoppers = append(m.stoppers, ctx.Sender())
	}

	if m.phase < stopping {
		m.phase = stopping
		m.schedule.stop()
		c.tick.Stop()

		c.stop = actors.After(ctx, c.settings.StopWait, &stopDue{})

		if m.roll.open != nil {
			c.closeWith(ctx, messages.OutcomeCancelled, "round closed at shutdown")
		}
	}

	c.finishStop(ctx)
}

// stopDue ends the waiting for a writer that does not answer.
func (c *coordinator) stopDue(ctx actor.Context) {
	if c.memory.phase != stopping {
		return
	}

	c.memory.phase = stopped

	var effects []effect
	if !c.memory.release.idle() {
		effects = c.memory.release.fallBehind("no acknowledgement before the end")
	}

	c.perform(ctx, effects)
}

// finishStop answers StopRounds once everything is published, written and recorded, or the time for that is over.
func (c *coordinator) finishStop(ctx actor.Context) {
	m := c.memory
	if m.phase == stopping && m.release.idle() && m.ledger.idle() {
		m.phase = stopped
	}

	if m.phase != stopped {
		return
	}

	c.stop.Stop()

	for _, stopper := range m.stoppers {
		ctx.Send(stopper, &messages.RoundsStopped{LastRound: m.roll.closed, Unwritten: m.release.unwritten()})
	}

	m.stoppers = nil
}

// tell sends facts to the auditor, and what concerns people to the log.
func (c *coordinator) tell(ctx actor.Context, facts []*messages.RecordFact) {
	for _, fact := range facts {
		c.logOutcome(fact)
		c.refs.Auditor.Tell(ctx, fact)
	}
}

// logOutcome tells the log, limited there for each vendor and outcome, what the record is told: who changed.
func (c *coordinator) logOutcome(fact *messages.RecordFact) {
	if fact.Kind != messages.FactOutcome {
		return
	}

	fields := logrus.Fields{"vendor": string(fact.Vendor), "round": fact.Round}
	level := logrus.InfoLevel

	for _, field := range fact.Fields {
		switch field.Name {
		case "to":
			fields["outcome"] = field.Value
			if field.Value != string(messages.OutcomeOK) {
				level = logrus.WarnLevel
			}
		default:
			if field.Value != "" {
				fields[field.Name] = field.Value
			}
		}
	}

	c.settings.Log.WithFields(fields).Log(level, "vendor outcome changed")
}

package coordinator

import (
	"strconv"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/messages"
)

// resume continues after a restart; at the first start there is nothing to continue.
func (c *coordinator) resume(ctx actor.Context) {
	m := c.memory
	m.abandon()
	c.applyPlanned(ctx)

	c.armTick(ctx)

	if m.phase == stopping {
		c.stop = actors.After(ctx, c.settings.StopWait, &stopDue{})
	}

	if m.phase == started && !m.schedule.running() && len(m.waiters) > 0 {
		c.begin(ctx, true)
	}

	c.perform(ctx, m.release.resend(time.Now()))
	c.record(ctx)
}

func (c *coordinator) startRounds(ctx actor.Context) {
	m := c.memory
	if m.phase != idle {
		return
	}

	m.phase = started
	m.schedule.start(m.now())

	if m.schedule.running() {
		c.armTick(ctx)
		c.begin(ctx, false)
	} else if len(m.waiters) > 0 {
		c.begin(ctx, true)
	}
}

// tickDue begins the round of a grid point. A round on demand that is in flight serves as this one; one of the schedule that is still in
// flight has had its deadline and is closed.
func (c *coordinator) tickDue(ctx actor.Context, due *tickDue) {
	m := c.memory
	if !due.at.Equal(m.schedule.next) {
		return // armed by an earlier incarnation, or stopped
	}

	if open := m.roll.open; open != nil && !open.onDemand {
		c.close(ctx)

		if !due.at.Equal(m.schedule.next) {
			return // what was planned for after this round has another schedule, and the round that is due has begun
		}
	}

	step := m.schedule.tick(m.now())
	c.armTick(ctx)

	if step != 0 {
		c.noteClockStep(step)
	}

	if open := m.roll.open; open != nil && open.onDemand {
		open.onDemand = false

		return
	}

	c.begin(ctx, false)
}

func (c *coordinator) armTick(ctx actor.Context) {
	schedule := &c.memory.schedule

	c.tick.Stop()

	if schedule.running() {
		c.tick = actors.After(ctx, schedule.wait(c.memory.now()), &tickDue{at: schedule.next})
	}
}

func (c *coordinator) takeSnapshot(ctx actor.Context) {
	m := c.memory
	if m.phase > started {
		return
	}

	if ctx.Sender() != nil {
		m.waiters = append(m.waiters, ctx.Sender())
	}

	if m.phase == started && m.roll.open == nil {
		c.begin(ctx, true)
	}
}

// begin asks everyone who can be asked. The deadline is armed first: asking ten thousand takes time.
func (c *coordinator) begin(ctx actor.Context, onDemand bool) {
	roll, plan := c.memory.roll, c.memory.plan
	open := roll.begin(time.Now(), plan.deadline, onDemand)
	c.deadline = actors.After(ctx, time.Until(open.deadline), &roundDue{round: open.number})

	ask := &messages.FetchQuotes{Round: open.number, Deadline: open.deadline}
	asked := 0

	for i := range open.reports {
		switch {
		case open.reports[i].Outcome != "":
		case plan.fetchers[i].PID() == nil:
			roll.unreachable(i)
		default:
			plan.fetchers[i].Request(ctx, ask)

			asked++
		}
	}

	c.emit(ctx, func() messages.Event {
		return &messages.RoundStarted{Round: open.number, At: open.started, Deadline: plan.deadline, Asked: asked}
	})
	c.closeIfComplete(ctx)
}

func (c *coordinator) quotesFetched(ctx actor.Context, answer *messages.QuotesFetched) {
	if i, counted := c.memory.roll.answered(answer); counted {
		c.settled(ctx, i)
	}
}

func (c *coordinator) fetchFailed(ctx actor.Context, answer *messages.FetchFailed) {
	if i, counted := c.memory.roll.failed(answer, time.Now()); counted {
		c.settled(ctx, i)
	}
}

func (c *coordinator) vendorStateChanged(ctx actor.Context, change *messages.VendorStateChanged) {
	i, counted := c.memory.roll.changed(change)
	c.emit(ctx, func() messages.Event { return change })

	if counted {
		c.settled(ctx, i)
	}
}

// undelivered handles a request that reached nobody.
func (c *coordinator) undelivered(ctx actor.Context, response *actor.DeadLetterResponse) {
	target := response.GetTarget()
	if target == nil {
		return
	}

	if target.Equal(c.refs.Writer.PID()) {
		c.memory.release.undeliverable(time.Now())
		c.perform(ctx, nil)

		return
	}

	if i, known := c.memory.plan.listings[target.GetId()]; known && c.memory.roll.unreachable(i) {
		c.settled(ctx, i)
	}
}

// settled goes on after a vendor of the round in flight has got its outcome.
func (c *coordinator) settled(ctx actor.Context, i int) {
	open := c.memory.roll.open
	c.emit(ctx, func() messages.Event {
		return &messages.VendorAnswered{
			Round:   open.number,
			Vendor:  c.memory.roll.roster.Listings()[i].Vendor,
			Outcome: open.reports[i].Outcome,
			Detail:  open.reports[i].Detail,
			Elapsed: time.Since(open.started),
			Usable:  open.reports[i].Usable,
		}
	})
	c.closeIfComplete(ctx)
}

func (c *coordinator) closeIfComplete(ctx actor.Context) {
	if c.memory.roll.open.pending == 0 {
		c.close(ctx)
	}
}

func (c *coordinator) roundDue(ctx actor.Context, due *roundDue) {
	if open := c.memory.roll.open; open != nil && open.number == due.round {
		c.close(ctx)
	}
}

// close ends the round in flight. Who has not answered by now has not answered in time.
func (c *coordinator) close(ctx actor.Context) {
	c.closeWith(ctx, messages.OutcomeTimeout, "no answer within "+c.memory.plan.deadline.String())
}

// closeWith ends the round in flight. Vendors without an outcome get the one given.
func (c *coordinator) closeWith(ctx actor.Context, pending messages.Outcome, detail string) {
	c.deadline.Stop()

	m, now := c.memory, time.Now()
	m.roll.complete(pending, detail)

	for _, accepted := range m.roll.check(m.judge, now) {
		m.ledger.note(accepted)
	}

	snapshot := m.prices.assemble(m.roll.open, now)
	m.roll.finish()

	if len(m.waiters) > 0 {
		m.promised[snapshot.Round] = m.waiters
		m.waiters = nil
	}

	effects := m.release.add(snapshot, now)
	m.ledger.add(snapshot)
	c.perform(ctx, effects)
	c.record(ctx)
	c.applyPlanned(ctx)
}

func (c *coordinator) noteClockStep(step time.Duration) {
	c.settings.Log.WithField("step", step.String()).Warn("wall clock was stepped")
	c.memory.ledger.note(&messages.RecordFact{
		At:     time.Now(),
		Kind:   messages.FactClockStep,
		Fields: []messages.Field{{Name: "step_ms", Value: strconv.FormatInt(step.Milliseconds(), 10)}},
	})
}

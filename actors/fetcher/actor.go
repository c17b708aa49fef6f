package fetcher

import (
	"context"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/internal/recovery"
	"github.com/rollcall-go/rollcall/actors/internal/verdict"
	"github.com/rollcall-go/rollcall/messages"
)

// Props returns the props of one vendor's fetcher. They hold what outlives a restart, so they are for one actor at a time; it may be
// spawned from them again once it has stopped.
func Props(settings Settings, source Source, vendors actors.Ref[messages.VendorsMessage]) *actor.Props {
	settings = settings.withDefaults()
	judge := verdict.New(settings.Vendor, settings.Instruments, settings.Verdict)
	memory := &memory{breaker: newBreaker(settings.Breaker, settings.Uniform)}
	cost := costOf(source, settings.Instruments)

	return actor.PropsFromProducer(actors.Guard(func() actor.Actor {
		return &fetcher{
			settings: &settings,
			source:   source,
			vendors:  vendors,
			drop:     func() {},
			poller:   poller{settings: &settings, judge: judge, memory: memory, cost: cost},
		}
	}), actors.Mailbox())
}

// fetcher is the shell around the poller.
type fetcher struct {
	settings *Settings
	source   Source
	vendors  actors.Ref[messages.VendorsMessage]
	poller   poller

	drop  context.CancelFunc // ends the context of the attempt, of which there is one at most
	timer actors.Timer
}

// Receive implements actor.Actor.
func (f *fetcher) Receive(c actor.Context) {
	switch message := c.Message().(type) {
	case *actor.Started:
		f.poller.recovery = recovery.Since(time.Now())
	case *actor.Stopping:
		f.close(c, messages.OutcomeCancelled, "fetcher stops")
	case *actor.Restarting:
		f.close(c, messages.OutcomeCrashed, "fetcher is restarted")
	case messages.FetcherMessage:
		f.handle(c, message)
	case ownMessage:
		f.handleOwn(c, message)
	}
}

func (f *fetcher) handle(c actor.Context, message messages.FetcherMessage) {
	switch message := message.(type) {
	case *messages.FetchQuotes:
		f.fetch(c, message)
	case *messages.CapBackoff:
		if message != nil {
			f.poller.uplink(message, time.Now())
		}
	}
}

func (f *fetcher) handleOwn(c actor.Context, message ownMessage) {
	switch message := message.(type) {
	case *attemptDone:
		f.perform(c, f.poller.done(message, time.Now()))
	case *attemptPanicked:
		f.perform(c, f.poller.panicked(message.panic, time.Now()))
	case *wakeDue:
		f.perform(c, f.poller.woken(message.number, time.Now()))
	}
}

func (f *fetcher) fetch(c actor.Context, message *messages.FetchQuotes) {
	if message != nil {
		f.perform(c, f.poller.fetch(message, c.Sender(), time.Now()))
	}
}

func (f *fetcher) close(c actor.Context, outcome messages.Outcome, detail string) {
	f.perform(c, f.poller.close(outcome, detail, time.Now()))
}

func (f *fetcher) perform(c actor.Context, effects []effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case begin:
			f.begin(c, e)
		case drop:
			f.drop()
			f.timer.Stop()
		case wake:
			f.timer = actors.After(c, e.after, &wakeDue{number: e.number})
		case answer:
			f.answer(c, e)
		case recovered:
			f.vendors.Tell(c, &messages.FetcherRecovered{Vendor: f.settings.Vendor, Settled: e.settled})
		case report:
			f.report(c, e.reached)
		case noteResting:
			f.settings.Log.WithFields(logrus.Fields{"outcome": e.failure.Outcome, "detail": e.failure.Detail}).Warn("vendor is left alone")
		case noteAsked:
			f.settings.Log.Info("vendor is asked again")
		case crash:
			panic(e.panic)
		}
	}
}

// report goes with a sender: the supervisor does not listen to a fetcher that has been replaced.
func (f *fetcher) report(c actor.Context, reached bool) {
	if reached {
		f.vendors.Request(c, &messages.VendorReachable{Vendor: f.settings.Vendor})
	} else {
		f.vendors.Request(c, &messages.VendorUnreachable{Vendor: f.settings.Vendor})
	}
}

func (f *fetcher) begin(c actor.Context, e begin) {
	ctx, cancel := context.WithDeadline(context.Background(), e.end)
	f.drop = cancel

	actors.Go(c, "source",
		func() any { return f.call(ctx, e) },
		func(p *actors.Panic) any { return &attemptPanicked{number: e.number, panic: p} })
}

// call runs in a goroutine of its own; it reads only what never changes. The budget is settled here, and not when the actor gets to it, so that
// what one vendor entry learns holds for the others at once, and also if this one is restarted meanwhile.
func (f *fetcher) call(ctx context.Context, e begin) any {
	budget := f.settings.Budget
	if !f.settings.Slots.take(ctx) {
		budget.cancel(e.room)

		return &attemptDone{number: e.number, doneAt: time.Now()}
	}
	defer f.settings.Slots.free()

	sentAt := time.Now()
	if !budget.send(e.room, sentAt) {
		return &attemptDone{number: e.number, barred: true, doneAt: sentAt}
	}

	var says messages.Allowance

	took := asReserved

	defer func() { budget.settle(e.room, time.Now(), took, says) }() // also if the source panics

	quotes, err := f.source.Fetch(ctx, f.settings.Instruments)
	doneAt := time.Now()

	if metered, ok := f.source.(Metered); ok {
		took = metered.Spent()
	}

	if informed, ok := f.source.(Informed); ok {
		says = informed.Allowance()
	}

	if err != nil {
		failure := verdict.Failure(err)
		budget.heed(failure, f.settings.Breaker.pause(failure), doneAt)
	}

	return &attemptDone{number: e.number, quotes: quotes, err: err, sentAt: sentAt, doneAt: doneAt}
}

// costOf returns what one call of a source takes from the budget; nil if that is always one credit.
func costOf(source Source, instruments []messages.Instrument) func() int {
	costed, ok := source.(Costed)
	if !ok {
		return nil
	}

	return func() int { return costed.Cost(instruments) }
}

func (f *fetcher) answer(c actor.Context, e answer) {
	if e.to != nil {
		c.Send(e.to, e.message)
	}

	if f.settings.Log.Logger.IsLevelEnabled(logrus.DebugLevel) {
		f.settings.Log.WithFields(summary(e.message)).Debug("poll answered")
	}
}

// summary is what a debug log shows of an answer.
func summary(message any) logrus.Fields {
	switch message := message.(type) {
	case *messages.QuotesFetched:
		return logrus.Fields{
			"round": message.Round, "usable": message.Usable, "attempts": message.Attempts, "latency": message.Latency,
		}
	case *messages.FetchFailed:
		return logrus.Fields{
			"round": message.Round, "outcome": message.Failure.Outcome, "detail": message.Failure.Detail,
			"attempts": message.Attempts, "latency": message.Latency,
		}
	default:
		return nil
	}
}

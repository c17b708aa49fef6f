package fetcher

import (
	"cmp"
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/internal/recovery"
	"github.com/rollcall-go/rollcall/actors/internal/verdict"
	"github.com/rollcall-go/rollcall/messages"
)

// memory is what outlives a restart.
type memory struct {
	breaker breaker
	holding holding
	place   place
	lost    bool          // the network has failed the last request
	usual   time.Duration // latency of the last good answer; 0 before the first
	number  uint64        // the last one given to an attempt or a timer
}

// poller decides what a fetcher does. Each method takes one event and returns what is to be done about it; the slice is good until the
// next event.
type poller struct {
	settings *Settings
	judge    *verdict.Judge
	memory   *memory
	recovery recovery.Recovery
	cost     func() int // of one request, in credits; nil is one

	current *poll  // nil between polls
	running uint64 // the attempt whose source has not returned yet; 0 if there is none
	effects []effect
}

// fetch begins a poll. One that is still open has been overtaken: it is answered first.
func (p *poller) fetch(message *messages.FetchQuotes, from *actor.PID, now time.Time) []effect {
	p.effects = p.effects[:0]
	p.overtake(now)

	delay := p.memory.place.delay(message.Round, message.Deadline.Sub(now), p.memory.usual)

	next := newPoll(p.settings, message, from, now, delay)
	if next.over(now) {
		p.refuse(next, messages.NewFailure(messages.OutcomeTimeout, "asked after its deadline"), now)

		return p.effects
	}

	if !p.due(now) {
		p.hold(next, now)

		return p.effects
	}

	if refusal := p.memory.breaker.refusal(now); refusal != nil {
		p.refuse(next, refusal, now)

		return p.effects
	}

	if p.memory.place.last {
		p.memory.place = place{}
	}

	p.current = next
	if p.running == 0 {
		p.attempt(now)
	}

	return p.effects
}

// woken goes on after a delay.
func (p *poller) woken(number uint64, now time.Time) []effect {
	p.effects = p.effects[:0]

	if p.current != nil && p.current.number == number && p.running != number {
		p.attempt(now)
	}

	return p.effects
}

// done takes the result of an attempt.
func (p *poller) done(result *attemptDone, now time.Time) []effect {
	p.effects = p.effects[:0]
	if p.running == 0 || result.number != p.running {
		return p.effects // of an incarnation that is gone
	}

	p.running = 0
	p.do(drop{})

	switch {
	case p.current == nil:
	case p.current.number != result.number:
		p.attempt(now) // it was an overtaken poll's; now the vendor is free
	case result.barred:
		p.current.attempts--
		p.attempt(now)
	case result.sentAt.IsZero():
		p.current.attempts--
		p.fail(messages.NewFailure(messages.OutcomeTimeout, "no free slot for a request"), now)
	case result.err != nil:
		p.failed(result, now)
	default:
		p.succeeded(result, now)
	}

	return p.effects
}

// panicked ends the poll and this incarnation: a source's panic is a bug, whichever poll it belonged to.
func (p *poller) panicked(reason *actors.Panic, now time.Time) []effect {
	p.effects = p.effects[:0]
	p.do(drop{})

	if p.current != nil {
		p.cutOff(now)

		failure := messages.NewFailure(messages.OutcomeCrashed, fmt.Sprintf("panic: %v", reason.Value))
		p.abandon(p.missed(p.current, failure, now), now)
	}

	p.do(crash{panic: reason})

	return p.effects
}

// close ends the poll that is open because the actor stops or is restarted.
func (p *poller) close(outcome messages.Outcome, detail string, now time.Time) []effect {
	p.effects = p.effects[:0]
	p.do(drop{})

	if p.current != nil {
		p.cutOff(now)
		p.abandon(messages.NewFailure(outcome, detail), now)
	}

	return p.effects
}

// overtake answers the open poll because the next one is here.
func (p *poller) overtake(now time.Time) {
	old := p.current
	if old == nil {
		return
	}

	p.do(drop{})
	p.cutOff(now)

	switch {
	case old.over(now):
		p.blame(timeout(old.waited(now)), now)
	case old.last != nil:
		p.blame(old.last, now)
	default:
		p.fail(messages.NewFailure(messages.OutcomeCancelled, "overtaken by the next round"), now)
	}
}

// cutOff notes how long the open poll has waited for its request.
func (p *poller) cutOff(now time.Time) {
	if p.running != 0 && p.current.number == p.running {
		p.current.latency = now.Sub(p.current.asked)
	}
}

// attempt makes a request as soon as the budget has room for it, or ends the poll if that is too late.
func (p *poller) attempt(now time.Time) {
	poll := p.current

	if poll.over(now) {
		p.blame(cmp.Or(poll.last, timeout(poll.waited(now))), now)

		return
	}

	if early := poll.start.Sub(now); early > 0 {
		p.sleep(early)

		return
	}

	switch wait, refusal := p.setAside(poll, now); {
	case refusal != nil && poll.last != nil:
		p.blame(poll.last, now)
	case refusal != nil:
		p.fail(refusal, now) // our own limit is not the vendor's fault
	case wait > 0:
		p.sleep(wait)
	default:
		p.begin(poll, now)
	}
}

// setAside takes the budget's room for the next request, or makes sure that it is still there. It returns how long to wait for it, or why
// it cannot be had in time.
func (p *poller) setAside(poll *poll, now time.Time) (wait time.Duration, refusal *messages.Failure) {
	if poll.room != nil {
		return p.settings.Budget.confirm(poll.room, now, poll.due)
	}

	cost := 1
	if p.cost != nil {
		cost = max(cost, p.cost())
	}

	poll.room, wait, refusal = p.settings.Budget.reserve(now, poll.due, cost)

	return wait, refusal
}

// begin makes a request; what was set aside for it is its own from now on.
func (p *poller) begin(poll *poll, now time.Time) {
	poll.attempts++
	poll.asked = now
	poll.number = p.nextNumber()
	p.running = poll.number
	p.do(begin{number: poll.number, end: poll.end, room: poll.room})
	poll.room = nil
}

// failed ends the poll, or tries again if that makes sense and there is time.
func (p *poller) failed(result *attemptDone, now time.Time) {
	poll := p.current
	poll.latency = result.doneAt.Sub(result.sentAt)
	poll.last = failureOf(result.err, poll.waited(result.doneAt))

	if poll.last.Outcome == messages.OutcomeCancelled {
		p.fail(poll.last, now)

		return
	}

	delay, again := p.retry(poll, now)
	if !again {
		p.blame(poll.last, now)

		return
	}

	p.memory.breaker.hold(now, poll.last)
	poll.last.RetryAfter = 0 // from now on the breaker keeps it
	p.sleep(delay)
}

// retry returns the delay before the next attempt of the poll, and whether there is one.
func (p *poller) retry(poll *poll, now time.Time) (time.Duration, bool) {
	breaker := &p.memory.breaker
	if poll.attempts >= p.settings.Retry.Attempts || breaker.probing() || !retryable(poll.last) {
		return 0, false
	}

	delay := p.settings.Retry.Backoff.Delay(poll.attempts, p.settings.Uniform)
	delay = max(delay, p.settings.Breaker.wish(poll.last))

	return delay, !poll.over(now.Add(delay))
}

func (p *poller) succeeded(result *attemptDone, now time.Time) {
	poll := p.current
	poll.latency = result.doneAt.Sub(result.sentAt)
	quotes, tally := p.judge.Answer(result.quotes, result.sentAt, result.doneAt)
	p.current = nil
	p.report(true)

	if tally.Readable == 0 && len(quotes) > 0 {
		p.unreadable(poll, quotes, now)

		return
	}

	p.keep(poll, quotes)
	p.do(poll.fetched(p.settings.Vendor, quotes, tally.Usable, nil, p.feed(now)))

	if result.doneAt.After(poll.due) {
		p.count(poll, messages.NewFailure(messages.OutcomeTimeout, "answer after the deadline"), now)

		return
	}

	p.memory.usual = poll.latency
	p.count(poll, nil, now)
	p.recover(tally, now)
}

// unreadable ends a poll whose answer has nothing in it. Its quotes say why, unless there are better ones from before.
func (p *poller) unreadable(poll *poll, quotes []messages.Quote, now time.Time) {
	failure := messages.NewFailure(quotes[0].Outcome, "no quote could be read")
	said := p.missed(poll, failure, now)

	if held, usable := p.stillGood(now); usable > 0 {
		p.do(poll.fetched(p.settings.Vendor, held, usable, said, p.feed(now)))
	} else {
		p.do(poll.fetched(p.settings.Vendor, quotes, 0, nil, p.feed(now)))
	}

	p.count(poll, failure, now)
}

// recover tells the supervisor about a good fetch: one with something to use.
func (p *poller) recover(t verdict.Tally, now time.Time) {
	if t.Usable == 0 {
		return
	}

	first, settled := p.recovery.Good(now)
	if first {
		p.do(recovered{})
	}

	if settled {
		p.do(recovered{settled: true})
	}
}

// blame ends the poll with a failure that counts against the vendor.
func (p *poller) blame(f *messages.Failure, now time.Time) {
	poll := p.current
	p.fail(f, now)
	p.report(!f.Unreached())
	p.count(poll, f, now)
}

// fail ends the poll with a failure, or with what is held in spite of it.
func (p *poller) fail(f *messages.Failure, now time.Time) {
	poll := p.end()
	if poll.attempts > 0 {
		f = p.missed(poll, f, now)
	}

	p.refuse(poll, f, now)
}

// abandon ends the poll with a failure that is not to be hidden behind what is held.
func (p *poller) abandon(f *messages.Failure, now time.Time) {
	poll := p.end()
	p.do(poll.failed(p.settings.Vendor, f, p.feed(now)))
}

// end makes room for the next poll and gives back what this one did not use.
func (p *poller) end() *poll {
	poll := p.current
	p.current = nil
	p.settings.Budget.cancel(poll.room)

	return poll
}

// count tells the breaker how a poll went; nil is well.
func (p *poller) count(poll *poll, f *messages.Failure, now time.Time) {
	breaker := &p.memory.breaker

	switch {
	case f == nil:
		if breaker.success(now) {
			p.do(noteAsked{})
		}
	case breaker.excuses(f):
		breaker.excuse(poll.begun, now, f)
	case breaker.failure(now, f):
		p.do(noteResting{failure: breaker.refused})
	}
}

func (p *poller) sleep(after time.Duration) {
	p.current.number = p.nextNumber()
	p.do(wake{number: p.current.number, after: after})
}

func (p *poller) nextNumber() uint64 {
	p.memory.number++

	return p.memory.number
}

func (p *poller) do(e effect) { p.effects = append(p.effects, e) }

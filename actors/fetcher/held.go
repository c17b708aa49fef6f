package fetcher

import (
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// holding is what is remembered between the polls of a vendor that is asked less often than rounds are held.
type holding struct {
	quotes  []messages.Quote  // of the last good answer, as judged then; nil before the first
	good    time.Time         // until then they are held after failures too, where no age is too old
	next    time.Time         // when the vendor is asked again; zero before the first poll
	failure *messages.Failure // of the last poll; nil if it was good
}

// jitter is how much earlier than planned a round may come and still count as the one that was planned.
const jitter = 250 * time.Millisecond

// due reports whether the vendor is asked now.
func (p *poller) due(now time.Time) bool {
	every := p.settings.Every

	return every <= 0 || !now.Before(p.memory.holding.next.Add(-min(jitter, every/10)))
}

// keep remembers a good answer.
func (p *poller) keep(poll *poll, quotes []messages.Quote) {
	if every := p.settings.Every; every > 0 {
		p.memory.holding = holding{quotes: quotes, good: poll.begun.Add(2 * every), next: poll.begun.Add(every)}
	}
}

// missed remembers that a poll has failed, and returns the failure with the time of the next one.
func (p *poller) missed(poll *poll, f *messages.Failure, now time.Time) *messages.Failure {
	if p.settings.Every <= 0 {
		return f
	}

	h := &p.memory.holding
	h.next = poll.begun.Add(p.settings.AfterFailure)

	again := "asked again at " + clock(h.next, now)
	if f.Detail != "" {
		again = f.Detail + "; " + again
	}

	h.failure = messages.NewFailure(f.Outcome, again)

	return h.failure
}

// hold answers a poll in whose round the vendor is not asked.
func (p *poller) hold(poll *poll, now time.Time) {
	if failure := p.memory.holding.failure; failure != nil {
		p.refuse(poll, failure, now)

		return
	}

	quotes, usable := p.still(now)
	p.do(poll.fetched(p.settings.Vendor, quotes, usable, nil, p.feed(now)))
}

// refuse answers a poll that has failed: with the last good answer while there is something good about it, otherwise with the failure.
func (p *poller) refuse(poll *poll, f *messages.Failure, now time.Time) {
	if quotes, usable := p.stillGood(now); usable > 0 {
		p.do(poll.fetched(p.settings.Vendor, quotes, usable, f, p.feed(now)))
	} else {
		p.do(poll.failed(p.settings.Vendor, f, p.feed(now)))
	}
}

// stillGood is what may stand in for an answer that has failed. Where no age is too old, it may once: until the poll after that.
func (p *poller) stillGood(now time.Time) (quotes []messages.Quote, usable int) {
	if p.settings.Verdict.MaxAge <= 0 && !now.Before(p.memory.holding.good) {
		return nil, 0
	}

	return p.still(now)
}

// still judges the last good answer as it stands now, and says how much of it is usable.
func (p *poller) still(now time.Time) (quotes []messages.Quote, usable int) {
	quotes = append(quotes, p.memory.holding.quotes...)

	for i := range quotes {
		q := &quotes[i]
		q.Flags |= messages.FlagHeld
		q.Outcome, q.Detail = p.judge.Outcome(q, now)

		if q.Usable() {
			usable++
		}
	}

	return quotes, usable
}

// feed is how the vendor's budget stands; nil if it has none and each round may ask.
func (p *poller) feed(now time.Time) *messages.FeedStatus {
	budget := p.settings.Budget
	if p.settings.Every <= 0 && !budget.bounded(now) {
		return nil
	}

	status := budget.Status(now)
	status.Every = p.settings.Every

	return &messages.FeedStatus{Budget: &status}
}

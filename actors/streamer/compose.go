package streamer

import (
	"time"

	"github.com/rollcall-go/rollcall/actors/internal/verdict"
	"github.com/rollcall-go/rollcall/messages"
)

// conclude answers the question with what is there; polled is the fallback's answer, nil without.
func (b *switchboard) conclude(polled *messages.QuotesFetched, now time.Time) {
	asked := b.asked

	if polled == nil && !b.any() {
		b.refuse(b.failure(), now)

		return
	}

	message := &messages.QuotesFetched{
		Vendor: b.settings.Vendor, Round: asked.round, Quotes: b.quotes(now), Feed: b.status(now),
	}

	if polled != nil {
		merge(message.Quotes, polled.Quotes)
		message.Latency, message.Attempts = polled.Latency, polled.Attempts

		if polled.Feed != nil {
			message.Feed.Budget = polled.Feed.Budget
		}
	}

	var tally verdict.Tally
	for i := range message.Quotes {
		tally.Count(message.Quotes[i].Outcome)
	}

	message.Usable = tally.Usable
	b.asked = nil
	b.do(answer{to: asked.from, message: message})
	b.recover(tally.Usable, now)
}

// refuse answers the question, if there is one, with a failure.
func (b *switchboard) refuse(f *messages.Failure, now time.Time) {
	asked := b.asked
	if asked == nil {
		return
	}

	message := &messages.FetchFailed{Vendor: b.settings.Vendor, Round: asked.round, Failure: *f, Feed: b.status(now)}
	b.asked = nil
	b.do(answer{to: asked.from, message: message})
}

// recover tells the supervisor about a good answer: one with something to use.
func (b *switchboard) recover(usable int, now time.Time) {
	if usable == 0 {
		return
	}

	first, settled := b.recovery.Good(now)
	if first {
		b.do(recovered{})
	}

	if settled {
		b.do(recovered{settled: true})
	}
}

// quotes returns every instrument's quote as it stands now. The instruments of a line that is down carry its failure, and so do those without a
// quote while there is no connection.
func (b *switchboard) quotes(now time.Time) []messages.Quote {
	quotes := make([]messages.Quote, len(b.board.quotes))

	for i := range b.lines {
		l := &b.lines[i]
		failure := l.reason()

		for at := l.from; at < l.to; at++ {
			if l.standing == up && (l.current != nil || b.board.has(at)) {
				quotes[at] = b.board.judged(at, now)
			} else {
				quotes[at] = b.board.without(at, failure.Outcome, failure.Detail)
			}
		}
	}

	return quotes
}

// merge puts a poll's quotes where the board has nothing to use, or something older.
func merge(quotes, polled []messages.Quote) {
	for i := range quotes {
		q, p := &quotes[i], &polled[i]
		nothing := q.ReceivedAt.IsZero()

		if nothing || p.Usable() && (!q.Usable() || p.AsOf().After(q.AsOf())) {
			*q = *p
		}
	}
}

// any reports whether a line's part of the board may be served.
func (b *switchboard) any() bool {
	for i := range b.lines {
		if b.lines[i].standing == up {
			return true
		}
	}

	return len(b.lines) == 0
}

// failure is why there are no quotes at all: what will not heal by itself comes first. What the fallback has said is the last word.
func (b *switchboard) failure() *messages.Failure {
	failure := b.lines[0].reason()

	for i := range b.lines {
		if reason := b.lines[i].reason(); final(reason) {
			failure = reason

			break
		}
	}

	if polled := b.asked.failure; polled != nil {
		return messages.NewFailure(polled.Outcome, polled.Detail+"; stream: "+failure.Error())
	}

	return failure
}

// status is how the stream stands.
func (b *switchboard) status(now time.Time) *messages.FeedStatus {
	m := b.memory
	stream := &messages.StreamStatus{
		State: messages.StreamConnecting, AliveAge: -1,
		Connects: m.connects, Messages: m.messages, Updates: m.updates, Conflated: m.conflated, Dropped: m.dropped, Gaps: m.gaps,
	}
	thin, gone := false, false

	for i := range b.lines {
		l := &b.lines[i]
		thin = thin || l.kept.pulse.thin
		gone = gone || l.standing != up

		if l.current != nil {
			stream.Connections++
		}

		if age := now.Sub(l.alive); !l.alive.IsZero() && (stream.AliveAge < 0 || age < stream.AliveAge) {
			stream.AliveAge = max(age, 0)
		}
	}

	var budget *messages.BudgetStatus

	switch asked := b.asked; {
	case asked != nil && asked.polled && gone:
		stream.State, budget = messages.StreamPolled, asked.budget
	case thin:
		stream.State = messages.StreamThin
	case stream.Connections > 0:
		stream.State = messages.StreamLive
	}

	return &messages.FeedStatus{Stream: stream, Budget: budget}
}

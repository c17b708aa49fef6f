package streamer

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/messages"
)

// moment is how long before the round's deadline an answer that waits is given, so that it is in time.
const moment = 20 * time.Millisecond

// question is a FetchQuotes that is not answered yet: it waits for the first quotes, or for the fallback.
type question struct {
	from    *actor.PID // nil if nobody wants the answer
	round   messages.Round
	limit   time.Time         // it is answered by then, with what is there
	polled  bool              // the fallback has been asked
	polling bool              // and has not answered
	failure *messages.Failure // why the fallback has no quotes; nil unless it said so
	budget  *messages.BudgetStatus
}

// fallen takes the fallback's failure.
func (q *question) fallen(message *messages.FetchFailed) {
	q.polling, q.failure = false, &message.Failure
	if message.Feed != nil {
		q.budget = message.Feed.Budget
	}
}

// fetch takes a round's question. One that is still open has been overtaken: it is answered first.
func (b *switchboard) fetch(message *messages.FetchQuotes, from *actor.PID, now time.Time) []effect {
	b.effects = b.effects[:0]

	if b.asked != nil {
		b.conclude(nil, now)
	}

	b.asked = &question{from: from, round: message.Round, limit: message.Deadline.Add(-moment)}
	if own := b.settings.Deadline; own > 0 {
		b.asked.limit = earliest(b.asked.limit, now.Add(own))
	}

	switch {
	case !now.Before(message.Deadline):
		b.refuse(messages.NewFailure(messages.OutcomeTimeout, "asked after its deadline"), now)
	case b.polls && !b.served(now) && now.Before(b.asked.limit):
		b.asked.polled, b.asked.polling = true, true
		b.do(poll{message: &messages.FetchQuotes{Round: message.Round, Deadline: b.asked.limit}})
	}

	return b.review(now)
}

// polled takes the fallback's quotes. They stay on the board: a later round may have nothing newer.
func (b *switchboard) polled(message *messages.QuotesFetched, now time.Time) []effect {
	b.effects = b.effects[:0]

	if message.Attempts > 0 {
		b.report(message.Failure == nil || !message.Failure.Unreached())
	}

	if b.waitsFor(message.Round) && len(message.Quotes) == len(b.board.quotes) {
		b.asked.polling = false
		b.conclude(message, now)
		b.seed(message.Quotes)
	}

	return b.review(now)
}

// pollFailed takes the fallback's failure.
func (b *switchboard) pollFailed(message *messages.FetchFailed, now time.Time) []effect {
	b.effects = b.effects[:0]

	if message.Attempts > 0 {
		b.report(!message.Failure.Unreached())
	}

	if b.waitsFor(message.Round) {
		b.asked.fallen(message)
	}

	return b.review(now)
}

func (b *switchboard) waitsFor(round messages.Round) bool {
	return b.asked != nil && b.asked.polling && b.asked.round == round
}

// seed puts usable quotes of a poll on the board. They are held there, not streamed.
func (b *switchboard) seed(quotes []messages.Quote) {
	for i := range b.lines {
		l := &b.lines[i]

		for at := l.from; at < l.to; at++ {
			if !quotes[at].Usable() {
				continue
			}

			q := quotes[at]
			q.Flags |= messages.FlagHeld

			if _, first := b.board.put(at, &q); first {
				l.missing--
			}
		}
	}
}

// settle answers the question as soon as nothing better can be expected.
func (b *switchboard) settle(now time.Time) {
	if b.asked == nil {
		return
	}

	waiting := b.asked.polling || b.hopeful(now)
	if !waiting || b.served(now) || !now.Before(b.asked.limit) {
		b.conclude(nil, now)
	}
}

// served reports whether the board alone is a good answer now.
func (b *switchboard) served(now time.Time) bool {
	for i := range b.lines {
		if l := &b.lines[i]; l.standing != up || l.young(now) {
			return false
		}
	}

	return true
}

// hopeful reports whether a line may soon have its first quotes.
func (b *switchboard) hopeful(now time.Time) bool {
	for i := range b.lines {
		if l := &b.lines[i]; l.standing == opening || l.young(now) {
			return true
		}
	}

	return false
}

// waking is when the question is to be looked at again.
func (b *switchboard) waking(now time.Time) time.Time {
	next := b.asked.limit

	for i := range b.lines {
		if l := &b.lines[i]; l.young(now) {
			next = earliest(next, l.patience)
		}
	}

	return next
}

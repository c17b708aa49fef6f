package fetcher

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/messages"
)

// poll is the state of one FetchQuotes from its arrival to its answer.
type poll struct {
	from  *actor.PID // nil if nobody wants the answer
	round messages.Round
	begun time.Time
	start time.Time // no request is made before
	due   time.Time // an answer after this time no longer counts
	end   time.Time // the request is cut off: at due, or a moment later if due is the round's deadline

	number   uint64 // of the attempt or the timer it waits for; 0 while an older poll's attempt has not ended
	attempts int    // requests made
	asked    time.Time
	room     *room // what the budget has set aside for the next attempt; nil if there is nothing
	last     *messages.Failure
	latency  time.Duration // of the last attempt that has ended
}

// newPoll returns a poll whose first request is made after a delay.
func newPoll(s *Settings, message *messages.FetchQuotes, from *actor.PID, now time.Time, delay time.Duration) *poll {
	p := &poll{
		from:  from,
		round: message.Round,
		begun: now,
		start: now.Add(delay),
		due:   message.Deadline,
		end:   message.Deadline.Add(grace),
	}

	if own := now.Add(delay + s.Deadline); s.Deadline > 0 && own.Before(p.end) {
		p.end = own
		p.due = earlier(p.due, own)
	}

	return p
}

// over reports whether an attempt that begins now could not be in time.
func (p *poll) over(now time.Time) bool { return !now.Before(p.due) }

// waited is how long the poll has lasted, its allowed time at most.
func (p *poll) waited(now time.Time) time.Duration { return earlier(now, p.due).Sub(p.begun) }

func (p *poll) failed(vendor messages.Vendor, f *messages.Failure, feed *messages.FeedStatus) answer {
	return answer{to: p.from, message: &messages.FetchFailed{
		Vendor: vendor, Round: p.round, Failure: *f, Latency: p.latency, Attempts: p.attempts, Feed: feed,
	}}
}

// fetched answers with quotes; the failure says why they are held although the vendor was to be asked.
func (p *poll) fetched(
	vendor messages.Vendor, quotes []messages.Quote, usable int, held *messages.Failure, feed *messages.FeedStatus,
) answer {
	return answer{to: p.from, message: &messages.QuotesFetched{
		Vendor: vendor, Round: p.round, Quotes: quotes, Usable: usable, Latency: p.latency, Attempts: p.attempts, Feed: feed, Failure: held,
	}}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}

	return a
}

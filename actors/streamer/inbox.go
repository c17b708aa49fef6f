package streamer

import (
	"sync"
	"time"

	"github.com/rollcall-go/rollcall/actors/internal/verdict"
	"github.com/rollcall-go/rollcall/messages"
)

// inbox is where a connection's goroutine leaves what it hears and the actor finds it. It keeps the newest quote of each instrument only:
// its size is the line's, however much comes and however slow the actor is.
type inbox struct {
	judge    *verdict.Judge
	skew     time.Duration
	from, to int // the line's positions in the listing

	mu      sync.Mutex
	newest  []messages.Quote // by position, counted from the line's first; no Instrument means nothing new
	touched []int            // which of them are new
	news    news
	posted  bool // the actor knows that there is something
	closed  bool // nobody listens any more
}

// news is what has come since the last time.
type news struct {
	quotes []messages.Quote // the newest of each instrument
	heard  time.Time        // the last sign of life; zero if there was none
	ready  bool

	counters
}

// counters count what a stream has said.
type counters struct {
	messages  uint64 // the vendor's
	updates   uint64 // quotes of instruments that were asked for
	conflated uint64 // of them replaced before the actor saw them
	dropped   uint64 // older than what was known
	gaps      uint64
}

func (c *counters) add(more *counters) {
	c.messages += more.messages
	c.updates += more.updates
	c.conflated += more.conflated
	c.dropped += more.dropped
	c.gaps += more.gaps
}

func newInbox(judge *verdict.Judge, skew time.Duration, from, to int) *inbox {
	return &inbox{
		judge: judge, skew: skew, from: from, to: to,
		newest: make([]messages.Quote, to-from), touched: make([]int, 0, to-from),
	}
}

// put takes an update and reports whether the actor must be told: it is told once, until it looks.
func (b *inbox) put(update *messages.StreamUpdate, now time.Time) (tell bool) {
	b.mu.Lock()
	defer b.mu.Unlock()

	if b.closed {
		return false
	}

	b.news.heard = now
	b.news.ready = b.news.ready || update.Ready
	b.news.messages += update.Messages
	b.news.dropped += update.Dropped
	b.news.gaps += update.Gaps

	for i := range update.Quotes {
		b.keep(&update.Quotes[i], now)
	}

	tell = !b.posted
	b.posted = true

	return tell
}

// keep keeps one quote. Nothing was requested, so it counts as requested when it was received.
func (b *inbox) keep(q *messages.Quote, now time.Time) {
	at, asked := b.judge.Position(q.Instrument)
	if !asked || at < b.from || at >= b.to {
		return
	}

	b.news.updates++

	place := &b.newest[at-b.from]

	switch {
	case place.Instrument == "":
		b.touched = append(b.touched, at-b.from)
	case older(q, place, b.skew):
		b.news.dropped++

		return
	default:
		b.news.conflated++
	}

	*place = *q
	place.RequestedAt, place.ReceivedAt = now, now
	place.Flags |= messages.FlagStreamed
}

// take empties the inbox. The quotes are appended to the buffer.
func (b *inbox) take(buffer []messages.Quote) news {
	b.mu.Lock()
	defer b.mu.Unlock()

	for _, at := range b.touched {
		buffer = append(buffer, b.newest[at])
		b.newest[at] = messages.Quote{}
	}

	taken := b.news
	taken.quotes = buffer
	b.touched, b.news, b.posted = b.touched[:0], news{}, false

	return taken
}

// close makes the inbox deaf.
func (b *inbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()

	b.closed = true
}

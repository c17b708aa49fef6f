package store

import (
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// A feed is a byte of flags and what they announce, in this order:
//
//	feedStream  the state's text; the age of the last sign of life in nanoseconds, signed; the connections; six counters
//	feedBudget  the key's text; every how many nanoseconds the vendor is asked; the credits left, signed
//	feedPaused  until when the budget is paused: nanoseconds since the round's start, signed

// What a feed has.
const (
	feedStream byte = 1 << iota
	feedBudget
	feedPaused
	feedFlags = iota // how many there are
)

func (w *writer) feed(f *messages.FeedStatus, start int64) {
	at := len(w.dst)
	w.dst = append(w.dst, 0)

	if f == nil {
		return
	}

	if s := f.Stream; s != nil {
		w.dst[at] |= feedStream
		w.text(string(s.State))
		w.signed(int64(s.AliveAge))
		w.signed(int64(s.Connections))

		for _, n := range counters(s) {
			w.unsigned(*n)
		}
	}

	if b := f.Budget; b != nil {
		w.dst[at] |= feedBudget
		w.text(b.Key)
		w.signed(int64(b.Every))
		w.signed(int64(b.Remaining))

		if until, ok := unixNano(b.PausedUntil); ok {
			w.dst[at] |= feedPaused
			w.signed(until - start) // may wrap round, and back in the reader
		}
	}
}

// feed returns nil where there is none.
func (c *cursor) feed(start int64) *messages.FeedStatus {
	has := c.octet()
	c.bad = c.bad || has>>feedFlags != 0 || has&(feedBudget|feedPaused) == feedPaused

	if c.bad || has == 0 {
		return nil
	}

	f := &messages.FeedStatus{}

	if has&feedStream != 0 {
		f.Stream = &messages.StreamStatus{
			State: messages.StreamState(c.text()), AliveAge: time.Duration(c.signed()), Connections: int(c.signed()),
		}

		for _, n := range counters(f.Stream) {
			*n = c.unsigned()
		}
	}

	if has&feedBudget != 0 {
		f.Budget = &messages.BudgetStatus{Key: string(c.text()), Every: time.Duration(c.signed()), Remaining: int(c.signed())}
	}

	if has&feedPaused != 0 {
		f.Budget.PausedUntil = time.Unix(0, start+c.signed()).UTC()
	}

	return f
}

// counters are a stream's, in the order in which they are kept.
func counters(s *messages.StreamStatus) [6]*uint64 {
	return [...]*uint64{&s.Connects, &s.Messages, &s.Updates, &s.Conflated, &s.Dropped, &s.Gaps}
}

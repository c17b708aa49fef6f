package streamer

import (
	"time"

	"github.com/rollcall-go/rollcall/actors/internal/verdict"
	"github.com/rollcall-go/rollcall/messages"
)

// board holds the newest quote of every instrument, by position. Places without one have no Instrument.
type board struct {
	settings *Settings
	judge    *verdict.Judge
	quotes   []messages.Quote
}

func newBoard(s *Settings, judge *verdict.Judge) board {
	return board{settings: s, judge: judge, quotes: make([]messages.Quote, len(s.Instruments))}
}

// put keeps a quote unless a newer one is there, and reports whether it is kept and whether the place was empty.
func (b *board) put(at int, q *messages.Quote) (kept, first bool) {
	place := &b.quotes[at]
	first = place.Instrument == ""

	if !first && older(q, place, b.settings.Verdict.MaxSkew) {
		return false, false
	}

	*place = *q

	return true, first
}

// forget empties the places from … to−1 whose quotes were received before a time, and returns how many are empty then.
func (b *board) forget(from, to int, before time.Time) int {
	empty := 0

	for at := from; at < to; at++ {
		if b.quotes[at].Instrument != "" && b.quotes[at].ReceivedAt.Before(before) {
			b.quotes[at] = messages.Quote{}
		}

		if b.quotes[at].Instrument == "" {
			empty++
		}
	}

	return empty
}

// has reports whether a place has a quote.
func (b *board) has(at int) bool { return b.quotes[at].Instrument != "" }

// judged returns one place's quote as it stands now.
func (b *board) judged(at int, now time.Time) messages.Quote {
	q := b.quotes[at]
	if q.Instrument == "" {
		return b.without(at, messages.OutcomeMissingSymbol, "no update yet")
	}

	q.Vendor = b.settings.Vendor
	q.Outcome, q.Detail = b.judge.Outcome(&q, now)

	return q
}

// without is what is said about an instrument that has no quote.
func (b *board) without(at int, outcome messages.Outcome, detail string) messages.Quote {
	return messages.Quote{Instrument: b.settings.Instruments[at], Vendor: b.settings.Vendor, Outcome: outcome, Detail: detail}
}

// older reports whether a quote is from before another one, by the vendor's own clock. One that claims to be from the future must not block
// the way for all that come after it.
func older(q, than *messages.Quote, skew time.Duration) bool {
	if q.VendorTime.IsZero() || than.VendorTime.IsZero() || than.VendorTime.Sub(than.ReceivedAt) > skew {
		return false
	}

	return q.VendorTime.Before(than.VendorTime)
}

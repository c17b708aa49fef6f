package store

import (
	"encoding/binary"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// The quotes column of a report is one byte string, so that a vendor costs one row, however many instruments it lists:
//
//	version   one byte, quotesVersion
//	feed      how the vendor's stream and budget stood, as feed.go says; not in version 1
//	count     how many quotes there are
//	quotes    one for each of the first instruments of the listing, in its order
//	extras    what some of them have besides, as extras.go says; not in version 1
//	verdicts  up to the end: one for each instrument whose first source is this listing, in its order
//
// A quote is a byte of flags and what they announce, in this order:
//
//	quoteOutcome                                         the outcome, where it is not that of the quote before (at first: ok)
//	quoteDetail, quotePrice, quoteBid, quoteAsk          the text
//	quoteVendorTime, quoteRequestedAt, quoteReceivedAt   nanoseconds since the same time of the quote before (at first: the round's start)
//
// and so is a verdict:
//
//	verdictSkip    how many instruments of the listing before it have no verdict here
//	verdictStatus  the status, where it is not that of the verdict before (at first: good)
//	verdictUsed    how many sources, where it is not that of the verdict before (at first: 1)
//	verdictAge     how much older the price is than that of the verdict before (at first: 0 ns)
//	verdictPrice   the price's text, where it is not
//	verdictOwn     the price of this listing's own quote; then nothing follows
//
// Numbers are varints, signed where they may be negative; a text is its length and its bytes.
const (
	quotesVersion = 2
	quotesPlain   = 1 // the version before: read, no longer written
)

// What a quote has.
const (
	quoteOutcome byte = 1 << iota
	quoteDetail
	quotePrice
	quoteBid
	quoteAsk
	quoteVendorTime
	quoteRequestedAt
	quoteReceivedAt
)

// What a verdict has.
const (
	verdictSkip byte = 1 << iota
	verdictStatus
	verdictUsed
	verdictAge
	verdictPrice
	verdictOwn
	verdictFlags = iota // how many there are
)

// home is where an instrument's verdict is kept: its place in the listing that is its first source.
type home struct{ position, entry int }

// answer is what one vendor's row is made of.
type answer struct {
	started time.Time // the round
	feed    *messages.FeedStatus
	quotes  []messages.Quote
	homes   []home
}

// append appends the encoding of an answer, and of the verdicts at home there, out of the verdicts on all entries.
func (a *answer) append(dst []byte, all []messages.InstrumentReport) []byte {
	start, _ := unixNano(a.started)

	w := writer{dst: append(dst, quotesVersion), outcome: messages.OutcomeOK, status: messages.InstrumentGood, used: 1}
	w.times = [3]int64{start, start, start}
	w.feed(a.feed, start)
	w.unsigned(uint64(len(a.quotes)))

	for i := range a.quotes {
		w.quote(&a.quotes[i])
	}

	w.extras(a.quotes)

	for _, at := range a.homes {
		own := ""
		if at.position < len(a.quotes) {
			own = a.quotes[at.position].Price.Text()
		}

		w.verdict(at.position, &all[at.entry], own)
	}

	return w.dst
}

// writer remembers what the quote and the verdict before had.
type writer struct {
	dst      []byte
	outcome  messages.Outcome
	times    [3]int64
	status   messages.InstrumentStatus
	used     int
	age      time.Duration
	position int // the next one
}

func (w *writer) quote(q *messages.Quote) {
	at := len(w.dst)
	w.dst = append(w.dst, 0)

	var flags byte

	if q.Outcome != w.outcome {
		flags |= quoteOutcome
		w.outcome = q.Outcome
		w.text(string(q.Outcome))
	}

	for i, s := range [...]string{q.Detail, q.Price.Text(), q.Bid.Text(), q.Ask.Text()} {
		if s != "" {
			flags |= quoteDetail << i
			w.text(s)
		}
	}

	for i, t := range [...]time.Time{q.VendorTime, q.RequestedAt, q.ReceivedAt} {
		if now, ok := unixNano(t); ok {
			flags |= quoteVendorTime << i
			w.signed(now - w.times[i]) // may wrap round, and back in the reader
			w.times[i] = now
		}
	}

	w.dst[at] = flags
}

func (w *writer) verdict(position int, r *messages.InstrumentReport, own string) {
	at := len(w.dst)
	w.dst = append(w.dst, 0)

	var flags byte

	if position != w.position {
		flags |= verdictSkip
		w.unsigned(uint64(position - w.position)) //nolint:gosec // homes are in order
	}

	w.position = position + 1

	if r.Status != w.status {
		flags |= verdictStatus
		w.status = r.Status
		w.text(string(r.Status))
	}

	if r.Used != w.used {
		flags |= verdictUsed
		w.used = r.Used
		w.signed(int64(r.Used))
	}

	if r.Age != w.age {
		flags |= verdictAge
		w.signed(int64(r.Age - w.age))
		w.age = r.Age
	}

	switch price := r.Price.Text(); price {
	case "":
	case own:
		flags |= verdictOwn
	default:
		flags |= verdictPrice
		w.text(price)
	}

	w.dst[at] = flags
}

func (w *writer) unsigned(n uint64) { w.dst = binary.AppendUvarint(w.dst, n) }

func (w *writer) signed(n int64) { w.dst = binary.AppendVarint(w.dst, n) }

func (w *writer) text(s string) {
	w.unsigned(uint64(len(s)))
	w.dst = append(w.dst, s...)
}

// unixNano is false for no time, and for one that does not fit: outside 1678 … 2262 it is no market's.
func unixNano(t time.Time) (int64, bool) {
	if year := t.Year(); year <= 1678 || year >= 2262 {
		return 0, false
	}

	return t.UnixNano(), true
}

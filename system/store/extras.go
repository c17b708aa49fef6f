package store

import (
	"strings"

	"github.com/rollcall-go/rollcall/messages"
)

// The extras are how many there are, and then each: how many quotes before it have none, a byte of flags, and what they announce, in this order:
//
//	extraFlags                        the words of the quote's flags, joined by commas; quotes that follow have them too
//	extraMore                         nothing: the quote has a More, with what follows
//	extraMid, extraSize, extraVolume  the text
//	extraCurrency, extraUnit          the text, where it is not that of the More before (at first: empty)
//	extraSequence                     the number less that of the More before (at first: 0), without a sign; it wraps round
//
// Words, not bits, so that the history does not depend on the order of the constants.

// What an extra has.
const (
	extraFlags byte = 1 << iota
	extraMore
	extraMid
	extraSize
	extraVolume
	extraCurrency
	extraUnit
	extraSequence
)

// extra is what the quotes of one answer have in common so far.
type extra struct {
	flags          messages.Flags
	currency, unit string
	sequence       uint64
}

func (w *writer) extras(quotes []messages.Quote) {
	count, flags := 0, messages.Flags(0)

	for i := range quotes {
		if quotes[i].More != nil || quotes[i].Flags != flags {
			count++
		}

		flags = quotes[i].Flags
	}

	w.unsigned(uint64(count))

	var last extra

	skipped := 0

	for i := range quotes {
		q := &quotes[i]
		if q.More == nil && q.Flags == last.flags {
			skipped++

			continue
		}

		w.unsigned(uint64(skipped))
		w.extra(q, &last)

		skipped = 0
	}
}

func (w *writer) extra(q *messages.Quote, last *extra) {
	at := len(w.dst)
	w.dst = append(w.dst, 0)

	var has byte

	if q.Flags != last.flags {
		has |= extraFlags
		last.flags = q.Flags
		w.text(q.Flags.String())
	}

	if m := q.More; m != nil {
		has |= extraMore | w.more(m, last)
	}

	w.dst[at] = has
}

// more appends what a vendor says, and returns the flags that announce it.
func (w *writer) more(m *messages.More, last *extra) (has byte) {
	for i, number := range [...]messages.Price{m.Mid, m.Size, m.Volume} {
		if !number.IsZero() {
			has |= extraMid << i
			w.text(number.Text())
		}
	}

	if m.Currency != last.currency {
		has |= extraCurrency
		last.currency = m.Currency
		w.text(m.Currency)
	}

	if m.Unit != last.unit {
		has |= extraUnit
		last.unit = m.Unit
		w.text(m.Unit)
	}

	if m.Sequence != last.sequence {
		has |= extraSequence
		w.unsigned(m.Sequence - last.sequence)
		last.sequence = m.Sequence
	}

	return has
}

// extras puts them where they belong.
func (c *cursor) extras(quotes []rawQuote) {
	var last extra

	next := 0 // the first quote that may have one

	for range c.unsigned() {
		at := c.skip(next)
		if c.bad || at >= len(quotes) {
			c.bad = true

			return
		}

		for i := next; i < at; i++ {
			quotes[i].flags = last.flags
		}

		c.extra(&quotes[at], &last)
		next = at + 1
	}

	for i := next; i < len(quotes); i++ {
		quotes[i].flags = last.flags
	}
}

func (c *cursor) extra(q *rawQuote, last *extra) {
	has := c.octet()

	if has&extraFlags != 0 {
		last.flags = flagsOf(string(c.text()))
	}

	q.flags = last.flags

	if has&extraMore == 0 {
		c.bad = c.bad || has&^extraFlags != 0

		return
	}

	q.more = c.more(has, last)
}

func (c *cursor) more(has byte, last *extra) *messages.More {
	m := &messages.More{}

	for i, number := range [...]*messages.Price{&m.Mid, &m.Size, &m.Volume} {
		if has&(extraMid<<i) == 0 {
			continue
		}

		var err error
		if *number, err = decimal(c.text()); err != nil {
			c.bad = true
		}
	}

	if has&extraCurrency != 0 {
		last.currency = string(c.text())
	}

	if has&extraUnit != 0 {
		last.unit = string(c.text())
	}

	if has&extraSequence != 0 {
		last.sequence += c.unsigned()
	}

	m.Currency, m.Unit, m.Sequence = last.currency, last.unit, last.sequence

	return m
}

// flagsOf returns the flags with these words. Words of a newer program are left out.
func flagsOf(words string) messages.Flags {
	var flags messages.Flags

	for word := range strings.SplitSeq(words, ",") {
		flag, _ := messages.ParseFlag(word)
		flags |= flag
	}

	return flags
}

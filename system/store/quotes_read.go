package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// errQuotes says that a report's quotes are not in the encoding of quotes.go.
var errQuotes = errors.New("quotes cannot be read")

// rawQuote is a quote as it is encoded; its texts lie in the encoding.
type rawQuote struct {
	outcome string
	texts   [4][]byte // detail, price, bid, ask
	times   [3]int64  // vendor's, requested, received; those that has announces
	has     byte
	flags   messages.Flags
	more    *messages.More
}

// rawVerdict is a verdict as it is encoded.
type rawVerdict struct {
	position int // in the listing
	status   string
	used     int
	age      time.Duration
	price    []byte
}

// decoded is the contents of one quotes column. Decoding into it again reuses its memory; it must not outlive the encoding.
type decoded struct {
	feed     *messages.FeedStatus
	quotes   []rawQuote
	verdicts []rawVerdict
}

// decode reads an encoding of a round that started at the given nanosecond, 0 if the round does not say. Whatever the bytes, it does not
// panic and takes memory in proportion to them.
func (d *decoded) decode(data []byte, start int64) error {
	d.feed, d.quotes, d.verdicts = nil, d.quotes[:0], d.verdicts[:0]

	if len(data) == 0 {
		return fmt.Errorf("%w: empty", errQuotes)
	}

	plain := data[0] == quotesPlain
	if !plain && data[0] != quotesVersion {
		return fmt.Errorf("%w: version %d", errQuotes, data[0])
	}

	r := cursor{data: data[1:]}

	if !plain {
		d.feed = r.feed(start)
	}

	count := r.unsigned()
	if count > uint64(len(r.data)) { // each has a byte at least
		return fmt.Errorf("%w: %d in %d bytes", errQuotes, count, len(r.data))
	}

	last := rawQuote{outcome: string(messages.OutcomeOK), times: [3]int64{start, start, start}}
	for range count {
		r.quote(&last)
		d.quotes = append(d.quotes, last)
	}

	if !plain {
		r.extras(d.quotes)
	}

	before := rawVerdict{position: -1, status: string(messages.InstrumentGood), used: 1}
	for len(r.data) > 0 && !r.bad {
		r.verdict(&before, d.quotes)
		d.verdicts = append(d.verdicts, before)
	}

	if r.bad {
		return fmt.Errorf("%w: cut short or scrambled", errQuotes)
	}

	return nil
}

// cursor reads from the front of data. Once something is wrong, it is bad and reads nothing.
type cursor struct {
	data []byte
	bad  bool
}

// quote turns the quote before into the next one.
func (c *cursor) quote(q *rawQuote) {
	q.has = c.octet()

	if q.has&quoteOutcome != 0 {
		q.outcome = string(c.text())
	}

	for i := range q.texts {
		q.texts[i] = nil
		if q.has&(quoteDetail<<i) != 0 {
			q.texts[i] = c.text()
		}
	}

	for i := range q.times {
		if q.has&(quoteVendorTime<<i) != 0 {
			q.times[i] += c.signed()
		}
	}
}

// verdict turns the verdict before into the next one.
func (c *cursor) verdict(v *rawVerdict, quotes []rawQuote) {
	flags := c.octet()
	v.position++

	if flags&verdictSkip != 0 {
		v.position = c.skip(v.position)
	}

	if flags&verdictStatus != 0 {
		v.status = string(c.text())
	}

	if flags&verdictUsed != 0 {
		v.used = int(c.signed())
	}

	if flags&verdictAge != 0 {
		v.age += time.Duration(c.signed())
	}

	v.price = nil

	switch {
	case flags&verdictPrice != 0:
		v.price = c.text()
	case flags&verdictOwn != 0 && v.position < len(quotes):
		v.price = quotes[v.position].texts[1]
	}

	c.bad = c.bad || flags>>verdictFlags != 0 || (flags&(verdictPrice|verdictOwn) != 0) != (len(v.price) > 0)
}

// skip returns the position after some that are left out; no listing is anywhere near as long as 2³¹.
func (c *cursor) skip(position int) int {
	const most = 1 << 31

	by := c.unsigned()
	if by > most || position > most {
		c.bad = true

		return position
	}

	return position + int(by)
}

func (c *cursor) octet() byte {
	if c.bad || len(c.data) == 0 {
		c.bad = true

		return 0
	}

	b := c.data[0]
	c.data = c.data[1:]

	return b
}

func (c *cursor) unsigned() uint64 {
	value, size := binary.Uvarint(c.data)
	if !c.advance(size) {
		return 0
	}

	return value
}

func (c *cursor) signed() int64 {
	value, size := binary.Varint(c.data)
	if !c.advance(size) {
		return 0
	}

	return value
}

// advance goes past a varint of a size; a size of 0 or less is encoding/binary's word for none.
func (c *cursor) advance(size int) bool {
	if c.bad || size <= 0 {
		c.bad = true

		return false
	}

	c.data = c.data[size:]

	return true
}

func (c *cursor) text() []byte {
	size := c.unsigned()
	if c.bad || size > uint64(len(c.data)) {
		c.bad = true

		return nil
	}

	text := c.data[:size]
	c.data = c.data[size:]

	return text
}

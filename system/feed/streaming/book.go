package streaming

import (
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/reading"
)

// Words of Stream.Order and Parse.Choose.
const (
	orderRising  = "rising"
	orderGapless = "gapless"

	chooseFirst = "first"
	chooseLast  = "last"
)

// maxSequenceGap is the widest gap that is counted message by message. Anything wider is a vendor that counts otherwise.
const maxSequenceGap = 1 << 32

// maxSkew is how far ahead of ours a vendor's clock may be. A time beyond that is false, and would make everything after it look old.
const maxSkew = 5 * time.Second

// book is what is known of each instrument of a connection: it tells new from old, and puts together what comes in pieces.
type book struct {
	reader  *reading.Reader
	targets *reading.Targets
	merge   bool
	gapless bool
	choose  string
	silence time.Duration

	pages []page

	// What the last call of enter found.
	dropped, gaps uint64
	stuck         bool

	round uint64 // counts calls of enter
}

// page is what is known of one instrument.
type page struct {
	fields   reading.Fields
	known    bool
	sequence uint64    // 0: none yet
	newest   time.Time // the vendor's time of the newest row
	behind   time.Time // since when every row is older than the newest; zero while they are not
	round    uint64    // the last call of enter that used it
	at       int       // its quote among those of that call
}

func newBook(p *plan, g *group) *book {
	return &book{
		reader: p.reader, targets: g.targets, pages: make([]page, len(g.symbols)),
		merge: p.merge, gapless: p.order == orderGapless && p.counter == nil, choose: p.choose, silence: p.silence,
	}
}

// enter takes the rows of one message, received at now. It appends to the quotes one for each instrument about which it has news; a row counts for
// every instrument with its key, and rows of instruments that nobody asked for are left out.
func (b *book) enter(now time.Time, rows []reading.Row, quotes []messages.Quote) []messages.Quote {
	b.dropped, b.gaps, b.stuck = 0, 0, false
	b.round++

	if b.choose == chooseLast && !b.merge {
		rows = b.lastOnly(rows)
	}

	for i := range rows {
		first, found := b.find(&rows[i])
		if !found {
			continue
		}

		quotes = b.note(first, &rows[i], now, quotes)

		if b.targets.Keys() < len(b.pages) {
			quotes = b.share(first, &rows[i], now, quotes)
		}
	}

	return quotes
}

// share notes a row for the other instruments with the key of the first. It is one row all the same, which is dropped or missing once.
func (b *book) share(first int, row *reading.Row, now time.Time, quotes []messages.Quote) []messages.Quote {
	dropped, gaps := b.dropped, b.gaps

	for at := range b.targets.All(b.targets.Symbol(first).Key) {
		if at != first {
			quotes = b.note(at, row, now, quotes)
		}
	}

	b.dropped, b.gaps = dropped, gaps

	return quotes
}

// note puts a row into an instrument's page. It appends the quote if it is news, or puts it into the place of one of the same message.
func (b *book) note(at int, row *reading.Row, now time.Time, quotes []messages.Quote) []messages.Quote {
	p := &b.pages[at]
	again := p.round == b.round

	if again && b.choose == chooseFirst && !b.merge {
		return quotes
	}

	quote, news := b.judge(at, row, now)

	switch {
	case !news:
		return quotes
	case again:
		quotes[p.at] = quote

		return quotes
	default:
		p.round, p.at = b.round, len(quotes)

		return append(quotes, quote)
	}
}

// find returns the first of the instruments whose row it is. A row without a key belongs to the one vendor symbol there is.
func (b *book) find(row *reading.Row) (int, bool) {
	if row.Key == "" {
		return 0, b.targets.Keys() == 1
	}

	return b.targets.Find(row.Key)
}

// lastOnly leaves out every row that is followed by another one of its instrument.
func (b *book) lastOnly(rows []reading.Row) []reading.Row {
	last := make(map[int]int, len(rows))

	for i := range rows {
		if at, found := b.find(&rows[i]); found {
			last[at] = i
		}
	}

	var kept []reading.Row

	for i := range rows {
		if at, found := b.find(&rows[i]); found && last[at] == i {
			kept = append(kept, rows[i])
		}
	}

	return kept
}

// judge makes a quote of a row, unless the row is older than what is known.
func (b *book) judge(at int, row *reading.Row, now time.Time) (messages.Quote, bool) {
	p := &b.pages[at]
	numbered := row.Sequence != reading.Value{}

	fields := row.Fields
	if b.merge && p.known {
		fields = fields.Over(p.fields)
	}

	quote := b.reader.Quote(b.targets.Symbol(at), reading.Row{Key: row.Key, Fields: fields})
	quote.ReceivedAt = now
	quote.Flags |= messages.FlagStreamed

	lost, fresh := p.compare(sequenceOf(&quote, numbered), quote.VendorTime, b.gapless)
	if !fresh {
		b.drop(p, now)

		return quote, false
	}

	if lost > 0 {
		b.gaps += lost
		quote.Flags |= messages.FlagGap
	}

	p.fields, p.known, p.behind = fields, true, time.Time{}
	p.sequence = max(p.sequence, sequenceOf(&quote, numbered))

	if !quote.VendorTime.IsZero() && !quote.VendorTime.After(now.Add(maxSkew)) {
		p.newest = quote.VendorTime
	}

	return quote, true
}

// drop counts a row that is too old. Where nothing else comes for long, the vendor has begun to count anew, and only a new connection helps.
func (b *book) drop(p *page, now time.Time) {
	b.dropped++

	switch {
	case p.behind.IsZero():
		p.behind = now
	case now.Sub(p.behind) > b.silence:
		b.stuck = true
	}
}

// sequenceOf returns the number a row carries itself; 0 for none.
func sequenceOf(quote *messages.Quote, numbered bool) uint64 {
	if !numbered || quote.More == nil {
		return 0
	}

	return quote.More.Sequence
}

// compare says whether a row is news, and how many messages are missing before it.
func (p *page) compare(sequence uint64, at time.Time, gapless bool) (lost uint64, fresh bool) {
	if sequence != 0 && p.sequence != 0 {
		switch {
		case sequence < p.sequence, gapless && sequence == p.sequence:
			return 0, false
		case gapless && sequence > p.sequence+1:
			lost = min(sequence-p.sequence-1, maxSequenceGap)
		}
	}

	if !at.IsZero() && at.Before(p.newest) {
		return 0, false // whatever its number says
	}

	return lost, true
}

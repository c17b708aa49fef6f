package feed

import (
	"slices"
	"sync"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// An instrument that the vendor does not know is left out for a while, each time for twice as long, up to an hour: a vendor that loses its list for
// a minute does not lose us the hour.
const (
	firstLeftOut = 5 * time.Minute
	maxLeftOut   = time.Hour
)

// doubts finds out which instrument of a request the vendor does not know. A request that is refused because of one is halved in the next
// fetch, until the one is alone; from then on it is asked for alone, and seldom. So a bad symbol costs the others a few rounds, not their prices.
type doubts struct {
	mutex  sync.Mutex
	pieces map[messages.Instrument]int // which of the halves an instrument stands in
	next   int
	bad    map[messages.Instrument]verdict
}

// verdict is what the vendor said about an instrument alone.
type verdict struct {
	until  time.Time
	wait   time.Duration
	detail string
}

// none reports whether every instrument is asked for as planned.
func (d *doubts) none() bool {
	d.mutex.Lock()
	defer d.mutex.Unlock()

	return len(d.pieces) == 0 && len(d.bad) == 0
}

// piece returns which instruments an instrument may share a request with: those of the same number. One that is known to be bad is out, and its
// detail says why; when its time has come, it is asked for alone.
func (d *doubts) piece(instrument messages.Instrument, now time.Time) (piece int, detail string, out bool) {
	d.mutex.Lock()
	defer d.mutex.Unlock()

	known, bad := d.bad[instrument]
	if bad && now.Before(known.until) {
		return 0, known.detail, true
	}

	if _, doubted := d.pieces[instrument]; bad && !doubted {
		d.next++
		d.put(instrument, d.next)
	}

	return d.pieces[instrument], "", false
}

// put says in which piece an instrument stands.
func (d *doubts) put(instrument messages.Instrument, piece int) {
	if d.pieces == nil {
		d.pieces = make(map[messages.Instrument]int)
	}

	d.pieces[instrument] = piece
}

// refused notes that a request was refused because of an unknown symbol. Symbols of one key, which are asked for at once, are alone.
func (d *doubts) refused(symbols []spec.Symbol, detail string, now time.Time) {
	d.mutex.Lock()
	defer d.mutex.Unlock()

	if !slices.ContainsFunc(symbols, func(s spec.Symbol) bool { return s.Key != symbols[0].Key }) {
		for i := range symbols {
			d.blame(symbols[i].Instrument, detail, now)
		}

		return
	}

	for i := range symbols {
		if i == 0 || i == (len(symbols)+1)/2 {
			d.next++
		}

		d.put(symbols[i].Instrument, d.next)
	}
}

// blame leaves an instrument out.
func (d *doubts) blame(instrument messages.Instrument, detail string, now time.Time) {
	if d.bad == nil {
		d.bad = make(map[messages.Instrument]verdict)
	}

	wait := min(max(2*d.bad[instrument].wait, firstLeftOut), maxLeftOut)
	d.bad[instrument] = verdict{now.Add(wait), wait, detail}
	delete(d.pieces, instrument)
}

// accepted notes that a request was answered.
func (d *doubts) accepted(symbols []spec.Symbol) {
	d.mutex.Lock()
	defer d.mutex.Unlock()

	if len(d.pieces) == 0 {
		return
	}

	for i := range symbols {
		delete(d.pieces, symbols[i].Instrument)
		delete(d.bad, symbols[i].Instrument)
	}
}

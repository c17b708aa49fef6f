package feed

import (
	"sync"
	"time"

	"github.com/rollcall-go/rollcall/messages"
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

func newDoubts() *doubts {
	return &doubts{pieces: make(map[messages.Instrument]int), bad: make(map[messages.Instrument]verdict)}
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
		d.pieces[instrument] = d.next
	}

	return d.pieces[instrument], "", false
}

// refused notes that a request was refused because of an unknown symbol.
func (d *doubts) refused(instruments []messages.Instrument, detail string, now time.Time) {
	d.mutex.Lock()
	defer d.mutex.Unlock()

	if len(instruments) == 1 {
		wait := min(max(2*d.bad[instruments[0]].wait, firstLeftOut), maxLeftOut)
		d.bad[instruments[0]] = verdict{now.Add(wait), wait, detail}
		delete(d.pieces, instruments[0])

		return
	}

	for i, instrument := range instruments {
		if i == 0 || i == (len(instruments)+1)/2 {
			d.next++
		}

		d.pieces[instrument] = d.next
	}
}

// accepted notes that a request was answered.
func (d *doubts) accepted(instruments []messages.Instrument) {
	d.mutex.Lock()
	defer d.mutex.Unlock()

	if len(d.pieces) == 0 {
		return
	}

	for _, instrument := range instruments {
		delete(d.pieces, instrument)
		delete(d.bad, instrument)
	}
}

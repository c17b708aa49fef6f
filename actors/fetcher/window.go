package fetcher

import (
	"slices"
	"time"
)

// coarse is how many spends a window keeps apart. Beyond it, those that are near one another (a 256th of the window) are put together as if
// all were made at the time of the last: a big allowance takes little memory, and errs on the side of caution.
const coarse = 256

// Window is an allowance: Credits in any span of time of length Per, wherever it begins.
type Window struct {
	Credits int
	Per     time.Duration
}

// bounds reports whether the window is one: without credits or a length it bounds nothing.
func (w *Window) bounds() bool { return w.Credits > 0 && w.Per > 0 }

// ledger keeps what was spent within a window. What is under way is kept by the budget.
type ledger struct {
	Window

	spends []spend
}

// spend is credits that were spent between two moments. They count until all of that time is out of the window.
type spend struct {
	first, last time.Time
	credits     int
}

// record adds a spend and forgets what is out of the window for good.
func (l *ledger) record(at time.Time, credits int) {
	l.forget(at)

	if credits == 0 {
		return
	}

	if n := len(l.spends); n >= coarse {
		if last := &l.spends[n-1]; at.Sub(last.first) < l.Per/coarse {
			last.last = later(last.last, at)
			last.credits += credits

			return
		}
	}

	l.spends = append(l.spends, spend{first: at, last: at, credits: credits})
}

func (l *ledger) forget(now time.Time) {
	old := 0
	for old < len(l.spends) && !l.counts(l.spends[old].last, now) {
		old++
	}

	l.spends = slices.Delete(l.spends, 0, old)
}

// counts reports whether what was spent at a time is in the window that ends at another.
func (l *ledger) counts(spent, end time.Time) bool { return spent.After(end.Add(-l.Per)) }

// used is what was spent in the window that ends at a time.
func (l *ledger) used(end time.Time) int {
	sum := 0

	for i := range l.spends {
		if l.counts(l.spends[i].last, end) {
			sum += l.spends[i].credits
		}
	}

	return sum
}

// after returns the first time, not before at, when the window has room for a cost beside the requests that are under way. The cost is no
// more than the whole allowance.
func (l *ledger) after(at, now time.Time, cost int, others []*room) time.Time {
	var busy []spend

	sum := cost + l.used(at)

	for _, other := range others {
		if other.from(now).After(at) {
			continue // it comes later, and has to see to itself
		}

		if end := other.until(now); l.counts(end, at) {
			busy = append(busy, spend{last: end, credits: other.cost})
			sum += other.cost
		}
	}

	if sum <= l.Credits {
		return at
	}

	for i := range l.spends {
		if l.counts(l.spends[i].last, at) {
			busy = append(busy, l.spends[i])
		}
	}

	slices.SortFunc(busy, func(a, b spend) int { return a.last.Compare(b.last) })

	for i := 0; i < len(busy) && sum > l.Credits; i++ {
		sum -= busy[i].credits
		at = busy[i].last.Add(l.Per)
	}

	return at
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}

	return a
}

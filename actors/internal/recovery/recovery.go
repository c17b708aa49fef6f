// Package recovery decides when whoever answers for a vendor tells the supervisor that things go well again.
package recovery

import "time"

// What it takes to be settled after a start.
const (
	settledGood = 3
	settledTime = time.Minute
)

// Recovery remembers how well things have gone since an actor started. The zero Recovery started long ago.
type Recovery struct {
	since   time.Time
	good    int
	settled bool
}

// Since returns the recovery of an actor that starts now.
func Since(now time.Time) Recovery { return Recovery{since: now} }

// Good counts one good fetch and says what it means: the first since the start, or the one that settles it. Each is said once.
func (r *Recovery) Good(now time.Time) (first, settled bool) {
	if r.settled {
		return false, false
	}

	r.good++
	r.settled = r.good >= settledGood && now.Sub(r.since) >= settledTime

	return r.good == 1, r.settled
}

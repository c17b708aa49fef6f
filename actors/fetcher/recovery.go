package fetcher

import "time"

// What it takes to be settled after a start.
const (
	settledGood = 3
	settledTime = time.Minute
)

// recovery remembers how well things have gone since the actor started.
type recovery struct {
	since   time.Time
	good    int
	settled bool
}

// goodFetch counts one good fetch and says what it means: the first since the start, or the one that settles it. Each is said once.
func (r *recovery) goodFetch(now time.Time) (first, settled bool) {
	if r.settled {
		return false, false
	}

	r.good++
	r.settled = r.good >= settledGood && now.Sub(r.since) >= settledTime

	return r.good == 1, r.settled
}

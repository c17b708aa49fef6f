package streaming

import (
	"strconv"
	"sync/atomic"
	"time"
)

// nonces gives numbers that rise, over restarts too as long as the clock does not go back.
type nonces struct{ last atomic.Int64 }

// moment is the time of a request and a number that no other request of the stream has.
type moment struct {
	at    time.Time
	nonce string
}

// next returns the moment of a request that is made now.
func (n *nonces) next(now time.Time) moment {
	for {
		last := n.last.Load()
		next := max(now.UnixNano(), last+1)

		if n.last.CompareAndSwap(last, next) {
			return moment{now, strconv.FormatInt(next, 10)}
		}
	}
}

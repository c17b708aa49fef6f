package streaming

import (
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// output is what a session wants done, in this order.
type output struct {
	// update is for whoever reads the stream, where told is true.
	update messages.StreamUpdate
	told   bool
	// send are messages for the vendor, ping is the WebSocket's own.
	send [][]byte
	ping bool
	// reached are the phases that are over now, for whoever watches.
	reached []string
	// note says why a message gave no row, for whoever watches; usually empty.
	note string
	// end says why the connection is over; nil while it goes on.
	end *messages.Failure
	// wake is when the session wants to be asked again, whatever comes; zero for never.
	wake time.Time
}

// earliest returns the earliest of the times that are not zero; zero if there is none.
func earliest(times ...time.Time) time.Time {
	var first time.Time

	for _, at := range times {
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}

	return first
}

// due reports whether a time that is not zero has come.
func due(at, now time.Time) bool { return !at.IsZero() && !now.Before(at) }

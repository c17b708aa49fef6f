package messages

import "time"

// StreamUpdate is what a source that pushes has to say. An empty one says that the connection lives.
type StreamUpdate struct {
	// Quotes are the newest of their instruments; earlier ones are forgotten. One without a price says by its Outcome why there is none.
	Quotes []Quote
	// Ready says that the connection is up and everything subscribed to. Before it, the source is not asked whether it is silent.
	Ready bool
	// Dropped and Gaps count messages, since the last update, that were left out because they were older than what is known, and messages
	// that are known to be lost.
	Dropped, Gaps uint64
	// Messages counts the vendor's messages since the last update, heartbeats included.
	Messages uint64
}

// FeedStatus is how a vendor's feed stands beyond the round: its stream and its budget. Nil parts do not apply.
type FeedStatus struct {
	Stream *StreamStatus
	Budget *BudgetStatus
}

// StreamState is how a stream stands.
type StreamState string

// The stream states.
const (
	StreamConnecting StreamState = "connecting" // no connection is ready
	StreamLive       StreamState = "live"
	StreamThin       StreamState = "thin"   // live, with far fewer updates than usual
	StreamPolled     StreamState = "polled" // not live; the vendor is polled meanwhile
)

// StreamStatus is how a vendor's stream stands. Counters start with the program.
type StreamStatus struct {
	State       StreamState
	AliveAge    time.Duration // since the last sign of life; negative before the first
	Connections int           // ready now
	Connects    uint64        // made
	Messages    uint64        // the vendor's, heartbeats included
	Updates     uint64        // quotes
	Conflated   uint64        // quotes that a newer one replaced before anyone saw them
	Dropped     uint64        // older than what was known
	Gaps        uint64        // messages known to be lost
}

// BudgetStatus is how the allowance of a vendor's key stands, which several vendors may share.
type BudgetStatus struct {
	Key         string        // its name, never the credential
	Every       time.Duration // the vendor is asked at most this often; 0 where each round may ask
	Remaining   int           // credits left in the tightest window; -1 where unknown
	PausedUntil time.Time     // the vendor asked to be left alone; zero if not
}

// Allowance is what a vendor's answers say about the budget of the key. Zero fields say nothing.
type Allowance struct {
	Known     bool
	Remaining int           // credits left, where Known
	Used      int           // credits used in the present window; 0 if it does not say
	Reset     time.Duration // from now until the window begins anew
}

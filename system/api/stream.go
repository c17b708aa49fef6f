package api

import (
	"encoding/json"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// EventType says what an event of a stream is.
type EventType string

// The events. On SSE the type is the event's name, the round its id, and the data that of the field named here. On WebSocket each is one text
// message, an Event.
const (
	EventSnapshot  EventType = "snapshot"  // a snapshot, with what the subscription selects; Data
	EventChanges   EventType = "changes"   // Changes: what differs from the event before; Data
	EventSkipped   EventType = "skipped"   // Skipped: rounds that were left out because the reader was slow; just before the snapshot
	EventReset     EventType = "reset"     // Reset: the round to resume from is not kept any more, or never was; the newest snapshot follows
	EventRound     EventType = "round"     // RoundStarted; only where events were asked for, like the next two
	EventAnswer    EventType = "answer"    // VendorAnswered
	EventVendor    EventType = "vendor"    // VendorChanged
	EventHeartbeat EventType = "heartbeat" // Heartbeat: nothing else was sent for a while
	EventBye       EventType = "bye"       // Bye: the service ends; connect again
)

// Event is one message of a WebSocket stream.
type Event struct {
	Type  EventType       `json:"type"`
	Round messages.Round  `json:"round,omitempty"` // what to resume from
	Data  json.RawMessage `json:"data"`
}

// Changes are the instruments and vendors whose entry differs from the round before in more than its times and ages. Entries have the
// snapshot's shapes.
type Changes struct {
	Round       messages.Round             `json:"round"`
	Since       messages.Round             `json:"since"` // the round it differs from
	Status      messages.SnapshotStatus    `json:"status"`
	Durable     bool                       `json:"durable"`
	PublishedAt time.Time                  `json:"published_at"`
	ElapsedMS   int64                      `json:"elapsed_ms"`
	Instruments map[string]json.RawMessage `json:"instruments"`
	Vendors     map[string]json.RawMessage `json:"vendors"`
}

// Skipped says how many rounds were left out, or how many events were.
type Skipped struct {
	From   messages.Round `json:"from,omitempty"` // first and last round that are missing
	To     messages.Round `json:"to,omitempty"`
	Count  uint64         `json:"count"` // rounds
	Events uint64         `json:"events,omitempty"`
}

// Reset says that a stream cannot go on from where the reader was.
type Reset struct {
	Requested messages.Round `json:"requested"`
	Oldest    messages.Round `json:"oldest"` // that is kept; 0 if none is
	Newest    messages.Round `json:"newest"`
}

// RoundStarted says that a round has begun.
type RoundStarted struct {
	Round      messages.Round `json:"round"`
	At         time.Time      `json:"at"`
	DeadlineMS int64          `json:"deadline_ms"`
	Asked      int            `json:"asked"`
}

// VendorAnswered says how a vendor fared in the round that is open.
type VendorAnswered struct {
	Round     messages.Round   `json:"round"`
	Vendor    messages.Vendor  `json:"vendor"`
	Outcome   messages.Outcome `json:"outcome"`
	Detail    string           `json:"detail,omitempty"`
	ElapsedMS int64            `json:"elapsed_ms"`
	Quotes    int              `json:"quotes"`
}

// VendorChanged says that a vendor's state is another one.
type VendorChanged struct {
	Vendor   messages.Vendor      `json:"vendor"`
	State    messages.VendorState `json:"state"`
	Restarts int                  `json:"restarts"`
	Detail   string               `json:"detail,omitempty"`
	At       time.Time            `json:"at"`
}

// Heartbeat says that the stream lives.
type Heartbeat struct {
	At    time.Time      `json:"at"`
	Round messages.Round `json:"round"` // the newest
}

// Bye says why the stream ends.
type Bye struct {
	Reason string `json:"reason"`
}

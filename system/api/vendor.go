package api

import (
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// Vendor is one vendor: how it stands with its supervisor and how it fared in the newest round.
type Vendor struct {
	Vendor    messages.Vendor      `json:"vendor"`
	Class     string               `json:"class"`
	Transport string               `json:"transport"` // poll, stream, or stream+poll
	State     messages.VendorState `json:"state"`
	Restarts  int                  `json:"restarts"`
	NextTry   *time.Time           `json:"next_try,omitempty"` // when a vendor that waits is started or probed
	LastCrash string               `json:"last_crash,omitempty"`

	Round     messages.Round   `json:"round"` // the newest; 0 before the first
	Outcome   messages.Outcome `json:"outcome,omitempty"`
	Detail    string           `json:"detail,omitempty"`
	LatencyMS *int64           `json:"latency_ms"` // null where it did not answer
	Attempts  int              `json:"attempts"`
	Quotes    int              `json:"quotes"`
	Expected  int              `json:"expected"`

	Stream *Stream `json:"stream,omitempty"`
	Budget *Budget `json:"budget,omitempty"`
}

// Stream is how a vendor's stream stands; see messages.StreamStatus.
type Stream struct {
	State       messages.StreamState `json:"state"`
	AliveMS     *int64               `json:"alive_ms"` // since the last sign of life; null before the first
	Connections int                  `json:"connections"`
	Connects    uint64               `json:"connects"`
	Messages    uint64               `json:"messages"`
	Updates     uint64               `json:"updates"`
	Conflated   uint64               `json:"conflated"`
	Dropped     uint64               `json:"dropped"`
	Gaps        uint64               `json:"gaps"`
}

// Budget is how the allowance of a vendor's key stands; see messages.BudgetStatus.
type Budget struct {
	Key         string     `json:"key"`
	EveryMS     int64      `json:"every_ms"`
	Remaining   *int       `json:"remaining"` // null where unknown
	PausedUntil *time.Time `json:"paused_until,omitempty"`
}

// Vendors are all of them, in configured order.
type Vendors struct {
	Vendors []Vendor `json:"vendors"`
}

// VendorRound is how a vendor fared in one round.
type VendorRound struct {
	Round      messages.Round   `json:"round"`
	At         time.Time        `json:"at"`
	Outcome    messages.Outcome `json:"outcome"`
	LatencyMS  *int64           `json:"latency_ms"`
	DeadlineMS int64            `json:"deadline_ms"`
}

// VendorDetail is one vendor with its last rounds, newest first.
type VendorDetail struct {
	Vendor

	Recent []VendorRound `json:"recent"`
}

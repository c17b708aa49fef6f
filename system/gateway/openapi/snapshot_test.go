package openapi_test

import (
	"encoding/json"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

// Snapshot is the immutable result of one round, as schema rollcall.snapshot/1 has it. With the parameter fields, only the named ones of missing,
// prices, instruments and vendors are there.
type Snapshot struct {
	Schema      string                            `json:"schema" jsonschema:"enum=rollcall.snapshot/1"`
	Round       messages.Round                    `json:"round"`
	Status      messages.SnapshotStatus           `json:"status"`
	Durable     bool                              `json:"durable"` // on disk before it was published
	StartedAt   time.Time                         `json:"started_at"`
	PublishedAt time.Time                         `json:"published_at"`
	ElapsedMS   int64                             `json:"elapsed_ms"`
	DeadlineMS  int64                             `json:"deadline_ms"`
	Missing     []messages.Instrument             `json:"missing,omitempty"`     // instruments without a price, sorted
	Prices      map[string]map[string]json.Number `json:"prices,omitempty"`      // prices by class and instrument, with the vendor's digits
	Instruments map[string]SnapshotInstrument     `json:"instruments,omitempty"` // the verdicts, by name
	Vendors     map[string]SnapshotVendor         `json:"vendors,omitempty"`     // how each vendor fared, by name
}

// SnapshotInstrument is the verdict on one instrument.
type SnapshotInstrument struct {
	Class    string                    `json:"class"`
	Status   messages.InstrumentStatus `json:"status"`
	Price    *string                   `json:"price"` // null without a price
	AgeMS    *int64                    `json:"age_ms,omitempty"`
	Used     int                       `json:"used"`     // sources with a usable price
	Expected int                       `json:"expected"` // sources there are
	Sources  []SnapshotSource          `json:"sources"`
}

// SnapshotSource is one vendor's word on an instrument.
type SnapshotSource struct {
	Vendor      messages.Vendor  `json:"vendor"`
	Outcome     messages.Outcome `json:"outcome"`
	Detail      string           `json:"detail,omitempty"`
	Price       string           `json:"price,omitempty"`
	Bid         string           `json:"bid,omitempty"`
	Ask         string           `json:"ask,omitempty"`
	VendorTime  *time.Time       `json:"vendor_time,omitempty"`
	RequestedAt *time.Time       `json:"requested_at,omitempty"`
	ReceivedAt  *time.Time       `json:"received_at,omitempty"`
	Flags       []messages.Flag  `json:"flags,omitempty"`
	Currency    string           `json:"currency,omitempty"` // of the prices, where the vendor says it
	Unit        string           `json:"unit,omitempty"`     // of the instrument, where the vendor says it
	Mid         string           `json:"mid,omitempty"`
	Size        string           `json:"size,omitempty"`
	Volume      string           `json:"volume,omitempty"`
	Sequence    uint64           `json:"sequence,omitempty"` // the vendor's number of its message
}

// SnapshotVendor is how one vendor fared in the round.
type SnapshotVendor struct {
	Outcome   messages.Outcome     `json:"outcome"`
	Detail    string               `json:"detail,omitempty"`
	LatencyMS *int64               `json:"latency_ms"` // null where it did not answer
	Attempts  int                  `json:"attempts"`
	Quotes    int                  `json:"quotes"`
	Expected  int                  `json:"expected"`
	State     messages.VendorState `json:"state"`
	Restarts  int                  `json:"restarts"`
	Stream    *SnapshotStream      `json:"stream,omitempty"`
	Budget    *SnapshotBudget      `json:"budget,omitempty"`
}

// SnapshotStream is how a vendor's stream stands.
type SnapshotStream struct {
	api.Stream

	AliveMS *int64 `json:"alive_ms,omitempty"` // since the last sign of life
}

// SnapshotBudget is how the allowance of a vendor's key stands.
type SnapshotBudget struct {
	Key         string     `json:"key"`
	EveryMS     int64      `json:"every_ms,omitempty"`
	Remaining   *int       `json:"remaining,omitempty"`
	PausedUntil *time.Time `json:"paused_until,omitempty"`
}

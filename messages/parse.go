package messages

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// MaxSnapshotJSON is the longest JSON form of a snapshot, in bytes, that ParseSnapshot reads.
const MaxSnapshotJSON = 256 << 20

// maxComputedText is the longest price text in a snapshot, in bytes. A computed price has more digits than the prices it is made from.
const maxComputedText = 4 * MaxPriceText

// Errors of ParseSnapshot that callers may want to tell from a damaged document.
var (
	ErrSnapshotSchema = errors.New("not a document of schema " + SnapshotSchema)
	ErrSnapshotSize   = errors.New("snapshot is too large")
)

// ParseSnapshot reads a snapshot from its JSON form, the inverse of AppendJSON. Times and durations have the precision of the JSON, which
// is a millisecond, and a latency of 0 ms is read as 1 ns, because 0 means that there was no answer. The roster is rebuilt: vendors in
// the document's order, each with its instruments sorted. What can be computed from the rest, "missing" and "prices", is not looked at,
// nor are members that the schema does not have.
func ParseSnapshot(data []byte) (*Snapshot, error) {
	if len(data) > MaxSnapshotJSON {
		return nil, ErrSnapshotSize
	}

	if !utf8.Valid(data) {
		return nil, errors.New("snapshot is not valid UTF-8")
	}

	var schema struct {
		Schema string `json:"schema"`
	}

	if err := json.Unmarshal(data, &schema); err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}

	if schema.Schema != SnapshotSchema {
		return nil, ErrSnapshotSchema
	}

	var document snapshotDocument
	if err := json.Unmarshal(data, &document); err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}

	return document.snapshot()
}

// snapshotDocument is the part of the schema that the rest follows from.
type snapshotDocument struct {
	Round       Round                       `json:"round"`
	Status      SnapshotStatus              `json:"status"`
	Durable     bool                        `json:"durable"`
	StartedAt   time.Time                   `json:"started_at"`
	PublishedAt time.Time                   `json:"published_at"`
	Elapsed     milliseconds                `json:"elapsed_ms"`
	Deadline    milliseconds                `json:"deadline_ms"`
	Instruments members[instrumentDocument] `json:"instruments"`
	Vendors     members[vendorDocument]     `json:"vendors"`
}

type instrumentDocument struct {
	Class    string           `json:"class"`
	Status   InstrumentStatus `json:"status"`
	Price    *string          `json:"price"`
	Age      milliseconds     `json:"age_ms"`
	Used     uint32           `json:"used"`
	Expected uint32           `json:"expected"`
	Sources  []sourceDocument `json:"sources"`
}

type sourceDocument struct {
	Vendor      Vendor    `json:"vendor"`
	Outcome     Outcome   `json:"outcome"`
	Detail      string    `json:"detail"`
	Price       *string   `json:"price"`
	Bid         *string   `json:"bid"`
	Ask         *string   `json:"ask"`
	VendorTime  time.Time `json:"vendor_time"`
	RequestedAt time.Time `json:"requested_at"`
	ReceivedAt  time.Time `json:"received_at"`
	Flags       []string  `json:"flags"`

	moreDocument
}

type vendorDocument struct {
	Outcome  Outcome       `json:"outcome"`
	Detail   string        `json:"detail"`
	Latency  *milliseconds `json:"latency_ms"`
	Attempts uint32        `json:"attempts"`
	Usable   uint32        `json:"quotes"`
	Expected uint32        `json:"expected"`
	State    VendorState   `json:"state"`
	Restarts uint32        `json:"restarts"`

	feedDocument
}

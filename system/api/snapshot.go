package api

import (
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// RoundSummary is one stored round without its contents.
type RoundSummary struct {
	Round       messages.Round          `json:"round"`
	Status      messages.SnapshotStatus `json:"status"`
	StartedAt   time.Time               `json:"started_at"`
	PublishedAt time.Time               `json:"published_at"`
	ElapsedMS   int64                   `json:"elapsed_ms"`
	DeadlineMS  int64                   `json:"deadline_ms"`
	Vendors     int                     `json:"vendors"`
	Instruments int                     `json:"instruments"`
}

// Rounds is a page of stored rounds. Next, where it is not empty, is the value of `cursor` that goes on.
type Rounds struct {
	Rounds []RoundSummary `json:"rounds"`
	Next   string         `json:"next,omitempty"`
}

// Instrument is one instrument as the newest snapshot has it.
type Instrument struct {
	Instrument messages.Instrument       `json:"instrument"`
	Class      string                    `json:"class"`
	Status     messages.InstrumentStatus `json:"status"`
	Price      *string                   `json:"price"` // null without a price
	AgeMS      *int64                    `json:"age_ms,omitempty"`
	Used       int                       `json:"used"`
	Expected   int                       `json:"expected"`
	Round      messages.Round            `json:"round"`
	At         time.Time                 `json:"at"` // when the snapshot was published
}

// Instruments is the list of all of them, sorted by name.
type Instruments struct {
	Instruments []Instrument `json:"instruments"`
}

// Source is one vendor's word on an instrument in one round.
type Source struct {
	Vendor      messages.Vendor  `json:"vendor"`
	Outcome     messages.Outcome `json:"outcome"`
	Detail      string           `json:"detail,omitempty"`
	Price       *string          `json:"price"`
	Bid         *string          `json:"bid,omitempty"`
	Ask         *string          `json:"ask,omitempty"`
	VendorTime  *time.Time       `json:"vendor_time,omitempty"`
	RequestedAt *time.Time       `json:"requested_at,omitempty"`
	ReceivedAt  *time.Time       `json:"received_at,omitempty"`
	Flags       []string         `json:"flags,omitempty"`
}

// Point is the verdict on an instrument in one round; with its sources where those were asked for.
type Point struct {
	Round   messages.Round            `json:"round"`
	At      time.Time                 `json:"at"`
	Status  messages.InstrumentStatus `json:"status"`
	Price   *string                   `json:"price"`
	AgeMS   *int64                    `json:"age_ms,omitempty"`
	Used    int                       `json:"used"`
	Sources []Source                  `json:"sources,omitempty"`
}

// InstrumentDetail is one instrument: as it is now, where that comes from, and how it went, newest first.
type InstrumentDetail struct {
	Instrument

	Sources []Source `json:"sources"`
	Series  []Point  `json:"series"`
	Next    string   `json:"next,omitempty"`
}

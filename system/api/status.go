package api

import (
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// Status is how the service is doing.
type Status struct {
	Version   string    `json:"version"`
	StartedAt time.Time `json:"started_at"`
	Now       time.Time `json:"now"`
	Ready     bool      `json:"ready"`
	Reasons   []string  `json:"reasons"` // why it is not ready; empty if it is

	EveryMS      int64          `json:"every_ms"` // 0 without a schedule
	DeadlineMS   int64          `json:"deadline_ms"`
	Durability   string         `json:"durability"` // strict, relaxed or none
	Round        messages.Round `json:"round"`
	DurableRound messages.Round `json:"durable_round"`
	NextAt       *time.Time     `json:"next_at,omitempty"`
	InFlight     bool           `json:"in_flight"`
	Rounds       uint64         `json:"rounds"`
	MissedTicks  uint64         `json:"missed_ticks"`
	LateAnswers  uint64         `json:"late_answers"`
	Coalesced    uint64         `json:"coalesced"`
	Undurable    uint64         `json:"undurable"`

	Record  Record  `json:"record"`
	Streams Streams `json:"streams"`
	Role    string  `json:"role"` // of who asks: read or admin
}

// Record is how the audit log is doing.
type Record struct {
	Received  uint64 `json:"received"`
	Written   uint64 `json:"written"`
	Dropped   uint64 `json:"dropped"`
	LastError string `json:"last_error,omitempty"`
}

// Streams are the clients that listen.
type Streams struct {
	SSE       int `json:"sse"`
	WebSocket int `json:"websocket"`
}

// Actor is one actor of the supervision tree as it is now.
type Actor struct {
	Name      string     `json:"name"`
	Kind      string     `json:"kind"`  // core, coordinator, writer, auditor, publisher, vendors, fetcher or streamer
	State     string     `json:"state"` // running, silent, waiting, quarantined, probing or paused
	Restarts  int        `json:"restarts"`
	NextTry   *time.Time `json:"next_try,omitempty"`
	LastCrash string     `json:"last_crash,omitempty"`
	Children  []Actor    `json:"children,omitempty"`
}

// AuditEntry is one entry of the record.
type AuditEntry struct {
	Seq    uint64            `json:"seq"`
	At     time.Time         `json:"at"`
	Kind   messages.FactKind `json:"kind"`
	Round  messages.Round    `json:"round,omitempty"`
	Vendor messages.Vendor   `json:"vendor,omitempty"`
	Data   map[string]string `json:"data"`
	Hash   string            `json:"hash"`
}

// Audit is a page of the record, newest first, and what checking its chain said.
type Audit struct {
	Entries      []AuditEntry `json:"entries"`
	Next         string       `json:"next,omitempty"`
	Verification Verification `json:"verification"`
}

// Verification is the newest check of the record's chain of hashes.
type Verification struct {
	State     string     `json:"state"` // verified, broken, or pending before the first check
	CheckedAt *time.Time `json:"checked_at,omitempty"`
	Entries   uint64     `json:"entries"` // that were checked
	Head      string     `json:"head,omitempty"`
	Problem   string     `json:"problem,omitempty"` // the first
}

// Problem is an error as RFC 9457 has it.
type Problem struct {
	Type   string `json:"type"` // /problems/NAME
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	Field  string `json:"field,omitempty"` // the parameter that is wrong
	// Reasons are all of why the data is not ready, at /readyz.
	Reasons []string `json:"reasons,omitempty"`
}

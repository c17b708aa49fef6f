package messages

import "time"

// AuditorMessage is what the auditor understands.
//
//sumtype:decl
type AuditorMessage interface{ auditorMessage() }

// FactKind is what an audit entry is about.
type FactKind string

// The kinds of audit entry.
const (
	FactStarted       FactKind = "started"       // the program started
	FactShutdown      FactKind = "shutdown"      // the program stopped in an orderly way; always the last entry of a run
	FactSnapshot      FactKind = "snapshot"      // a round was closed; carries the digest of its snapshot
	FactOutcome       FactKind = "outcome"       // a vendor's outcome differs from the round before
	FactAccepted      FactKind = "accepted"      // a price far from the one before was confirmed: instrument, old, new, why
	FactCrashed       FactKind = "crashed"       // an actor panicked
	FactRestarted     FactKind = "restarted"     // a crashed actor was restarted
	FactQuarantined   FactKind = "quarantined"   // a vendor crashed too often
	FactRecovered     FactKind = "recovered"     // a vendor runs again, or a file was repaired at start
	FactPaused        FactKind = "paused"        // an operator had a vendor left alone
	FactResumed       FactKind = "resumed"       // an operator ended a vendor's pause
	FactConfiguration FactKind = "configuration" // the configuration that is in force
	FactClockStep     FactKind = "clock_step"    // the wall clock moved against the monotonic clock
	FactPoison        FactKind = "poison"        // a message that could never be handled; type and digest, never its contents
	FactGap           FactKind = "gap"           // entries that could not be recorded: from, to, count
	FactDurability    FactKind = "durability"    // rounds became durable again, or stopped being so
	FactSystemic      FactKind = "systemic"      // most vendors began to fail at once, as if our own uplink were down, or that ended
)

// Field is one named value of an audit entry. Names are lower_snake_case and unique within an entry; values carry no secrets.
type Field struct{ Name, Value string }

// RecordFact asks the auditor to record one entry. Fire and forget: there is no answer, and it is on disk before the program exits.
type RecordFact struct {
	At     time.Time
	Kind   FactKind
	Round  Round  // 0 if the fact belongs to no round
	Vendor Vendor // empty if the fact belongs to no vendor
	Fields []Field
}

// FlushRecord asks for everything received so far to be on disk; answered by RecordFlushed to the sender.
type FlushRecord struct{}

// DescribeRecord asks how the record is going; answered by RecordDescribed to the sender.
type DescribeRecord struct{}

func (*RecordFact) auditorMessage()     {}
func (*FlushRecord) auditorMessage()    {}
func (*DescribeRecord) auditorMessage() {}

// RecordFlushed answers FlushRecord. Unwritten counts entries that are not on disk because the log failed.
type RecordFlushed struct{ Unwritten int }

// RecordDescribed answers DescribeRecord.
type RecordDescribed struct {
	Received uint64 // facts received since the program started
	Written  uint64 // entries on disk since the program started
	Dropped  uint64 // facts that did not fit into memory; recorded as gaps
	LastErr  string // the last error of the log, empty if the last write succeeded
}

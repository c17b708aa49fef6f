package messages

import "time"

// CoordinatorMessage is what the coordinator understands.
//
//sumtype:decl
type CoordinatorMessage interface{ coordinatorMessage() }

// StartRounds starts the schedule: the first round at once, the next on the wall-clock grid. Sent once everybody else is up.
type StartRounds struct{}

// TakeSnapshot asks for a round now. It joins the round in flight if there is one. Answered by SnapshotTaken to the sender.
type TakeSnapshot struct{}

// StopRounds stops the schedule, closes the round in flight with what is there (the others are OutcomeCancelled), waits for outstanding
// snapshots to be written and answers RoundsStopped to the sender. Later commands are ignored.
type StopRounds struct{}

// DescribeRounds asks how rounds are going; answered by RoundsDescribed to the sender.
type DescribeRounds struct{}

// WatchEvents tells the coordinator whether anyone listens to events; without a listener none are sent.
type WatchEvents struct{ Wanted bool }

func (*StartRounds) coordinatorMessage()        {}
func (*TakeSnapshot) coordinatorMessage()       {}
func (*StopRounds) coordinatorMessage()         {}
func (*DescribeRounds) coordinatorMessage()     {}
func (*WatchEvents) coordinatorMessage()        {}
func (*QuotesFetched) coordinatorMessage()      {}
func (*FetchFailed) coordinatorMessage()        {}
func (*VendorStateChanged) coordinatorMessage() {}
func (*SnapshotPersisted) coordinatorMessage()  {}
func (*PersistFailed) coordinatorMessage()      {}
func (*WriterStarted) coordinatorMessage()      {}

// SnapshotTaken answers TakeSnapshot once the round is published.
type SnapshotTaken struct{ Snapshot *Snapshot }

// RoundsStopped answers StopRounds.
type RoundsStopped struct {
	LastRound Round
	Unwritten int // snapshots that were never acknowledged by the writer
}

// RoundsDescribed answers DescribeRounds. Counters start with the program.
type RoundsDescribed struct {
	Round        Round     // the last closed round, 0 before the first
	DurableRound Round     // the last round acknowledged by the writer
	NextAt       time.Time // when the next scheduled round begins; zero once stopped
	Rounds       uint64    // closed
	MissedTicks  uint64    // grid points that passed without a round
	LateAnswers  uint64    // answers that came after their round was closed
	Coalesced    uint64    // snapshots never sent to the writer because newer ones replaced them
	Undurable    uint64    // snapshots published before they were on disk
	InFlight     bool      // a round is open
}

package messages

// WriterMessage is what the writer understands.
//
//sumtype:decl
type WriterMessage interface{ writerMessage() }

// PersistSnapshot asks the writer to make a snapshot durable. The sender keeps the snapshot until it is acknowledged and never has more
// than the agreed credit outstanding. Answered by SnapshotPersisted or PersistFailed to the sender.
type PersistSnapshot struct {
	Snapshot *Snapshot
	Attempt  int // 1 for the first; larger when it is sent again
}

func (*PersistSnapshot) writerMessage() {}

// SnapshotPersisted acknowledges a round: its snapshot is on disk, or (Poisoned) can never be written and was recorded as such.
type SnapshotPersisted struct {
	Round    Round
	Poisoned bool
}

// PersistFailed says that a snapshot is not on disk; the sender decides when to try again.
type PersistFailed struct {
	Round  Round
	Reason string
}

// WriterStarted tells the coordinator that the writer has (re)started and holds nothing: everything unacknowledged is to be sent again.
type WriterStarted struct{}

// Package writer is the actor that makes snapshots durable. It declares the port Store and knows nothing about files or databases.
//
// One Store.Persist runs at a time, in a goroutine of its own, so the actor answers whatever the disk does. Everything that queues up
// meanwhile goes into the next batch, oldest round first: a slow disk makes batches longer, not the queue of transactions. Every
// PersistSnapshot is answered to its sender once its round is on disk or has failed; the sender keeps the snapshot until then and never
// has more than its credit outstanding. The writer keeps no round twice and refuses what exceeds Settings.Queue.
//
// # A write that panics
//
// Nothing is lost: every snapshot of the batch is written again on its own, in order. One whose second write panics too can never be
// written. It is recorded as FactPoison, by its type and digest and never by its contents, and acknowledged with Poisoned.
//
// # Stopping
//
// Draining is the coordinator's task, because it alone knows what must be written: StopRounds is answered when every snapshot is
// acknowledged or its time is up. The writer is stopped after that. At Stopping it cancels the context of a write that is still under way
// and answers everything unacknowledged with PersistFailed, so a disk that hangs cannot hold up the shutdown. A write that was cancelled
// may be on disk all the same; to write a round again changes nothing. The Store's Close waits for it.
package writer

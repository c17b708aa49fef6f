// Package store keeps snapshots on disk: the newest as snapshot.json, and the history of all of them in an SQLite database. It satisfies
// the writer's port Store.
//
// # The data directory
//
//	lock                       held with flock while a program uses the directory; holds its process id
//	snapshot.json              the newest snapshot: always whole and valid, never older than the last acknowledged round
//	history.db, -wal, -shm     every snapshot within the retention
//	history.db.corrupt-TIME…   a damaged history, moved aside; nothing reads it, nothing deletes it
//
// # What Persist promises
//
// When Persist has returned nil, the rounds survive a crash and a loss of power. It first encodes, then commits all rounds to the history
// in one transaction (WAL, synchronous=FULL: the log is fsynced at each commit), and then replaces snapshot.json (package durable lists
// the system calls). When it returns an error, snapshot.json is the whole old or the whole new file, the history has all rounds of the
// call or none, and calling it again with the same rounds is safe: a round that is there stays as it is. After an error the database is
// opened anew, so that a failed fsync is never tried again on the same descriptor.
//
// Both files are reached through one directory descriptor; if the directory was renamed or unmounted, Persist says so and writes nothing.
//
// # Round numbers
//
// A number is never used twice, even if its snapshot was published and then lost because the disk did not answer. The history reserves
// numbers ahead, in the transaction that stores a round. After an orderly Close the next round is the one after the last; after anything
// else the reservation is skipped. If the history itself is lost, the numbers go on from snapshot.json with the same margin.
package store

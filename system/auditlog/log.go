package auditlog

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/messages"
)

// ErrClosed is returned by Append after Close.
var ErrClosed = errors.New("audit log is closed")

// errOccupied means that somebody else writes segments too.
var errOccupied = errors.New("segment exists already and was not written by this log")

// Log appends to the record. Its methods may be called from several goroutines. Open makes one.
type Log struct {
	dir   directory
	limit int64
	log   *logrus.Entry

	acknowledged atomic.Pointer[Head] // a copy of head, readable while the disk hangs

	mu      sync.Mutex
	closed  bool
	file    file   // the last segment; nil means that the next append starts a new one
	segment int    // number of the last segment, 0 before the first
	size    int64  // its bytes that belong to the log: everything acknowledged and nothing else
	head    Head   // the last acknowledged entry
	reason  string // why the next segment starts
	detail  string
	stub    bool // the file of the next segment may be there, with nothing in it that was acknowledged
	buffer  []byte
	scratch []byte
}

// Head returns the last acknowledged entry's sequence and hash. It never waits for the disk.
func (l *Log) Head() Head { return *l.acknowledged.Load() }

// Close closes the files, after an Append that is under way. Everything acknowledged is on disk already.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()

	if l.closed {
		return nil
	}

	l.closed = true

	err := l.dir.Close()
	if l.file != nil {
		err = errors.Join(l.file.Close(), err)
	}

	if err != nil {
		return fmt.Errorf("audit log: %w", err)
	}

	return nil
}

// Append writes facts with one write and one fsync, and returns nil when all of them are on stable storage. After an error none of them
// counts as written: the same facts may come again and stand in the log once. ctx is looked at before the write only. Nil facts are
// skipped; contents are cut and cleaned, never refused.
func (l *Log) Append(ctx context.Context, facts []*messages.RecordFact) error {
	l.mu.Lock()
	defer l.mu.Unlock()

	if err := ctx.Err(); err != nil {
		return fmt.Errorf("audit log: %w", err)
	}

	if l.closed {
		return ErrClosed
	}

	if err := l.dir.Check(); err != nil {
		return err
	}

	if l.file != nil {
		done, err := l.extend(facts)
		if done || err != nil {
			return err
		}
	}

	return l.begin(facts)
}

// extend appends to the open segment. It returns false where a new segment must take the facts.
func (l *Log) extend(facts []*messages.RecordFact) (bool, error) {
	l.buffer = l.buffer[:0]
	head := l.encode(l.head, facts)

	if len(l.buffer) == 0 {
		return true, nil
	}

	if l.size+int64(len(l.buffer)) > l.limit {
		l.leave(reasonSize, "")

		return false, nil
	}

	if _, err := l.file.WriteAt(l.buffer, l.size); err != nil {
		l.cutBack()

		return false, fmt.Errorf("audit segment %s: %w", segmentName(l.segment), err)
	}

	if err := l.file.Sync(); err != nil {
		// The kernel may have dropped the pages and forgotten the error: this descriptor tells nothing true any more.
		l.leave(reasonFailure, err.Error())

		return false, nil
	}

	l.commit(l.size+int64(len(l.buffer)), head)

	return true, nil
}

// cutBack removes what a failed write left behind the last acknowledged entry; if even that fails, the segment is given up.
func (l *Log) cutBack() {
	if err := l.file.Truncate(l.size); err != nil {
		l.leave(reasonFailure, err.Error())
	}
}

// leave gives up the open segment; the next append starts a new one for that reason.
func (l *Log) leave(reason, detail string) {
	if err := l.file.Close(); err != nil {
		l.log.WithError(err).WithField("file", segmentName(l.segment)).Warn("audit segment did not close")
	}

	l.file = nil
	l.reason, l.detail = reason, detail
	l.log.WithFields(logrus.Fields{"file": segmentName(l.segment), "reason": reason, "detail": detail}).Debug("audit segment ended")
}

// begin starts a segment with its header and the facts. The order is: create the file, write, fsync the file, fsync the directory. If a
// step fails the file stays as a stub, and the next try writes it again from its start through another descriptor.
func (l *Log) begin(facts []*messages.RecordFact) error {
	if len(facts) == 0 {
		return nil
	}

	start := header{number: l.segment + 1, reason: l.reason, previous: l.segment, end: l.size, detail: l.detail}
	entry := start.entry()
	l.buffer = l.buffer[:0]
	head := l.encode(l.add(l.head, &entry), facts)

	f, err := l.create(segmentName(start.number))
	if err == nil {
		err = l.dir.Sync()
	}

	if err != nil {
		if f != nil {
			err = errors.Join(err, f.Close())
		}

		return fmt.Errorf("audit segment %s: %w", segmentName(start.number), err)
	}

	l.file, l.segment, l.stub = f, start.number, false
	l.commit(int64(len(l.buffer)), head)

	return nil
}

// create writes the buffer to a new file.
func (l *Log) create(name string) (file, error) {
	f, size, err := l.dir.Write(name)
	if err != nil {
		return nil, err
	}

	if size > 0 && !l.stub {
		return f, errOccupied
	}

	l.stub = true

	if size > 0 {
		if err := f.Truncate(0); err != nil {
			return f, err
		}
	}

	if _, err := f.WriteAt(l.buffer, 0); err != nil {
		return f, err
	}

	return f, f.Sync()
}

func (l *Log) commit(size int64, head Head) {
	l.size, l.head = size, head
	l.acknowledged.Store(&head)

	if cap(l.buffer) > 1<<20 { // a burst's memory is given back
		l.buffer = nil
	}
}

// encode appends the lines of facts to the buffer and returns the end of the chain with them.
func (l *Log) encode(head Head, facts []*messages.RecordFact) Head {
	for _, fact := range facts {
		if fact != nil {
			entry := entryOf(fact)
			head = l.add(head, &entry)
		}
	}

	return head
}

// add appends one entry's line to the buffer.
func (l *Log) add(head Head, entry *Entry) Head {
	head, l.scratch = entry.seal(head, l.scratch)
	l.buffer = append(entry.appendLine(l.buffer), '\n')

	return head
}

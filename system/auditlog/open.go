package auditlog

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/system/logs"
)

// DefaultSegmentSize is the size at which a segment is full, in bytes.
const DefaultSegmentSize = 64 << 20

// Options say where the record is and how it is cut into files.
type Options struct {
	Dir         string        // created if it is not there, with mode 0750
	SegmentSize int64         // a segment is full when one more batch would make it larger; 0 means DefaultSegmentSize
	Log         *logrus.Entry // nil logs nothing
}

// Recovery says what Open found at the end of the record. The zero value is a clean end.
type Recovery struct {
	File     string // the segment that was not clean
	CutBytes int64  // bytes of a last line that was never completed; they were cut off
	Damage   string // anything else that is wrong; the segment was left as it is, and the next entry starts a new one
}

// Clean reports whether there was nothing to recover.
func (r Recovery) Clean() bool { return r == Recovery{} }

// Open opens the record for appending. It reads the last segment only, so it takes well below 2 s; Verify reads everything. There must be
// one Log at a time for a directory: the caller holds the data directory's lock.
func Open(options Options) (*Log, Recovery, error) {
	if err := makeDirectory(options.Dir); err != nil {
		return nil, Recovery{}, err
	}

	dir, err := openDirectory(options.Dir)
	if err != nil {
		return nil, Recovery{}, err
	}

	return openIn(dir, options)
}

// openIn takes over dir.
func openIn(dir directory, options Options) (*Log, Recovery, error) {
	l := &Log{dir: dir, limit: options.SegmentSize, log: options.Log}
	if l.limit <= 0 {
		l.limit = DefaultSegmentSize
	}

	l.log = logs.OrSilent(l.log)

	recovery, err := l.recover()
	if err != nil {
		return nil, Recovery{}, errors.Join(err, l.Close())
	}

	l.acknowledged.Store(&l.head)

	if !recovery.Clean() {
		l.log.WithFields(logrus.Fields{"file": recovery.File, "cut_bytes": recovery.CutBytes, "damage": recovery.Damage}).
			Warn("audit log did not end cleanly")
	}

	return l, recovery, nil
}

// recover finds the end of the chain and where the next entry goes.
func (l *Log) recover() (Recovery, error) {
	l.reason = reasonFirst

	numbers, _, err := listSegments(l.dir)
	if err != nil || len(numbers) == 0 {
		return Recovery{}, err
	}

	var recovery Recovery

	found, err := l.inspect(numbers[len(numbers)-1])
	if err != nil {
		return Recovery{}, err
	}

	if found.damage == "" && found.good == 0 { // it was created and never completed: it is written again from its start
		recovery = cutFrom(found)
		l.stub = true

		if found.number == 1 {
			return recovery, nil
		}

		if found, err = l.inspect(found.number - 1); err != nil {
			return Recovery{}, err
		}

		if found.damage == "" && found.good == 0 {
			found.damage = "segment is empty or missing"
		}
	}

	if err := l.adopt(found, &recovery); err != nil {
		return Recovery{}, err
	}

	return recovery, l.findHead(numbers)
}

// cutFrom is the recovery of a segment whose last line is torn.
func cutFrom(found tail) Recovery {
	if found.torn == 0 {
		return Recovery{}
	}

	return Recovery{File: segmentName(found.number), CutBytes: found.torn}
}

// tail is what the end of the record looks like.
type tail struct {
	number int
	head   Head  // of the last intact entry; zero if there is none
	good   int64 // bytes of whole lines, whatever is in them
	torn   int64 // bytes behind them
	damage string
}

// inspect reads the n-th segment; one that is not there is empty.
func (l *Log) inspect(n int) (tail, error) {
	found := tail{number: n}
	links := chain{loose: true}

	torn, err := walk(l.dir, n, -1, func(at line) bool {
		found.good = at.end

		if err := at.check(&links, n); err != nil && found.damage == "" {
			found.damage = fmt.Sprintf("line %d: %v", at.number, err)
		}

		return true
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return tail{}, err
	}

	found.head, found.torn = links.head, torn

	return found, nil
}

// adopt makes the segment the one that the next entry continues or follows.
func (l *Log) adopt(found tail, recovery *Recovery) error {
	l.segment, l.size, l.head = found.number, found.good, found.head

	switch {
	case found.damage != "": // never cut: the segment is evidence
		l.size += found.torn
		l.reason, l.detail = reasonRecovery, found.damage
		recovery.File, recovery.Damage = segmentName(found.number), found.damage

		return nil
	case l.stub: // the segment behind it is started again
		l.reason, l.detail = reasonFailure, "the segment that followed was not completed"

		return nil
	}

	*recovery = cutFrom(found)

	f, size, err := l.dir.Write(segmentName(found.number))
	if err != nil {
		return err
	}

	l.file = f

	if size == l.size {
		return nil
	}

	if err := errors.Join(f.Truncate(l.size), f.Sync()); err != nil {
		recovery.Damage = fmt.Sprintf("the last line cannot be cut off: %v", err)
		l.leave(reasonFailure, recovery.Damage)
	}

	return nil
}

// findHead looks for the last intact entry further back, if the segments at the end have none.
func (l *Log) findHead(numbers []int) error {
	for i := len(numbers) - 1; i >= 0 && l.head.Seq == 0; i-- {
		found, err := l.inspect(numbers[i])
		if err != nil {
			return err
		}

		l.head = found.head
	}

	return nil
}

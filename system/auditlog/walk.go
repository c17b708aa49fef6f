package auditlog

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// line is one line of a segment that ends in a newline.
type line struct {
	number int   // counted from 1
	end    int64 // the offset behind its newline
	entry  Entry
	err    error // what is wrong with the line by itself; entry is then empty
}

// walk reads the n-th segment, at most limit bytes of it (all if negative), and passes its lines to visit until that returns false. It
// returns how many bytes at the end are a line without its newline. Memory is bounded by the longest line, MaxLine.
func walk(dir directory, n int, limit int64, visit func(line) bool) (torn int64, err error) {
	f, _, err := dir.Read(segmentName(n))
	if err != nil {
		return 0, err
	}
	defer f.Close() //nolint:errcheck // it was only read

	var source io.Reader = f
	if limit >= 0 {
		source = io.LimitReader(f, limit)
	}

	return pass(n, &lineReader{source: bufio.NewReaderSize(source, bufferSize)}, visit)
}

const bufferSize = 64 << 10

// walkTail is walk for about so many bytes at the end of what belongs to the record. It reports whether that was the whole segment; if not, the
// numbers of lines are not those of the segment.
func walkTail(dir directory, n int, limit, window int64, visit func(line) bool) (whole bool, err error) {
	f, end, err := dir.Read(segmentName(n))
	if err != nil {
		return true, err
	}
	defer f.Close() //nolint:errcheck // it was only read

	if limit >= 0 {
		end = min(end, limit)
	}

	seeker, can := f.(io.Seeker)
	if !can || end <= window {
		_, err = pass(n, &lineReader{source: bufio.NewReaderSize(io.LimitReader(f, end), bufferSize)}, visit)

		return true, err
	}

	if _, err := seeker.Seek(end-window, io.SeekStart); err != nil {
		return true, fmt.Errorf("audit segment %s: %w", segmentName(n), err)
	}

	lines := &lineReader{source: bufio.NewReaderSize(io.LimitReader(f, window), bufferSize)}
	if _, _, err := lines.next(); err != nil && !errors.Is(err, io.EOF) { // the rest of a line
		return true, fmt.Errorf("audit segment %s: %w", segmentName(n), err)
	}

	_, err = pass(n, lines, visit)

	return false, err
}

// pass passes lines of the n-th segment to visit; see walk.
func pass(n int, lines *lineReader, visit func(line) bool) (torn int64, err error) {
	for {
		data, whole, err := lines.next()

		switch {
		case errors.Is(err, io.EOF):
			return 0, nil
		case err != nil:
			return 0, fmt.Errorf("audit segment %s: %w", segmentName(n), err)
		case !whole:
			return lines.offset - lines.start, nil
		}

		l := line{number: lines.number, end: lines.offset, err: errTooLong}
		if data != nil {
			l.entry, l.err = parseLine(data)
		}

		if !visit(l) {
			return 0, nil
		}
	}
}

// lineReader cuts a stream into lines.
type lineReader struct {
	source        *bufio.Reader
	buffer        []byte
	number        int
	start, offset int64 // of the last line
}

// next returns a line without its newline, nil if it is too long to be one, and whether there was a newline. The bytes are valid until
// the next call. The error is io.EOF when nothing is left.
func (r *lineReader) next() (data []byte, whole bool, err error) {
	r.buffer = r.buffer[:0]
	r.start = r.offset
	r.number++

	for {
		part, err := r.source.ReadSlice('\n')
		r.offset += int64(len(part))

		if r.offset-r.start <= MaxLine+1 {
			r.buffer = append(r.buffer, part...)
		}

		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && r.offset > r.start:
			return nil, false, nil
		case err != nil:
			return nil, false, err
		case r.offset-r.start > MaxLine+1:
			return nil, true, nil
		default:
			return r.buffer[:len(r.buffer)-1], true, nil
		}
	}
}

// What can be wrong between two entries.
var (
	errSeq  = errors.New("sequence is broken")
	errPrev = errors.New("does not carry the hash of the entry before")
)

// chain checks that entries follow one another.
type chain struct {
	head  Head
	loose bool // the next entry is taken as it is: nothing before it is known, or what stood there is damaged and has been told
}

// follow checks the next entry and moves on to it, whatever it is: one broken link is told once.
func (c *chain) follow(e *Entry) error {
	before, loose := c.head, c.loose
	c.head, c.loose = Head{Seq: e.Seq, Hash: e.Hash}, false

	switch {
	case loose:
		return nil
	case e.Seq != before.Seq+1:
		return fmt.Errorf("%w: %d follows %d", errSeq, e.Seq, before.Seq)
	case e.Prev != before.Hash:
		return errPrev
	default:
		return nil
	}
}

// check tells what is wrong with a line of the n-th segment, by itself or where it stands.
func (at *line) check(links *chain, n int) error {
	if at.err != nil {
		links.loose = true

		return at.err
	}

	if err := links.follow(&at.entry); err != nil {
		return err
	}

	if at.number == 1 {
		_, err := headerOf(&at.entry, n)

		return err
	}

	if at.entry.Kind == KindSegment {
		return errHeader
	}

	return nil
}

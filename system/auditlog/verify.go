package auditlog

import (
	"errors"
	"fmt"
	"io/fs"
)

// maxOthers bounds how many names of foreign files a report lists.
const maxOthers = 16

// Problem is one place where the record is not what it must be.
type Problem struct {
	File string // segment
	Line int    // counted from 1; 0 if the whole segment is meant
	Seq  uint64 // of the entry; 0 if it cannot be read
	What string
}

// String names the place and what is wrong there.
func (p Problem) String() string {
	switch {
	case p.Line == 0:
		return fmt.Sprintf("%s: %s", p.File, p.What)
	case p.Seq == 0:
		return fmt.Sprintf("%s line %d: %s", p.File, p.Line, p.What)
	default:
		return fmt.Sprintf("%s line %d (seq %d): %s", p.File, p.Line, p.Seq, p.What)
	}
}

// Report is what Verify found.
type Report struct {
	Segments int
	Entries  uint64 // entries that are intact by themselves, segment entries among them
	Head     Head   // the last of them: compare it with a copy from outside
	Bad      uint64 // places that are wrong
	First    *Problem

	// What is not wrong but worth saying.
	TornFile       string // segment whose last line is being written now, or was when the program crashed
	TornBytes      int64
	AbandonedBytes int64    // behind the declared end of segments whose write failed; never acknowledged
	UnknownKinds   uint64   // intact entries of a kind that this version does not know
	OtherFiles     []string // in the directory but not part of the record; at most 16
}

// OK reports whether nothing is wrong.
func (r *Report) OK() bool { return r.Bad == 0 }

// Warnings says in words what is not wrong but worth knowing.
func (r *Report) Warnings() []string {
	var warnings []string

	if r.TornBytes > 0 {
		warnings = append(warnings, fmt.Sprintf("%s ends in %d bytes of an unfinished line: it is being written, or was at a crash", r.TornFile, r.TornBytes))
	}

	if r.AbandonedBytes > 0 {
		warnings = append(warnings, fmt.Sprintf("%d bytes were given up after failed writes and are not part of the record", r.AbandonedBytes))
	}

	if r.UnknownKinds > 0 {
		warnings = append(warnings, fmt.Sprintf("%d entries are of a kind that this version does not know", r.UnknownKinds))
	}

	for _, name := range r.OtherFiles {
		warnings = append(warnings, fmt.Sprintf("%q is not part of the record", name))
	}

	return warnings
}

// Verify reads the whole record and checks every entry's spelling, sequence and hash, and the chain across segments. It may run while the
// record is being written. Memory is bounded by the longest line. The error says that the record cannot be read at all.
func Verify(dir string) (Report, error) {
	d, err := openDirectory(dir)
	if err != nil {
		return Report{}, err
	}

	report, err := verifyIn(d)

	return report, errors.Join(err, d.Close())
}

func verifyIn(dir directory) (Report, error) {
	parts, others, err := partsOf(dir)
	if err != nil {
		return Report{}, err
	}

	v := verifier{dir: dir}
	v.report.Segments = len(parts)
	v.report.OtherFiles = others[:min(len(others), maxOthers)]

	for i := range parts {
		v.before(parts[i].number)

		if err := v.part(&parts[i], len(parts)-1-i); err != nil {
			return Report{}, err
		}
	}

	return v.report, nil
}

// part is one segment and what the header of the next one says about it.
type part struct {
	number int
	size   int64
	next   *header // nil if the next segment is not there or its header cannot be read
	seq    uint64  // of that header: entries of this part are all below
}

// limit is how many bytes of the segment belong to the record, -1 for all of them.
func (p *part) limit() int64 {
	if p.next != nil && p.next.reason == reasonFailure {
		return p.next.end
	}

	return -1
}

// partsOf lists the segments, oldest first, and the names of other files.
func partsOf(dir directory) (parts []part, others []string, err error) {
	numbers, others, err := listSegments(dir)
	if err != nil {
		return nil, nil, err
	}

	for _, n := range numbers {
		f, size, err := dir.Read(segmentName(n))
		if errors.Is(err, fs.ErrNotExist) {
			continue // told as missing
		}

		if err != nil {
			return nil, nil, err
		}

		if err := f.Close(); err != nil {
			return nil, nil, fmt.Errorf("audit segment %s: %w", segmentName(n), err)
		}

		parts = append(parts, part{number: n, size: size})
	}

	for i := range parts[:max(0, len(parts)-1)] {
		if err := parts[i].peek(dir); err != nil {
			return nil, nil, err
		}
	}

	return parts, others, nil
}

// peek reads the header of the segment behind the part.
func (p *part) peek(dir directory) error {
	_, err := walk(dir, p.number+1, -1, func(at line) bool {
		if h, err := headerOf(&at.entry, p.number+1); at.err == nil && err == nil {
			p.next, p.seq = &h, at.entry.Seq
		}

		return false
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}

	return err
}

type verifier struct {
	dir    directory
	report Report
	links  chain
	number int // of the segment before
}

// before notices segments that are missing before the n-th.
func (v *verifier) before(n int) {
	if missing := n - v.number - 1; missing > 0 {
		v.links.loose = true
		v.bad(Problem{File: segmentName(v.number + 1), What: fmt.Sprintf("segment is missing (%d in a row)", missing)})
	}

	v.number = n
}

// part reads one segment, behind which there are so many others. It may be open if it is the last, or the last but one while the next is
// being created.
func (v *verifier) part(p *part, behind int) error {
	var (
		lines int
		end   int64
	)

	torn, err := walk(v.dir, p.number, p.limit(), func(at line) bool {
		lines, end = at.number, at.end
		v.line(p.number, &at)

		return true
	})
	if err != nil {
		return err
	}

	name := segmentName(p.number)

	switch open := behind == 0 || behind == 1 && p.next == nil && lines > 0; {
	case torn > 0 && open:
		v.report.TornFile, v.report.TornBytes = name, torn
	case torn > 0:
		v.links.loose = true
		v.bad(Problem{File: name, Line: lines + 1, What: "line is cut short"})
	case lines == 0 && !open:
		v.bad(Problem{File: name, What: errNoHeader.Error()})
	case p.next != nil && end != p.next.end:
		v.bad(Problem{File: name, Line: lines, What: fmt.Sprintf("segment ends after %d bytes, the next one says %d", end, p.next.end)})
	}

	if p.limit() >= 0 {
		v.report.AbandonedBytes += max(0, p.size-p.limit())
	}

	return nil
}

func (v *verifier) line(n int, at *line) {
	if at.err == nil {
		v.report.Entries++

		if !documented(at.entry.Kind) {
			v.report.UnknownKinds++
		}
	}

	if err := at.check(&v.links, n); err != nil {
		v.bad(Problem{File: segmentName(n), Line: at.number, Seq: at.entry.Seq, What: err.Error()})
	}

	v.report.Head = v.links.head
}

func (v *verifier) bad(p Problem) {
	v.report.Bad++

	if v.report.First == nil {
		v.report.First = &p
	}
}

package auditlog

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// Why a segment was started; the words are part of the format.
const (
	reasonFirst    = "first"
	reasonSize     = "size"
	reasonFailure  = "failure"
	reasonRecovery = "recovery"
)

// segmentDigits is the width of a segment's number in its name.
const segmentDigits = 8

// segmentName returns the name of the n-th segment, counted from 1.
func segmentName(n int) string { return fmt.Sprintf("audit-%0*d.jsonl", segmentDigits, n) }

// segmentNumber is the inverse of segmentName; 0 means that the name is not a segment's.
func segmentNumber(name string) int {
	const before, after = len("audit-"), len(".jsonl")

	if len(name) < before+segmentDigits+after {
		return 0
	}

	n, err := strconv.Atoi(name[before : len(name)-after])
	if err != nil || n < 1 || segmentName(n) != name {
		return 0
	}

	return n
}

// listSegments returns the numbers of the segments, sorted, and the names of everything else.
func listSegments(dir directory) (numbers []int, others []string, err error) {
	names, err := dir.List()
	if err != nil {
		return nil, nil, err
	}

	for _, name := range names {
		if n := segmentNumber(name); n > 0 {
			numbers = append(numbers, n)
		} else {
			others = append(others, name)
		}
	}

	slices.Sort(numbers)
	slices.Sort(others)

	return numbers, others, nil
}

// header is the first entry of a segment.
type header struct {
	number   int
	reason   string
	previous int    // the segment before, 0 if there is none
	end      int64  // bytes of the segment before that belong to the log
	detail   string // for people
}

func (h header) entry() Entry {
	previous := ""
	if h.previous > 0 {
		previous = segmentName(h.previous)
	}

	return Entry{At: clampTime(time.Now()), Kind: KindSegment, Fields: []messages.Field{
		{Name: "file", Value: segmentName(h.number)},
		{Name: "reason", Value: h.reason},
		{Name: "previous", Value: previous},
		{Name: "end", Value: strconv.FormatInt(h.end, 10)},
		{Name: "detail", Value: clean(h.detail, MaxValue)},
	}}
}

// What can be wrong with a segment's first entry.
var (
	errNoHeader  = errors.New("segment does not begin with a segment entry")
	errOtherFile = errors.New("segment entry belongs to another file")
	errHeader    = errors.New("segment entry is not as documented")
)

// headerOf reads the segment entry that must be the first of the n-th segment. A header is as documented if writing it again gives the same.
func headerOf(e *Entry, n int) (header, error) {
	if e.Kind != KindSegment {
		return header{}, errNoHeader
	}

	h := header{
		number:   segmentNumber(e.Field("file")),
		reason:   e.Field("reason"),
		previous: segmentNumber(e.Field("previous")),
		detail:   e.Field("detail"),
	}

	end, err := strconv.ParseInt(e.Field("end"), 10, 64)
	h.end = end

	again := h.entry()

	switch {
	case h.number != n:
		return header{}, errOtherFile
	case err != nil, end < 0, e.Round != 0, e.Vendor != "", !slices.Equal(again.Fields, e.Fields), !h.plausible():
		return header{}, errHeader
	default:
		return h, nil
	}
}

func (h header) plausible() bool {
	switch h.reason {
	case reasonFirst:
		return h.number == 1 && h.previous == 0 && h.end == 0
	case reasonSize, reasonFailure, reasonRecovery:
		return h.previous == h.number-1 && h.previous > 0
	default:
		return false
	}
}

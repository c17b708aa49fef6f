package auditlog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// Filter selects entries; the zero value selects all.
type Filter struct {
	Kinds     []messages.FactKind // any of these; empty means every kind
	Vendor    messages.Vendor     // empty means every vendor
	From      time.Time           // not before; zero means from the start
	To        time.Time           // before; zero means to the end
	FromSeq   uint64              // not below
	BeforeSeq uint64              // below; 0 means to the end
	Last      int                 // only the newest so many of those that match; 0 means all of them
}

func (f *Filter) match(e *Entry) bool {
	switch {
	case e.Seq < f.FromSeq, f.BeforeSeq > 0 && e.Seq >= f.BeforeSeq, f.Vendor != "" && e.Vendor != f.Vendor:
		return false
	case !f.From.IsZero() && e.At.Before(f.From), !f.To.IsZero() && !e.At.Before(f.To):
		return false
	default:
		return len(f.Kinds) == 0 || slices.Contains(f.Kinds, e.Kind)
	}
}

// Read yields the entries that match, oldest first. A line that is no intact entry is yielded as an error in its place, with an empty
// entry, and reading goes on behind it; an error of the file system is the last thing that is yielded. An unfinished line at the end is
// passed over; with Filter.Last only what had to be read is looked at. The chain is not checked: that is what Verify does. Memory is bounded by Filter.Last and the longest line.
func Read(dir string, filter Filter) iter.Seq2[Entry, error] {
	return ReadContext(context.Background(), dir, filter)
}

// ReadContext is Read that ends soon after ctx does, with the error of ctx as the last thing that is yielded.
func ReadContext(ctx context.Context, dir string, filter Filter) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		d, err := openDirectory(dir)
		if err != nil {
			yield(Entry{}, err)

			return
		}
		defer d.Close() //nolint:errcheck // it was only read

		parts, _, err := partsOf(d)
		if err != nil {
			yield(Entry{}, err)

			return
		}

		if filter.Last > 0 {
			readLast(ctx, d, parts, &filter, yield)

			return
		}

		for i := range parts {
			if !readPart(ctx, d, &parts[i], &filter, yield) {
				return
			}
		}
	}
}

// readPart yields what matches in one segment, and returns false when the reader has had enough.
func readPart(ctx context.Context, dir directory, p *part, filter *Filter, yield func(Entry, error) bool) bool {
	if p.next != nil && p.seq <= filter.FromSeq {
		return true
	}

	more := true

	_, err := walk(dir, p.number, p.limit(), visitor(ctx, p, filter, yield, &more))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		yield(Entry{}, err)

		return false
	}

	return more
}

// readTail yields what matches at the end of one segment, and reports whether it has read all of it.
func readTail(ctx context.Context, dir directory, p *part, filter *Filter, window int64, yield func(Entry, error) bool) (whole bool) {
	more := true

	whole, err := walkTail(dir, p.number, p.limit(), window, visitor(ctx, p, filter, yield, &more))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		yield(Entry{}, err)
	}

	return whole
}

// visitor yields what matches, and notes when the reader has had enough.
func visitor(ctx context.Context, p *part, filter *Filter, yield func(Entry, error) bool, more *bool) func(line) bool {
	return func(at line) bool {
		switch {
		case ctx.Err() != nil:
			*more = false

			yield(Entry{}, ctx.Err())
		case at.err != nil:
			*more = yield(Entry{}, fmt.Errorf("audit segment %s line %d: %w", segmentName(p.number), at.number, at.err))
		case filter.match(&at.entry):
			*more = yield(at.entry, nil)
		}

		return *more
	}
}

// found is one thing to yield.
type found struct {
	entry Entry
	err   error
}

// readLast goes back segment by segment until it has enough. Of several errors in a segment it keeps the first.
func readLast(ctx context.Context, dir directory, parts []part, filter *Filter, yield func(Entry, error) bool) {
	var have []found

	wanted := filter.Last

	for i := len(parts) - 1; i >= 0 && wanted > 0; i-- {
		if i > 0 && parts[i-1].next != nil && filter.BeforeSeq > 0 && parts[i-1].seq >= filter.BeforeSeq {
			continue // this one begins where the entries that are wanted end
		}

		newest, failure := lastOf(ctx, dir, &parts[i], filter, wanted)
		wanted -= len(newest)

		if ctx.Err() != nil {
			yield(Entry{}, ctx.Err())

			return
		}

		if failure != nil {
			newest = append([]found{{err: failure}}, newest...)
		}

		have = append(newest, have...)
	}

	for _, f := range have {
		if !yield(f.entry, f.err) {
			return
		}
	}
}

// lastOf returns the newest n matches of one segment and the first error on the way. It begins near the end and goes back further until it has
// enough: the newest entries of a long record are asked for again and again. Where there is an error, it reads the whole segment, to say which line.
func lastOf(ctx context.Context, dir directory, p *part, filter *Filter, n int) (newest []found, failure error) {
	const first, growth = 256 << 10, 4

	for window := int64(first); ; window *= growth {
		newest, failure = nil, nil

		whole := readTail(ctx, dir, p, filter, window, func(e Entry, err error) bool {
			newest, failure = gather(newest, failure, n, e, err)

			return true
		})

		switch {
		case whole, ctx.Err() != nil:
			return newest[max(0, len(newest)-n):], failure
		case failure != nil:
			window = math.MaxInt64 / growth
		case len(newest) >= n:
			return newest[len(newest)-n:], nil
		}
	}
}

// gather adds an entry to the newest n and a few more, or keeps the first error.
func gather(newest []found, failure error, n int, e Entry, err error) (gathered []found, first error) {
	if err != nil {
		return newest, cmp.Or(failure, err)
	}

	if newest = append(newest, found{entry: e}); len(newest) >= 2*n {
		newest = slices.Delete(newest, 0, len(newest)-n)
	}

	return newest, failure
}

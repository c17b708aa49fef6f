package gateway

import (
	"cmp"
	"context"
	"errors"

	"github.com/rollcall-go/rollcall/system/gateway/params"
)

// batch is how many rows are read at a time, where a source says nothing else.
const batch = 500

// source is where the rows of a page come from, newest first.
type source[T any] struct {
	name  string // of what is paged, for the cursor
	fetch func(ctx context.Context, before uint64, limit int) ([]T, error)
	keep  func(ctx context.Context, row *T) (bool, error) // may change the row; false leaves it out. ErrNoRound does too
	key   func(row *T) uint64                             // what the cursor of the page behind the row holds
	tail  func() any                                      // members of the answer that come after the rows; may be nil
	batch int                                             // rows to be read at a time; 0 means the usual
}

// paging checks the parameters that place a page.
func paging(p *params.Params, name string) {
	_, _ = p.Limit(), p.Cursor(name)
}

// page answers with the page that the parameters ask for. When time is up, what there is by then is a page.
func (t *table[T]) page(g *Gateway, p *params.Params, s source[T]) {
	ctx, cancel := context.WithTimeout(t.r.Context(), queryLimit)
	defer cancel()

	last, more, err := s.hand(ctx, p.Cursor(s.name), p.Limit(), t.row)

	if err != nil && last > 0 && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		more, err = true, nil
	}

	if err != nil {
		t.broken(g, err)

		return
	}

	next := ""
	if more {
		next = p.NextCursor(s.name, last)
	}

	var tail any
	if s.tail != nil {
		tail = s.tail()
	}

	t.end(next, tail)
}

// hand hands over rows behind a key until there are as many as wanted. It returns the key of the last one it has dealt with, and whether there are
// more behind it.
func (s *source[T]) hand(ctx context.Context, before uint64, wanted int, row func(*T) error) (last uint64, more bool, err error) {
	last = before

	for {
		limit := min(cmp.Or(s.batch, batch), wanted) + 1 // one more says whether there are more

		rows, err := s.fetch(ctx, last, limit)
		if err != nil {
			return last, false, err
		}

		for i := range rows {
			if wanted == 0 {
				return last, true, nil
			}

			kept, err := s.one(ctx, &rows[i], row)
			if err != nil {
				return last, false, err
			}

			last = s.key(&rows[i])

			if kept {
				wanted--
			}
		}

		if len(rows) < limit {
			return last, false, nil
		}
	}
}

// one hands over a row if it is kept. One that is gone from the history since it was listed is not.
func (s *source[T]) one(ctx context.Context, value *T, row func(*T) error) (bool, error) {
	kept, err := s.keep(ctx, value)

	switch {
	case errors.Is(err, ErrNoRound):
		return false, nil
	case err != nil || !kept:
		return false, err
	default:
		return true, row(value)
	}
}

package reading

import (
	"context"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/internal/expr"
)

// Rows returns the rows of one message of a stream that say anything about a price. A message of another kind has none.
func (r *Reader) Rows(ctx context.Context, document any, vars *expr.Vars) ([]Row, error) {
	rows, err := r.all(ctx, document, vars)
	if err != nil {
		return nil, err
	}

	kept := rows[:0]

	for i := range rows {
		if !isEmpty(&rows[i].Fields) {
			kept = append(kept, rows[i])
		}
	}

	return kept, nil
}

// Count returns how many rows a document has, whatever they say.
func (r *Reader) Count(ctx context.Context, document any, vars *expr.Vars) (int, error) {
	rows, err := r.all(ctx, document, vars)

	return len(rows), err
}

func (r *Reader) all(ctx context.Context, document any, vars *expr.Vars) ([]Row, error) {
	if r.query != nil {
		return query(ctx, r.query, document, vars, r.veil)
	}

	var keys []string
	if vars != nil {
		keys = vars.Keys
	}

	return r.batch.message(document, keys), nil
}

// readTree fills in the quotes from a document.
func (r *Reader) readTree(ctx context.Context, document any, vars *expr.Vars, t *Targets, quotes []messages.Quote) error {
	rows, err := r.find(ctx, document, vars, t)
	if err != nil {
		return err
	}

	chosen := newChooser(r, t)

	for i := range rows {
		row := &rows[i]

		switch at, asked := t.Find(row.Key); {
		case row.Key == "" && t.Keys() == 1:
			chosen.take(0, row)
		case row.Key != "" && asked:
			chosen.take(at, row)
		}
	}

	chosen.fill(quotes)

	return nil
}

// find returns the rows of an answer. An answer about one instrument may be its row, or have it behind its key.
func (r *Reader) find(ctx context.Context, document any, vars *expr.Vars, t *Targets) ([]Row, error) {
	if r.query != nil {
		return query(ctx, r.query, document, vars, r.veil)
	}

	if t.Keys() != 1 || r.batch.layout != layoutKeyed {
		return r.batch.walk(document, vars.Keys)
	}

	rows, err := r.single.walk(document, vars.Keys)
	if err == nil && (len(rows) > 1 || len(rows) == 1 && !isEmpty(&rows[0].Fields)) {
		return rows, nil
	}

	if others := r.behindKey(document, vars.Keys, t.symbols[0].Key, err != nil); others != nil {
		return others, nil
	}

	return rows, err
}

// behindKey returns the rows that stand behind the one instrument's key; nil if there are none. Empty ones are taken where there is nothing else.
func (r *Reader) behindKey(document any, keys []string, key string, empty bool) []Row {
	rows, err := r.batch.walk(document, keys)
	if err != nil {
		return nil
	}

	for i := range rows {
		if rows[i].Key == key && (empty || !isEmpty(&rows[i].Fields)) {
			return rows
		}
	}

	return nil
}

package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// rowsAtOnce is how many rows one statement inserts. Half of the time of an insert is spent around it, not in it.
const rowsAtOnce = 32

// inserts are the prepared statements of the three big tables.
type inserts struct{ reports, verdicts, sources *insert }

// newInserts prepares them; they are closed with the database.
func newInserts(ctx context.Context, db *sql.DB) (*inserts, error) {
	all := &inserts{
		reports:  &insert{table: "reports", columns: 9},
		verdicts: &insert{table: "verdicts", columns: 6},
		sources:  &insert{table: "sources", columns: 11},
	}

	for _, i := range []*insert{all.reports, all.verdicts, all.sources} {
		if err := i.prepare(ctx, db); err != nil {
			return nil, fmt.Errorf("table %s: %w", i.table, err)
		}
	}

	return all, nil
}

// insert collects the rows of one table and inserts many at once.
type insert struct {
	table     string
	columns   int
	one, many *sql.Stmt
	values    []any
}

func (i *insert) prepare(ctx context.Context, db *sql.DB) (err error) {
	row := "(" + strings.Repeat("?,", i.columns-1) + "?)"
	text := "INSERT INTO " + i.table + " VALUES " + row //nolint:gosec // constants

	if i.one, err = db.PrepareContext(ctx, text); err != nil {
		return err
	}

	i.many, err = db.PrepareContext(ctx, text+strings.Repeat(","+row, rowsAtOnce-1))

	return err
}

// begin forgets what an earlier transaction left.
func (i *insert) begin() { i.values = i.values[:0] }

// row adds a row, in the table's order of columns.
func (i *insert) row(ctx context.Context, tx *sql.Tx, values ...any) error {
	i.values = append(i.values, values...)
	if len(i.values) < i.columns*rowsAtOnce {
		return nil
	}

	_, err := tx.StmtContext(ctx, i.many).ExecContext(ctx, i.values...)
	i.begin()

	return err
}

// end inserts the rows that are left.
func (i *insert) end(ctx context.Context, tx *sql.Tx) error {
	defer i.begin()

	if len(i.values) == 0 {
		return nil
	}

	one := tx.StmtContext(ctx, i.one)

	for at := 0; at < len(i.values); at += i.columns {
		if _, err := one.ExecContext(ctx, i.values[at:at+i.columns]...); err != nil {
			return err
		}
	}

	return nil
}

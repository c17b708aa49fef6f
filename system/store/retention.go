package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Bounds of the trimming that follows each Persist. It always removes a few rounds, so that it keeps up with one new round per call, and
// goes on for a short while, so that it catches up.
const (
	trimRounds = 2                     // rounds removed by one statement
	trimBudget = 20 * time.Millisecond // no further statement is begun after this
	trimPages  = 512                   // free pages given back to the file system
)

// trim removes rounds beyond the retention, oldest first, in a transaction of its own.
func (s *Store) trim(ctx context.Context) error {
	began := time.Now()

	doomed, err := s.doomed(ctx, s.db)
	if err != nil || doomed == 0 {
		return err
	}

	err = inTransaction(ctx, s.db.DB, func(tx *sql.Tx) error {
		for doomed > 0 {
			if err := remove(ctx, tx, doomed); err != nil {
				return err
			}

			if time.Since(began) > trimBudget {
				return nil
			}

			if doomed, err = s.doomed(ctx, tx); err != nil {
				return err
			}
		}

		return nil
	})
	if err != nil {
		return err
	}

	return vacuum(ctx, s.db.DB)
}

// remove removes all rounds up to one.
func remove(ctx context.Context, tx *sql.Tx, last int64) error {
	for _, table := range []string{"reports", "rounds"} {
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE round <= ?", last); err != nil { //nolint:gosec // constants
			return fmt.Errorf("removing rounds up to %d: %w", last, err)
		}
	}

	return nil
}

// doomed returns the newest of the few oldest rounds that are beyond the retention, 0 if there is none.
func (s *Store) doomed(ctx context.Context, db querier) (int64, error) {
	var before int64 // nanoseconds since 1970

	var last sql.NullInt64
	if err := db.QueryRowContext(ctx, "SELECT published_at FROM rounds ORDER BY round DESC LIMIT 1").Scan(&last); err != nil {
		return 0, none(err)
	}

	if age := s.options.Retention.MaxAge; age > 0 && last.Valid {
		before = last.Int64 - int64(age)
	}

	over, err := s.oversized(ctx, db)
	if err != nil {
		return 0, err
	}

	var doomed sql.NullInt64

	err = db.QueryRowContext(ctx, `SELECT max(round) FROM (SELECT round, published_at FROM rounds ORDER BY round LIMIT ?)
		WHERE (? OR published_at < ?) AND round < (SELECT max(round) FROM rounds)`, trimRounds, over, before).Scan(&doomed)
	if err != nil {
		return 0, fmt.Errorf("oldest rounds: %w", err)
	}

	return doomed.Int64, nil
}

// oversized reports whether the database's contents are larger than allowed.
func (s *Store) oversized(ctx context.Context, db querier) (bool, error) {
	if s.options.Retention.MaxBytes <= 0 {
		return false, nil
	}

	var used int64

	err := db.QueryRowContext(ctx, `SELECT (page_count - freelist_count) * page_size
		FROM pragma_page_count, pragma_freelist_count, pragma_page_size`).Scan(&used)
	if err != nil {
		return false, fmt.Errorf("size: %w", err)
	}

	return used > s.options.Retention.MaxBytes, nil
}

// vacuum gives some free pages back. The statement does its work page by page, as its rows are read.
func vacuum(ctx context.Context, db *sql.DB) (err error) {
	rows, err := db.QueryContext(ctx, fmt.Sprintf("PRAGMA incremental_vacuum(%d)", trimPages))
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, rows.Close()) }()

	for rows.Next() {
	}

	return rows.Err()
}

// none turns "no rows" into nothing.
func none(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}

	return err
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// pageRows is how many rows are read in one go. No transaction outlives a page, so a slow reader never keeps the write-ahead log growing.
const pageRows = 1000

// ErrNoHistory says that there is no history in the directory.
var ErrNoHistory = errors.New("no history")

// Reader reads a history, also while another process writes it. Its methods may be called from several goroutines.
type Reader struct {
	dir string
	dsn string
}

// OpenHistory opens the history in a data directory for reading only. It needs no lock and disturbs nobody. If there is none, the error
// wraps ErrNoHistory.
func OpenHistory(ctx context.Context, dir string) (*Reader, error) {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("history in %s: %w", dir, err)
	}

	if _, err := os.Stat(filepath.Join(absolute, HistoryName)); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w in %s", ErrNoHistory, absolute)
	}

	names, err := migrationNames()
	if err != nil {
		return nil, err
	}

	r := newReader(absolute)

	err = r.query(ctx, func(db *sql.DB) error {
		version, err := schemaVersion(ctx, db)

		switch {
		case err != nil:
			return err
		case version > len(names):
			return ErrNewer
		case version < len(names):
			return fmt.Errorf("schema version %d: the service has not brought it up to version %d yet", version, len(names))
		default:
			return nil
		}
	})
	if err != nil {
		return nil, err
	}

	return r, nil
}

func newReader(dir string) *Reader {
	return &Reader{dir: dir, dsn: dsn(dir, url.Values{"mode": {"ro"}, "_busy_timeout": {"5000"}, "_query_only": {"1"}})}
}

// Close ends reading. It does nothing today: no connection is kept between calls.
func (r *Reader) Close() error { return nil }

// query runs work on a connection of its own, so that a history that was moved aside meanwhile is not read on.
func (r *Reader) query(ctx context.Context, work func(db *sql.DB) error) error {
	db, err := sql.Open("sqlite", r.dsn)
	if err != nil {
		return fmt.Errorf("history in %s: %w", r.dir, err)
	}

	db.SetMaxOpenConns(1)

	err = errors.Join(work(db), db.Close())
	if err != nil && ctx.Err() != nil {
		err = ctx.Err() // rather than the driver's word for it
	}

	if err != nil {
		return fmt.Errorf("history in %s: %w", r.dir, damage(err))
	}

	return nil
}

// History returns the verdicts that a query selects, by round and, within a round, by instrument. It stops at the first error, which is
// the last pair.
func (r *Reader) History(ctx context.Context, query Query) iter.Seq2[Row, error] {
	return pages(query.Limit, func(last *Row, limit int) ([]Row, error) {
		if found, err := r.narrow(ctx, &query, last == nil); !found || err != nil {
			return nil, err
		}

		return r.page(ctx, &query, last, limit)
	})
}

// Rounds returns the rounds that a query selects, whatever its instruments. It stops at the first error, which is the last pair.
func (r *Reader) Rounds(ctx context.Context, query Query) iter.Seq2[RoundRow, error] {
	return pages(query.Limit, func(last *RoundRow, limit int) ([]RoundRow, error) {
		if found, err := r.narrow(ctx, &query, last == nil); !found || err != nil {
			return nil, err
		}

		return r.rounds(ctx, &query, last, limit)
	})
}

// pages iterates over what fetch returns, page after page; fetch gets the last row of the page before, nil for the first. A page that is
// not full is the last.
func pages[T any](limit int, fetch func(last *T, limit int) ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var last *T

		for left := limit; limit <= 0 || left > 0; left -= pageRows {
			page, err := fetch(last, size(limit, left))
			if err != nil {
				var none T

				yield(none, err)

				return
			}

			for i := range page {
				if !yield(page[i], nil) {
					return
				}
			}

			if len(page) < pageRows {
				return
			}

			last = &page[len(page)-1]
		}
	}
}

// narrow bounds the query, before its first page, by the numbers of the rounds in its time, so that no page has to look for them. It
// reports whether there are any.
func (r *Reader) narrow(ctx context.Context, query *Query, first bool) (bool, error) {
	times := &clause{}
	query.times(times, "published_at")

	if !first || len(times.text) == 0 {
		return true, nil
	}

	var from, to sql.NullInt64

	err := r.query(ctx, func(db *sql.DB) error {
		return db.QueryRowContext(ctx, "SELECT min(round), max(round) FROM rounds"+times.sql(), times.args...).Scan(&from, &to)
	})
	if err != nil || !from.Valid {
		return false, err
	}

	query.FromRound = max(query.FromRound, messages.Round(from.Int64)) //nolint:gosec // a round was stored

	if last := messages.Round(to.Int64); query.ToRound == 0 || last < query.ToRound { //nolint:gosec // a round was stored
		query.ToRound = last
	}

	return true, nil
}

// size is how many rows the next page has.
func size(limit, left int) int {
	if limit <= 0 {
		return pageRows
	}

	return min(left, pageRows)
}

func (r *Reader) rounds(ctx context.Context, query *Query, last *RoundRow, limit int) ([]RoundRow, error) {
	where := query.where()

	switch {
	case last == nil:
	case query.Newest:
		where.add("r.round < ?", number(last.Round))
	default:
		where.add("r.round > ?", number(last.Round))
	}

	statement := `SELECT r.round, r.status, r.started_at, r.published_at, r.elapsed, r.deadline, o.vendors, o.instruments
		FROM rounds r JOIN rosters o ON o.id = r.roster` + where.sql() + " ORDER BY r.round" + query.direction() + " LIMIT ?"

	return collect(ctx, r, statement, append(where.args, limit), func(rows *sql.Rows, row *RoundRow) error {
		var started, published sql.NullInt64

		err := rows.Scan(&row.Round, &row.Status, &started, &published, &row.Elapsed, &row.Deadline, &row.Vendors, &row.Instruments)
		row.StartedAt, row.PublishedAt = moment(started), moment(published)

		return err
	})
}

// collect runs a statement and returns its rows.
func collect[T any](ctx context.Context, r *Reader, statement string, args []any, scan func(*sql.Rows, *T) error) ([]T, error) {
	var list []T

	err := r.query(ctx, func(db *sql.DB) error {
		var err error
		list, err = scanAll(ctx, db, statement, args, scan)

		return err
	})

	return list, err
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func scanAll[T any](
	ctx context.Context, db querier, statement string, args []any, scan func(*sql.Rows, *T) error,
) (list []T, err error) {
	rows, err := db.QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, err
	}

	defer func() { err = errors.Join(err, rows.Close()) }()

	for rows.Next() {
		var row T
		if err := scan(rows, &row); err != nil {
			return nil, err
		}

		list = append(list, row)
	}

	return list, rows.Err()
}

// moment is the time of a column, zero for NULL.
func moment(nanoseconds sql.NullInt64) time.Time {
	if !nanoseconds.Valid {
		return time.Time{}
	}

	return time.Unix(0, nanoseconds.Int64).UTC()
}

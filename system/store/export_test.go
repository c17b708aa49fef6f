package store

import (
	"context"
	"strconv"

	"github.com/rollcall-go/rollcall/system/internal/durable"
)

// OpenOn is Open with faults below snapshot.json.
func OpenOn(ctx context.Context, options Options, wrap func(durable.FS) durable.FS) (*Store, error) {
	return openOn(ctx, options, func(dir *durable.Dir) durable.FS { return wrap(dir) })
}

// LimitPages makes the database full at a number of pages, 0 for no limit.
func (s *Store) LimitPages(ctx context.Context, pages int) error {
	if pages == 0 {
		pages = 1 << 30
	}

	var now int

	return s.db.QueryRowContext(ctx, "PRAGMA max_page_count = "+strconv.Itoa(pages)).Scan(&now)
}

// Abandon lets go of the files as a killed process does: nothing is noted, nothing is checkpointed. The connection stays open.
func (s *Store) Abandon() { s.closed = true }

// Checkpoint moves everything from the log into the database.
func (s *Store) Checkpoint(ctx context.Context) error {
	_, err := s.db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")

	return err
}

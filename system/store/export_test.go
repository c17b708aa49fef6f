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

// LimitPages makes the database full at a number of pages.
func (s *Store) LimitPages(ctx context.Context, pages int) error {
	var now int

	return s.db.QueryRowContext(ctx, "PRAGMA max_page_count = "+strconv.Itoa(pages)).Scan(&now)
}

// Abandon lets go of the files as a killed process does: nothing is noted, nothing is checkpointed. The connection stays open.
func (s *Store) Abandon() { s.closed = true }

// Exec runs a statement on the store's own connection.
func (s *Store) Exec(ctx context.Context, statement string) error {
	_, err := s.db.ExecContext(ctx, statement)

	return err
}

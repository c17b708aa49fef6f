package store

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// record puts one snapshot into the history. A round that is there already stays as it is.
func (db *database) record(ctx context.Context, tx *sql.Tx, names resolved, s *messages.Snapshot) error {
	if s.Round > math.MaxInt64 {
		return fmt.Errorf("round %d: too large", s.Round)
	}

	result, err := tx.ExecContext(ctx, "INSERT INTO rounds VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		number(s.Round), names.id, string(s.Status), nanos(s.StartedAt), nanos(s.PublishedAt), int64(s.Elapsed), int64(s.Deadline))
	if err != nil {
		return fmt.Errorf("round %d: %w", s.Round, err)
	}

	if added, err := result.RowsAffected(); err != nil || added == 0 {
		return err
	}

	if err := db.reports.insert(ctx, tx, names, s); err != nil {
		return fmt.Errorf("round %d: %w", s.Round, err)
	}

	return nil
}

// text is NULL for nothing.
func text(s string) any {
	if s == "" {
		return nil
	}

	return s
}

// nanos is NULL for a time that unixNano refuses.
func nanos(t time.Time) any {
	if nanoseconds, ok := unixNano(t); ok {
		return nanoseconds
	}

	return nil
}

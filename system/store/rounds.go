package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"

	"github.com/rollcall-go/rollcall/messages"
)

// How many round numbers are reserved ahead, and when more are.
const (
	reserveAhead = 1000
	reserveLow   = 500
)

// meta is what the history knows about round numbers.
type meta struct {
	clean    bool
	last     messages.Round // the last number used; only if clean
	reserved messages.Round // no number above it was used
	stored   messages.Round // the newest round in the history
}

func readMeta(ctx context.Context, db *sql.DB) (m meta, err error) {
	err = db.QueryRowContext(ctx,
		"SELECT clean, last_round, reserved_round, (SELECT coalesce(max(round), 0) FROM rounds) FROM meta").
		Scan(&m.clean, &m.last, &m.reserved, &m.stored)
	if errors.Is(err, sql.ErrNoRows) {
		err = errCorrupt
	}

	if err != nil {
		return meta{}, fmt.Errorf("reserved rounds: %w", damage(err))
	}

	return m, nil
}

// first returns the first number that was certainly never used, given the round on file.
func (m meta) first(onFile messages.Round) messages.Round {
	used := max(m.stored, onFile)

	switch {
	case m.clean && m.reserved == 0 && onFile > 0: // a new history beside an older file: its reservation is lost
		used += reserveAhead
	case m.clean:
		used = max(used, m.last)
	default:
		used = max(used, m.reserved)
	}

	return used + 1
}

// reserve raises the reservation to a round, and notes that the store is in use.
func reserve(ctx context.Context, tx *sql.Tx, round messages.Round) error {
	_, err := tx.ExecContext(ctx, "UPDATE meta SET clean = 0, reserved_round = max(reserved_round, ?)", number(round))
	if err != nil {
		return fmt.Errorf("reserving rounds: %w", err)
	}

	return nil
}

// number returns a round as SQLite keeps it. Rounds beyond it are refused before they are stored.
func number(round messages.Round) int64 { return int64(min(round, math.MaxInt64)) }

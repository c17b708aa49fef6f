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

	for _, table := range []func(context.Context, *sql.Tx, resolved, *messages.Snapshot) error{
		db.recordReports, db.recordVerdicts, db.recordSources,
	} {
		if err := table(ctx, tx, names, s); err != nil {
			return fmt.Errorf("round %d: %w", s.Round, err)
		}
	}

	return nil
}

func (db *database) recordReports(ctx context.Context, tx *sql.Tx, names resolved, s *messages.Snapshot) error {
	reports := db.inserts.reports
	reports.begin()

	for i := range s.Vendors {
		r := &s.Vendors[i]

		err := reports.row(ctx, tx, number(s.Round), names.vendors[i], string(r.Outcome), text(r.Detail), int64(r.Latency),
			r.Attempts, r.Usable, string(r.State), r.Restarts)
		if err != nil {
			return err
		}
	}

	return reports.end(ctx, tx)
}

func (db *database) recordVerdicts(ctx context.Context, tx *sql.Tx, names resolved, s *messages.Snapshot) error {
	verdicts := db.inserts.verdicts
	verdicts.begin()

	for i := range s.Instruments {
		r := &s.Instruments[i]

		err := verdicts.row(ctx, tx, number(s.Round), names.instruments[i], string(r.Status), text(r.Price.Text()), int64(r.Age), r.Used)
		if err != nil {
			return err
		}
	}

	return verdicts.end(ctx, tx)
}

// recordSources goes by instrument, because that is the order of the table's key.
func (db *database) recordSources(ctx context.Context, tx *sql.Tx, names resolved, s *messages.Snapshot) error {
	sources := db.inserts.sources
	sources.begin()

	for i, entry := range s.Roster.Entries() {
		for _, ref := range entry.Sources {
			quotes := s.Vendors[ref.Listing].Quotes
			if ref.Position >= len(quotes) {
				continue
			}

			q := &quotes[ref.Position]

			err := sources.row(ctx, tx, number(s.Round), names.instruments[i], names.vendors[ref.Listing], string(q.Outcome), text(q.Detail),
				text(q.Price.Text()), text(q.Bid.Text()), text(q.Ask.Text()), nanos(q.VendorTime), nanos(q.RequestedAt), nanos(q.ReceivedAt))
			if err != nil {
				return err
			}
		}
	}

	return sources.end(ctx, tx)
}

// text is NULL for nothing.
func text(s string) any {
	if s == "" {
		return nil
	}

	return s
}

// nanos is NULL for no time, and for one that does not fit: outside 1678 … 2262 it is no market's.
func nanos(t time.Time) any {
	if t.IsZero() || t.Year() <= 1678 || t.Year() >= 2262 {
		return nil
	}

	return t.UnixNano()
}

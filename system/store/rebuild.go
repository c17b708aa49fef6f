package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/rollcall-go/rollcall/messages"
)

// ErrNoRound says that a round is not in the history.
var ErrNoRound = errors.New("round is not in the history")

// Snapshot returns one stored snapshot, as it was published: its JSON is the same byte for byte. If the round is not there, the error
// wraps ErrNoRound.
func (r *Reader) Snapshot(ctx context.Context, round messages.Round) (*messages.Snapshot, error) {
	var snapshot *messages.Snapshot

	err := r.query(ctx, func(db *sql.DB) error {
		return inTransaction(ctx, db, func(tx *sql.Tx) error { // one view of all tables
			b := &rebuild{db: tx, snapshot: &messages.Snapshot{Round: round, Durable: true}}

			for _, step := range []func(context.Context) error{b.head, b.listings, b.reports, b.verdicts, b.quotes} {
				if err := step(ctx); err != nil {
					return fmt.Errorf("round %d: %w", round, err)
				}
			}

			snapshot = b.snapshot

			return nil
		})
	})

	return snapshot, err
}

// rebuild puts a snapshot together from its tables.
type rebuild struct {
	db       querier
	roster   int64
	snapshot *messages.Snapshot
}

func (b *rebuild) head(ctx context.Context) error {
	s := b.snapshot

	var started, published sql.NullInt64

	err := b.db.QueryRowContext(ctx,
		"SELECT roster, status, started_at, published_at, elapsed, deadline FROM rounds WHERE round = ?", number(s.Round)).
		Scan(&b.roster, &s.Status, &started, &published, &s.Elapsed, &s.Deadline)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNoRound
	}

	s.StartedAt, s.PublishedAt = moment(started), moment(published)

	return err
}

func (b *rebuild) listings(ctx context.Context) error {
	type line struct {
		listing       int
		vendor, class string
		instrument    string
	}

	lines, err := scanAll(ctx, b.db, `SELECT l.listing, v.name, l.class, i.name FROM listings l
		JOIN vendors v ON v.id = l.vendor JOIN instruments i ON i.id = l.instrument
		WHERE l.roster = ? ORDER BY l.listing, l.position`, []any{b.roster}, func(rows *sql.Rows, l *line) error {
		return rows.Scan(&l.listing, &l.vendor, &l.class, &l.instrument)
	})
	if err != nil {
		return err
	}

	var listings []messages.Listing

	for _, l := range lines {
		if l.listing == len(listings) {
			listings = append(listings, messages.Listing{Vendor: messages.Vendor(l.vendor), Class: l.class})
		}

		last := &listings[len(listings)-1]
		last.Instruments = append(last.Instruments, messages.Instrument(l.instrument))
	}

	b.snapshot.Roster, err = messages.NewRoster(listings)

	return err
}

func (b *rebuild) reports(ctx context.Context) (err error) {
	b.snapshot.Vendors, err = scanAll(ctx, b.db, `SELECT outcome, detail, latency, attempts, usable, state, restarts
		FROM listings l JOIN reports r ON r.round = ? AND r.vendor = l.vendor
		WHERE l.roster = ? AND l.position = 0 ORDER BY l.listing`,
		[]any{number(b.snapshot.Round), b.roster}, func(rows *sql.Rows, r *messages.VendorReport) error {
			var detail sql.NullString

			err := rows.Scan(&r.Outcome, &detail, &r.Latency, &r.Attempts, &r.Usable, &r.State, &r.Restarts)
			r.Detail = detail.String

			return err
		})

	return err
}

func (b *rebuild) verdicts(ctx context.Context) (err error) {
	b.snapshot.Instruments, err = scanAll(ctx, b.db, `SELECT status, price, age, used FROM verdicts v
		JOIN instruments i ON i.id = v.instrument WHERE v.round = ? ORDER BY i.name`,
		[]any{number(b.snapshot.Round)}, func(rows *sql.Rows, r *messages.InstrumentReport) error {
			var price sql.NullString

			err := rows.Scan(&r.Status, &price, &r.Age, &r.Used)
			if err != nil {
				return err
			}

			r.Price, err = decimal(price)

			return err
		})

	return err
}

func (b *rebuild) quotes(ctx context.Context) error {
	_, err := scanAll(ctx, b.db, `SELECT l.listing, v.name, i.name, outcome, detail, price, bid, ask, vendor_time, requested_at, received_at
		FROM listings l JOIN sources s ON s.round = ? AND s.instrument = l.instrument AND s.vendor = l.vendor
		JOIN vendors v ON v.id = l.vendor JOIN instruments i ON i.id = l.instrument
		WHERE l.roster = ? ORDER BY l.listing, l.position`,
		[]any{number(b.snapshot.Round), b.roster}, func(rows *sql.Rows, q *messages.Quote) error {
			listing, err := scanQuote(rows, q)
			if err != nil {
				return err
			}

			report := &b.snapshot.Vendors[listing]
			report.Quotes = append(report.Quotes, *q)

			return nil
		})

	return err
}

func scanQuote(rows *sql.Rows, q *messages.Quote) (listing int, err error) {
	var (
		detail, price, bid, ask           sql.NullString
		vendorTime, requestedAt, received sql.NullInt64
	)

	err = rows.Scan(&listing, &q.Vendor, &q.Instrument, &q.Outcome, &detail, &price, &bid, &ask, &vendorTime, &requestedAt, &received)
	if err != nil {
		return 0, err
	}

	q.Detail = detail.String
	q.VendorTime, q.RequestedAt, q.ReceivedAt = moment(vendorTime), moment(requestedAt), moment(received)

	for _, p := range []struct {
		to   *messages.Price
		text sql.NullString
	}{{&q.Price, price}, {&q.Bid, bid}, {&q.Ask, ask}} {
		if *p.to, err = decimal(p.text); err != nil {
			return 0, err
		}
	}

	return listing, nil
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

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

			for _, step := range []func(context.Context) error{b.head, b.listings, b.reports} {
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
	started  int64
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

	s.StartedAt, s.PublishedAt, b.started = moment(started), moment(published), started.Int64

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
			listings = append(listings, messages.Listing{Vendor: messages.Vendor(l.vendor)})
		}

		listings[len(listings)-1].Add(messages.Instrument(l.instrument), l.class)
	}

	b.snapshot.Roster, err = messages.NewRoster(listings)

	return err
}

func (b *rebuild) reports(ctx context.Context) error {
	s := b.snapshot
	s.Instruments = make([]messages.InstrumentReport, len(s.Roster.Entries()))
	homes := homes(s.Roster)

	var report decoded

	listing := 0
	vendors, err := scanAll(ctx, b.db, `SELECT outcome, detail, latency, attempts, usable, state, restarts, quotes
		FROM listings l JOIN reports r ON r.round = ? AND r.vendor_id = l.vendor
		WHERE l.roster = ? AND l.position = 0 ORDER BY l.listing`,
		[]any{number(s.Round), b.roster}, func(rows *sql.Rows, r *messages.VendorReport) error {
			var (
				detail sql.NullString
				data   []byte
			)

			err := rows.Scan(&r.Outcome, &detail, &r.Latency, &r.Attempts, &r.Usable, &r.State, &r.Restarts, &data)
			if err != nil {
				return err
			}

			r.Detail = detail.String

			if err := report.decode(data, b.started); err != nil {
				return err
			}

			r.Feed = report.feed

			if r.Quotes, err = report.quotesOf(&s.Roster.Listings()[listing]); err != nil {
				return err
			}

			err = report.judge(homes[listing], s.Instruments)
			listing++

			return err
		})
	if err == nil && len(vendors) != len(homes) {
		err = fmt.Errorf("%w: %d reports of %d vendors", errQuotes, len(vendors), len(homes))
	}

	s.Vendors = vendors

	return err
}

// quotesOf returns the quotes of a listing, nil if there are none.
func (d *decoded) quotesOf(listing *messages.Listing) ([]messages.Quote, error) {
	if len(d.quotes) > len(listing.Instruments) {
		return nil, fmt.Errorf("%w: %d of %d instruments", errQuotes, len(d.quotes), len(listing.Instruments))
	}

	var list []messages.Quote

	for i := range d.quotes {
		q, err := d.quotes[i].quote()
		if err != nil {
			return nil, err
		}

		q.Vendor, q.Instrument = listing.Vendor, listing.Instruments[i]
		list = append(list, q)
	}

	return list, nil
}

// quote returns the quote without its names.
func (q *rawQuote) quote() (messages.Quote, error) {
	whole := messages.Quote{Outcome: messages.Outcome(q.outcome), Detail: string(q.texts[0]), Flags: q.flags, More: q.more}

	for i, price := range [...]*messages.Price{&whole.Price, &whole.Bid, &whole.Ask} {
		var err error
		if *price, err = decimal(q.texts[i+1]); err != nil {
			return messages.Quote{}, err
		}
	}

	for i, at := range [...]*time.Time{&whole.VendorTime, &whole.RequestedAt, &whole.ReceivedAt} {
		if q.has&(quoteVendorTime<<i) != 0 {
			*at = time.Unix(0, q.times[i]).UTC()
		}
	}

	return whole, nil
}

// judge puts the verdicts where they belong.
func (d *decoded) judge(homes []home, all []messages.InstrumentReport) error {
	if len(d.verdicts) != len(homes) {
		return fmt.Errorf("%w: %d verdicts on %d instruments", errQuotes, len(d.verdicts), len(homes))
	}

	for i, at := range homes {
		v := &d.verdicts[i]
		if v.position != at.position {
			return fmt.Errorf("%w: verdict in the wrong place", errQuotes)
		}

		var err error
		if all[at.entry], err = v.report(); err != nil {
			return err
		}
	}

	return nil
}

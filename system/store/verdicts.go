package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/rollcall-go/rollcall/messages"
)

// place is a row without its verdict, and where that is.
type place struct {
	row      Row
	started  int64
	vendor   int64
	position int
}

// page returns the rows of a query that come after one, with their verdicts.
func (r *Reader) page(ctx context.Context, query *Query, last *Row, limit int) (list []Row, err error) {
	err = r.query(ctx, func(db *sql.DB) error {
		return inTransaction(ctx, db, func(tx *sql.Tx) error { // a round may be removed meanwhile
			places, err := places(ctx, tx, query, last, limit)
			if err != nil {
				return err
			}

			list, err = fill(ctx, tx, places)

			return err
		})
	})

	return list, err
}

func places(ctx context.Context, tx *sql.Tx, query *Query, last *Row, limit int) ([]place, error) {
	where := query.where()
	query.instruments(where)
	query.after(where, last)

	statement := `SELECT r.round, r.started_at, r.published_at, i.name, e.class, e.expected, e.vendor, e.position
		FROM rounds r CROSS JOIN entries e ON e.roster = r.roster
		JOIN instruments i ON i.id = e.instrument` +
		where.sql() + " ORDER BY r.round" + query.direction() + ", e.entry LIMIT ?"

	return scanAll(ctx, tx, statement, append(where.args, limit), func(rows *sql.Rows, p *place) error {
		var started, published sql.NullInt64

		err := rows.Scan(&p.row.Round, &started, &published, &p.row.Instrument, &p.row.Class, &p.row.Expected, &p.vendor, &p.position)
		p.row.StartedAt, p.row.PublishedAt, p.started = moment(started), moment(published), started.Int64

		return err
	})
}

// fill looks up the verdicts. A report is read once, however many of a round's rows it has.
func fill(ctx context.Context, tx *sql.Tx, places []place) (list []Row, err error) {
	find, err := tx.PrepareContext(ctx, "SELECT quotes FROM reports WHERE round = ? AND vendor_id = ?")
	if err != nil {
		return nil, err
	}

	defer func() { err = errors.Join(err, find.Close()) }()

	verdicts := make(map[int64]map[int]rawVerdict) // of one round, by vendor and position

	var report decoded

	for i := range places {
		p := &places[i]
		if i > 0 && p.row.Round != places[i-1].row.Round {
			clear(verdicts)
		}

		if _, known := verdicts[p.vendor]; !known {
			if err := report.find(ctx, find, p); err != nil {
				return nil, fmt.Errorf("round %d: %w", p.row.Round, err)
			}

			verdicts[p.vendor] = report.byPosition()
		}

		if err := p.judge(verdicts[p.vendor]); err != nil {
			return nil, fmt.Errorf("round %d: %w", p.row.Round, err)
		}

		list = append(list, p.row)
	}

	return list, nil
}

// find reads the report that a place is in.
func (d *decoded) find(ctx context.Context, find *sql.Stmt, p *place) error {
	var data []byte

	err := find.QueryRowContext(ctx, number(p.row.Round), p.vendor).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%w: a vendor has no report", errQuotes)
	}

	if err != nil {
		return err
	}

	return d.decode(data, p.started)
}

func (d *decoded) byPosition() map[int]rawVerdict {
	all := make(map[int]rawVerdict, len(d.verdicts))
	for _, v := range d.verdicts {
		all[v.position] = v
	}

	return all
}

// judge completes the row.
func (p *place) judge(verdicts map[int]rawVerdict) error {
	raw, known := verdicts[p.position]
	if !known {
		return fmt.Errorf("%w: no verdict on %s", errQuotes, p.row.Instrument)
	}

	verdict, err := raw.report()
	p.row.Status, p.row.Price, p.row.Age, p.row.Used = verdict.Status, verdict.Price, verdict.Age, verdict.Used

	return err
}

// report returns the verdict in the vocabulary of the program.
func (v *rawVerdict) report() (messages.InstrumentReport, error) {
	price, err := decimal(v.price)

	return messages.InstrumentReport{Status: messages.InstrumentStatus(v.status), Price: price, Age: v.age, Used: v.used}, err
}

// decimal is the price of a text, zero for none.
func decimal(text []byte) (messages.Price, error) {
	if len(text) == 0 {
		return messages.Price{}, nil
	}

	price, err := messages.ParseDecimal(string(text))
	if err != nil {
		return messages.Price{}, fmt.Errorf("%w: price %q: %w", errQuotes, text, err)
	}

	return price, nil
}

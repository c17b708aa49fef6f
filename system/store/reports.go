package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/rollcall-go/rollcall/messages"
)

const (
	reportColumns = 10
	rowsAtOnce    = 32   // how many rows one statement inserts: half of the time of an insert is spent around it, not in it
	mostWords     = 1024 // how many words are kept; there are some thirty
)

// reports inserts the rows of the table of that name, many at once. It keeps its memory between rounds.
type reports struct {
	one, many *sql.Stmt
	values    []any
	quotes    []byte         // the encodings that values refer to
	words     map[string]any // outcomes and states as values, so that a row does not allocate them
}

// newReports prepares the statements; they are closed with the database.
func newReports(ctx context.Context, db *sql.DB) (*reports, error) {
	row := "(" + strings.Repeat("?,", reportColumns-1) + "?)"
	text := "INSERT INTO reports VALUES " + row //nolint:gosec // constants

	one, err := db.PrepareContext(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("table reports: %w", err)
	}

	many, err := db.PrepareContext(ctx, text+strings.Repeat(","+row, rowsAtOnce-1))
	if err != nil {
		return nil, fmt.Errorf("table reports: %w", err)
	}

	return &reports{one: one, many: many, words: make(map[string]any)}, nil
}

// insert inserts a row for each vendor of a snapshot. It forgets what an earlier transaction may have left.
func (r *reports) insert(ctx context.Context, tx *sql.Tx, names resolved, s *messages.Snapshot) error {
	r.clear()

	var round any = number(s.Round)

	one, many := tx.StmtContext(ctx, r.one), tx.StmtContext(ctx, r.many)

	for i := range s.Roster.Listings() {
		r.add(round, names.vendors[i], names.homes[i], i, s)

		if len(r.values) < reportColumns*rowsAtOnce {
			continue
		}

		if _, err := many.ExecContext(ctx, r.values...); err != nil {
			return err
		}

		r.clear()
	}

	for at := 0; at < len(r.values); at += reportColumns {
		if _, err := one.ExecContext(ctx, r.values[at:at+reportColumns]...); err != nil {
			return err
		}
	}

	r.clear()

	return nil
}

// add adds the row of the vendor at a position.
func (r *reports) add(round, vendor any, homes []home, position int, s *messages.Snapshot) {
	report, listing := &s.Vendors[position], &s.Roster.Listings()[position]
	at := len(r.quotes)
	answer := answer{
		started: s.StartedAt, feed: report.Feed, quotes: report.Quotes[:min(len(report.Quotes), len(listing.Instruments))], homes: homes,
	}
	r.quotes = answer.append(r.quotes, s.Instruments)

	r.values = append(r.values, round, vendor, r.word(string(report.Outcome)), text(report.Detail), int64(report.Latency),
		int64(report.Attempts), int64(report.Usable), r.word(string(report.State)), int64(report.Restarts), r.quotes[at:])
}

// clear forgets the rows.
func (r *reports) clear() {
	clear(r.values)
	r.values, r.quotes = r.values[:0], r.quotes[:0]
}

// word returns a word of a small set as a value.
func (r *reports) word(word string) any {
	value, known := r.words[word]
	if !known {
		value = word

		if len(r.words) < mostWords {
			r.words[word] = value
		}
	}

	return value
}

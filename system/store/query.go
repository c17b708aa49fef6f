package store

import (
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// Query selects what is read of the history. The zero Query selects everything, oldest first.
type Query struct {
	Instruments        []messages.Instrument // only these; all if empty
	From, To           time.Time             // published at From or later, and before To; no bound where zero
	FromRound, ToRound messages.Round        // both included; no bound where 0
	Limit              int                   // at most this many rows; 0 or less means all
	Newest             bool                  // newest round first
}

// Row is the verdict on one instrument in one round.
type Row struct {
	Round       messages.Round
	StartedAt   time.Time
	PublishedAt time.Time
	Instrument  messages.Instrument
	Class       string
	Status      messages.InstrumentStatus
	Price       messages.Price // zero if there was none
	Age         time.Duration  // of the price when the round was published
	Used        int            // sources with a usable price
	Expected    int            // sources the instrument has
}

// RoundRow is one round without its contents.
type RoundRow struct {
	Round       messages.Round
	Status      messages.SnapshotStatus
	StartedAt   time.Time
	PublishedAt time.Time
	Elapsed     time.Duration
	Deadline    time.Duration
	Vendors     int // vendors in the roster
	Instruments int // instruments in the roster
}

// clause is a part of a statement with its arguments.
type clause struct {
	text []string
	args []any
}

func (c *clause) add(text string, args ...any) {
	c.text = append(c.text, text)
	c.args = append(c.args, args...)
}

// times adds the condition that rounds r were published in the query's time. The column is written as given, so that a statement can keep
// SQLite from searching by it.
func (q *Query) times(c *clause, column string) {
	if !q.From.IsZero() {
		c.add(column+" >= ?", q.From.UnixNano())
	}

	if !q.To.IsZero() {
		c.add(column+" < ?", q.To.UnixNano())
	}
}

// where returns the condition on rounds r. Rounds are searched by number; Reader.narrow has turned the times into numbers before.
func (q *Query) where() *clause {
	c := &clause{}
	q.times(c, "+r.published_at")

	if q.FromRound > 0 {
		c.add("r.round >= ?", number(q.FromRound))
	}

	if q.ToRound > 0 {
		c.add("r.round <= ?", number(q.ToRound))
	}

	return c
}

// instruments adds the condition on entries e.
func (q *Query) instruments(c *clause) {
	if len(q.Instruments) == 0 {
		return
	}

	names := make([]any, len(q.Instruments))
	for i, name := range q.Instruments {
		names[i] = string(name)
	}

	c.add("e.instrument IN (SELECT id FROM instruments WHERE name IN (?"+strings.Repeat(", ?", len(names)-1)+"))", names...)
}

// after adds the condition that a row comes after another in the query's order.
func (q *Query) after(c *clause, last *Row) {
	if last == nil {
		return
	}

	// The first condition is implied by the second; it is there because SQLite can search for it.
	round := number(last.Round)
	if q.Newest {
		c.add("r.round <= ? AND (r.round < ? OR i.name > ?)", round, round, string(last.Instrument))
	} else {
		c.add("r.round >= ? AND (r.round > ? OR i.name > ?)", round, round, string(last.Instrument))
	}
}

func (q *Query) direction() string {
	if q.Newest {
		return " DESC"
	}

	return ""
}

// sql returns the conditions as a WHERE clause, empty for none.
func (c *clause) sql() string {
	if len(c.text) == 0 {
		return ""
	}

	return " WHERE " + strings.Join(c.text, " AND ")
}

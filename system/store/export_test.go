package store

import (
	"context"
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/messages"
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

// Home is where a verdict is kept: its position in a listing, and its entry.
type Home = home

// NewHome makes one.
func NewHome(position, entry int) Home { return Home{position: position, entry: entry} }

// Answer is what one vendor's row is made of.
type Answer = answer

// NewAnswer makes one.
func NewAnswer(started time.Time, feed *messages.FeedStatus, quotes []messages.Quote, homes ...Home) *Answer {
	return &answer{started: started, feed: feed, quotes: quotes, homes: homes}
}

// Quotes are its quotes.
func (a *answer) Quotes() []messages.Quote { return a.quotes }

// Append is the encoder of the quotes column.
func (a *answer) Append(dst []byte, all []messages.InstrumentReport) []byte {
	return a.append(dst, all)
}

// ReadAnswer decodes a quotes column, and puts the verdicts at home there into all.
func ReadAnswer(data []byte, started time.Time, listing *messages.Listing, homes []Home, all []messages.InstrumentReport) (*Answer, error) {
	var d decoded

	start, _ := unixNano(started)
	if err := d.decode(data, start); err != nil {
		return nil, err
	}

	quotes, err := d.quotesOf(listing)
	if err != nil {
		return nil, err
	}

	return &answer{started: started, feed: d.feed, quotes: quotes, homes: homes}, d.judge(homes, all)
}

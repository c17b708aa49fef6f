package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/internal/durable"
)

// Store keeps snapshots on disk. Its methods may be called from several goroutines; writes wait for one another.
type Store struct {
	options  Options
	dir      *durable.Dir
	fsys     durable.FS
	reader   *Reader
	recovery Recovery
	first    messages.Round
	used     atomic.Uint64 // the highest round number that was given out, as far as we know

	mu       sync.Mutex
	db       *database // nil after an error, until the next write
	suspect  bool      // the error was damage
	reserved messages.Round
	newest   newest
	closed   bool
}

// FirstRound returns the first round number of this run: larger than any that was ever used.
func (s *Store) FirstRound() messages.Round { return s.first }

// Recovery returns what Open found and repaired.
func (s *Store) Recovery() Recovery { return s.recovery }

// Used tells the store that a round number was given out although its snapshot may never be persisted, so that an orderly Close keeps the
// number from being used again.
func (s *Store) Used(round messages.Round) {
	for {
		used := s.used.Load()
		if uint64(round) <= used || s.used.CompareAndSwap(used, uint64(round)) {
			return
		}
	}
}

// Persist makes snapshots durable, oldest round first, all of them or none; see the package comment for the promise. ctx is looked at
// before the work begins: a transaction under way is finished, because the disk would not notice anyway.
func (s *Store) Persist(ctx context.Context, snapshots []*messages.Snapshot) error {
	s.mu.Lock()
	defer s.mu.Unlock()

	if s.closed {
		return ErrClosed
	}

	if err := ctx.Err(); err != nil {
		return fmt.Errorf("persisting snapshots: %w", err)
	}

	if len(snapshots) == 0 {
		return nil
	}

	ctx = context.WithoutCancel(ctx) // an interruptible statement costs a goroutine each

	if err := s.persist(ctx, snapshots); err != nil {
		return fmt.Errorf("persisting rounds %d to %d: %w", snapshots[0].Round, snapshots[len(snapshots)-1].Round, err)
	}

	if err := s.trim(ctx); err != nil {
		s.options.Log.WithError(errors.Join(err, s.discard(err))).Warn("history cannot be trimmed")
	}

	return nil
}

func (s *Store) persist(ctx context.Context, snapshots []*messages.Snapshot) error {
	last := snapshots[len(snapshots)-1]
	data := last.Encoded() // first, because a snapshot that cannot be encoded panics here, before anything is touched

	if err := s.dir.Verify(); err != nil {
		return err
	}

	if err := s.reopen(ctx); err != nil {
		return err
	}

	for _, snapshot := range snapshots {
		s.Used(snapshot.Round)
	}

	if err := s.commit(ctx, snapshots); err != nil {
		return errors.Join(err, s.discard(err))
	}

	s.newest.want(last.Round, data)

	return s.newest.write(s.fsys)
}

// commit writes the snapshots to the history.
func (s *Store) commit(ctx context.Context, snapshots []*messages.Snapshot) error {
	if err := s.db.verify(s.dir); err != nil {
		return err
	}

	names, reserved := s.db.resolved, s.reserved

	err := inTransaction(ctx, s.db.DB, func(tx *sql.Tx) (err error) {
		for _, snapshot := range snapshots {
			if names, err = resolve(ctx, tx, names, snapshot.Roster); err != nil {
				return err
			}

			if err := s.db.record(ctx, tx, names, snapshot); err != nil {
				return err
			}

			if reserved < snapshot.Round+reserveLow {
				reserved = snapshot.Round + reserveAhead
			}
		}

		if reserved == s.reserved {
			return nil
		}

		return reserve(ctx, tx, reserved)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", HistoryName, damage(err))
	}

	s.db.resolved, s.reserved = names, reserved

	return nil
}

// discard closes the database after an error; the next write opens it anew.
func (s *Store) discard(reason error) error {
	s.suspect = s.suspect || errors.Is(reason, errCorrupt)
	err := s.db.Close()
	s.db = nil

	return err
}

// reopen opens the database again after an error. If it is new, because the old one was removed, it learns the reservation.
func (s *Store) reopen(ctx context.Context) error {
	if s.db != nil {
		return nil
	}

	db, err := openDatabase(ctx, s.dir, s.suspect)
	if errors.Is(err, errCorrupt) {
		aside, failure := setAside(s.dir)
		if failure != nil {
			return errors.Join(err, failure)
		}

		s.options.Log.WithError(err).WithField("moved_to", aside).Error("history was damaged and is moved aside")

		db, err = openDatabase(ctx, s.dir, false)
	}

	if err != nil {
		return err
	}

	reserved := max(s.reserved, messages.Round(s.used.Load())+reserveAhead)

	err = inTransaction(ctx, db.DB, func(tx *sql.Tx) error { return reserve(ctx, tx, reserved) })
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %w", HistoryName, err), db.Close())
	}

	s.db, s.suspect, s.reserved = db, false, reserved

	return nil
}

// History returns the verdicts on instruments; see Reader.History.
func (s *Store) History(ctx context.Context, query Query) iter.Seq2[Row, error] {
	return s.reader.History(ctx, query)
}

// Rounds returns the rounds without their contents; see Reader.Rounds.
func (s *Store) Rounds(ctx context.Context, query Query) iter.Seq2[RoundRow, error] {
	return s.reader.Rounds(ctx, query)
}

// Snapshot returns one stored snapshot; see Reader.Snapshot.
func (s *Store) Snapshot(ctx context.Context, round messages.Round) (*messages.Snapshot, error) {
	return s.reader.Snapshot(ctx, round)
}

// Close waits for a write that is under way, notes that the run ended in an orderly way, and closes the files. Closing twice is nothing.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()

	if s.closed {
		return nil
	}

	s.closed = true

	err := s.finish(context.Background())
	if err != nil {
		err = fmt.Errorf("closing store in %s: %w", s.dir.Path(), err)
	}

	if s.db != nil {
		err = errors.Join(err, s.db.Close())
	}

	return errors.Join(err, s.dir.Close())
}

// finish brings snapshot.json up to date if an error kept it from being so, and notes the last number used.
func (s *Store) finish(ctx context.Context) error {
	if err := s.dir.Verify(); err != nil {
		return err
	}

	if err := s.reopen(ctx); err != nil {
		return err
	}

	if err := s.newest.write(s.fsys); err != nil {
		return err
	}

	_, err := s.db.ExecContext(ctx, "UPDATE meta SET clean = 1, last_round = ?", number(messages.Round(s.used.Load())))

	return err
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/internal/durable"
)

// Open opens the store, repairs what an unclean stop left, and reserves round numbers. A damaged history is moved aside and a new one
// begun; Recovery says so. ctx ends opening early.
func Open(ctx context.Context, options Options) (*Store, error) {
	return openOn(ctx, options, func(dir *durable.Dir) durable.FS { return dir })
}

// openOn is Open with the seam for faults: snapshot.json is written through the file system that wrap returns.
func openOn(ctx context.Context, options Options, wrap func(*durable.Dir) durable.FS) (*Store, error) {
	options = options.withDefaults()

	dir, err := durable.OpenDir(options.Dir)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}

	s := &Store{options: options, dir: dir, fsys: wrap(dir), reader: newReader(dir.Path())}

	if err := s.open(ctx); err != nil {
		if s.db != nil {
			err = errors.Join(err, s.db.Close())
		}

		return nil, errors.Join(fmt.Errorf("store in %s: %w", dir.Path(), err), dir.Close())
	}

	s.log()

	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	var err error
	if s.recovery.Temporaries, err = durable.RemoveTemporaries(s.dir, SnapshotName); err != nil {
		return err
	}

	if s.newest.round, err = roundOnFile(s.dir); err != nil {
		return err
	}

	m, err := s.openHistory(ctx)
	if err != nil {
		return err
	}

	s.recovery.Unclean = s.recovery.Unclean || !m.clean
	s.first = m.first(s.newest.round)
	s.used.Store(uint64(s.first - 1))

	s.reserved = s.first + reserveAhead

	return inTransaction(ctx, s.db.DB, func(tx *sql.Tx) error { return reserve(ctx, tx, s.reserved) })
}

// openHistory opens the database; if it is damaged, a new one.
func (s *Store) openHistory(ctx context.Context) (meta, error) {
	m, err := s.tryHistory(ctx)
	if !errors.Is(err, errCorrupt) {
		return m, err
	}

	lost := s.salvage(ctx)
	s.recovery.Unclean, s.recovery.Reason = true, messages.CleanDetail(err.Error())

	if s.recovery.Corrupt, err = setAside(s.dir); err != nil {
		return meta{}, err
	}

	if _, err := s.tryHistory(ctx); err != nil {
		return meta{}, err
	}

	// What the lost history had reserved is unknown, or known from a damaged file: the larger margin holds.
	lost.clean = false
	lost.reserved = max(lost.reserved, s.newest.round+reserveAhead)

	return lost, nil
}

// tryHistory opens the database and checks it as a whole if the last run did not close it.
func (s *Store) tryHistory(ctx context.Context) (meta, error) {
	db, err := openDatabase(ctx, s.dir, false)
	if err != nil {
		return meta{}, err
	}

	m, err := readMeta(ctx, db.DB)
	if err == nil && !m.clean {
		err = damage(quickCheck(ctx, db.DB))
	}

	if err != nil {
		return m, errors.Join(err, db.Close())
	}

	s.db = db

	return m, nil
}

// salvage reads from a damaged history what can be read about round numbers; zero if nothing can.
func (s *Store) salvage(ctx context.Context) meta {
	var m meta

	err := s.reader.query(ctx, func(db *sql.DB) error {
		var err error
		m, err = readMeta(ctx, db)

		return err
	})
	if err != nil {
		return meta{}
	}

	return m
}

func (s *Store) log() {
	entry := s.options.Log.WithFields(logrus.Fields{"dir": s.dir.Path(), "first_round": s.first})

	switch r := s.recovery; {
	case r.Corrupt != "":
		entry.WithFields(logrus.Fields{"moved_to": r.Corrupt, "reason": r.Reason}).Error("history was damaged and is moved aside")
	case r.Unclean:
		entry.WithField("temporaries", r.Temporaries).Warn("store was not closed by its last run")
	default:
		entry.Debug("store is open")
	}
}

package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/rollcall-go/rollcall/messages"
)

// resolved is a roster with the ids its names have in the database. Only committed ids are kept: see Store.commit.
type resolved struct {
	roster      *messages.Roster
	id          int64
	vendors     []any    // aligned with Listings; values, so that no row allocates them
	homes       [][]home // likewise: the verdicts that are kept with each vendor
	instruments []int64  // aligned with Entries; only of a roster that is being inserted
}

// resolve finds the roster in the database, or puts it there.
func resolve(ctx context.Context, tx *sql.Tx, known resolved, roster *messages.Roster) (resolved, error) {
	if roster == known.roster {
		return known, nil
	}

	digest := rosterDigest(roster)
	r := resolved{roster: roster, homes: homes(roster)}

	err := tx.QueryRowContext(ctx, "SELECT id FROM rosters WHERE digest = ?", digest).Scan(&r.id)

	switch {
	case err == nil:
		err = r.load(ctx, tx)
	case errors.Is(err, sql.ErrNoRows):
		err = r.insert(ctx, tx, digest)
	}

	if err != nil {
		return resolved{}, fmt.Errorf("roster: %w", err)
	}

	return r, nil
}

func (r *resolved) load(ctx context.Context, tx *sql.Tx) (err error) {
	r.vendors, err = scanAll(ctx, tx, "SELECT vendor FROM listings WHERE roster = ? AND position = 0 ORDER BY listing", []any{r.id},
		func(rows *sql.Rows, id *any) error { return rows.Scan(id) })

	return err
}

// homes returns, for each listing, the verdicts that are kept with it, in the listing's order.
func homes(roster *messages.Roster) [][]home {
	all := make([][]home, len(roster.Listings()))

	for i, listing := range roster.Listings() {
		for position, name := range listing.Instruments {
			entry, _ := roster.Instrument(name)
			if roster.Entries()[entry].Sources[0].Listing == i {
				all[i] = append(all[i], home{position: position, entry: entry})
			}
		}
	}

	return all
}

func (r *resolved) insert(ctx context.Context, tx *sql.Tx, digest []byte) error {
	result, err := tx.ExecContext(ctx, "INSERT INTO rosters (digest, vendors, instruments) VALUES (?, ?, ?)",
		digest, len(r.roster.Listings()), len(r.roster.Entries()))
	if err != nil {
		return err
	}

	if r.id, err = result.LastInsertId(); err != nil {
		return err
	}

	if err := r.internVendors(ctx, tx); err != nil {
		return err
	}

	if err := r.insertEntries(ctx, tx); err != nil {
		return err
	}

	err = r.insertListings(ctx, tx)
	r.instruments = nil

	return err
}

func (r *resolved) internVendors(ctx context.Context, tx *sql.Tx) error {
	intern, err := newInterner(ctx, tx, "vendors")
	if err != nil {
		return err
	}
	defer intern.close()

	for _, listing := range r.roster.Listings() {
		id, err := intern.id(ctx, string(listing.Vendor))
		if err != nil {
			return err
		}

		r.vendors = append(r.vendors, id)
	}

	return nil
}

func (r *resolved) insertEntries(ctx context.Context, tx *sql.Tx) (err error) {
	intern, err := newInterner(ctx, tx, "instruments")
	if err != nil {
		return err
	}
	defer intern.close()

	add, err := tx.PrepareContext(ctx, "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)")
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, add.Close()) }()

	for i, entry := range r.roster.Entries() {
		id, err := intern.id(ctx, string(entry.Instrument))
		if err != nil {
			return err
		}

		first := entry.Sources[0]

		_, err = add.ExecContext(ctx, r.id, i, id, entry.Class, len(entry.Sources), r.vendors[first.Listing], first.Position)
		if err != nil {
			return err
		}

		r.instruments = append(r.instruments, id)
	}

	return nil
}

func (r *resolved) insertListings(ctx context.Context, tx *sql.Tx) (err error) {
	add, err := tx.PrepareContext(ctx, "INSERT INTO listings VALUES (?, ?, ?, ?, ?, ?)")
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, add.Close()) }()

	for i, listing := range r.roster.Listings() {
		for j, name := range listing.Instruments {
			at, _ := r.roster.Instrument(name)
			if _, err := add.ExecContext(ctx, r.id, i, j, r.vendors[i], listing.ClassOf(j), r.instruments[at]); err != nil {
				return err
			}
		}
	}

	return nil
}

// interner gives names their ids in one table.
type interner struct{ add, find *sql.Stmt }

func newInterner(ctx context.Context, tx *sql.Tx, table string) (*interner, error) {
	add, err := tx.PrepareContext(ctx, "INSERT INTO "+table+" (name) VALUES (?)") //nolint:gosec // constants
	if err != nil {
		return nil, err
	}

	find, err := tx.PrepareContext(ctx, "SELECT id FROM "+table+" WHERE name = ?") //nolint:gosec // constants
	if err != nil {
		return nil, errors.Join(err, add.Close())
	}

	return &interner{add: add, find: find}, nil
}

func (i *interner) close() { _ = errors.Join(i.add.Close(), i.find.Close()) }

func (i *interner) id(ctx context.Context, name string) (int64, error) {
	var id int64

	err := i.find.QueryRowContext(ctx, name).Scan(&id)
	if !errors.Is(err, sql.ErrNoRows) {
		return id, err
	}

	result, err := i.add.ExecContext(ctx, name)
	if err != nil {
		return 0, err
	}

	return result.LastInsertId()
}

// rosterDigest is the same for rosters with the same listings in the same order. Every text is preceded by its length.
func rosterDigest(roster *messages.Roster) []byte {
	var text []byte

	add := func(s string) {
		text = binary.AppendUvarint(text, uint64(len(s)))
		text = append(text, s...)
	}

	for _, listing := range roster.Listings() {
		add(string(listing.Vendor))
		add(listing.Class)

		text = binary.AppendUvarint(text, uint64(len(listing.Instruments)))

		for i, instrument := range listing.Instruments {
			add(string(instrument))
			add(listing.ClassOf(i))
		}
	}

	digest := sha256.Sum256(text)

	return digest[:]
}

package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ErrNewer says that the history was made by a newer version of the program.
var ErrNewer = errors.New("history was made by a newer version")

// migrationNames returns the migrations in order: the one at index i leads to version i+1.
func migrationNames() ([]string, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}

	slices.Sort(names)

	return names, nil
}

// migrate brings the schema up to date, each step in a transaction of its own.
func migrate(ctx context.Context, db *sql.DB) error {
	names, err := migrationNames()
	if err != nil {
		return err
	}

	version, err := schemaVersion(ctx, db)
	if err != nil {
		return err
	}

	if version > len(names) {
		return fmt.Errorf("schema version %d: %w", version, ErrNewer)
	}

	for i := version; i < len(names); i++ {
		if err := migrateOnce(ctx, db, names[i], i+1); err != nil {
			return fmt.Errorf("migration %s: %w", names[i], err)
		}
	}

	return nil
}

func migrateOnce(ctx context.Context, db *sql.DB, name string, version int) error {
	script, err := migrations.ReadFile(name)
	if err != nil {
		return err
	}

	return inTransaction(ctx, db, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, string(script)); err != nil {
			return err
		}

		_, err := tx.ExecContext(ctx, "PRAGMA user_version = "+strconv.Itoa(version))

		return err
	})
}

func schemaVersion(ctx context.Context, db *sql.DB) (int, error) {
	var version int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return 0, fmt.Errorf("schema version: %w", err)
	}

	return version, nil
}

// inTransaction commits what work did, or rolls it back if work fails or panics.
func inTransaction(ctx context.Context, db *sql.DB, work func(tx *sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}

	defer func() { _ = tx.Rollback() }() // does nothing after a commit

	if err := work(tx); err != nil {
		return err
	}

	return tx.Commit()
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/rollcall-go/rollcall/system/internal/durable"
)

// HistoryName is the name of the history database in the data directory.
const HistoryName = "history.db"

var (
	errCorrupt  = errors.New("history is damaged")
	errReplaced = errors.New("history was moved, removed or replaced")
)

// database is the history, open for writing, over one connection.
type database struct {
	*sql.DB
	info     fs.FileInfo // the file that was opened
	reports  *reports
	resolved resolved
}

// dsn returns the data source name of the history in a directory.
func dsn(directory string, query url.Values) string {
	location := url.URL{Scheme: "file", Path: filepath.Join(directory, HistoryName), RawQuery: query.Encode()}

	return location.String()
}

// openDatabase opens the history that is in the directory, or a new one, and brings its schema up to date. With check, a damaged page
// anywhere makes it fail; any damage that shows is errCorrupt.
func openDatabase(ctx context.Context, dir *durable.Dir, check bool) (*database, error) {
	info, err := historyFile(dir)
	if err != nil {
		return nil, err
	}

	handle, err := sql.Open("sqlite", dsn(dir.Path(), url.Values{
		"_busy_timeout": {"5000"},
		"_auto_vacuum":  {"incremental"}, // takes effect only in a new database
		"_journal_mode": {"wal"},
		"_synchronous":  {"full"},
		"_pragma":       {"cache_size(-16000)", "journal_size_limit(67108864)"},
		"_txlock":       {"immediate"},
		"_dqs":          {"0"},
		"_defensive":    {"1"},
	}))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", HistoryName, err)
	}

	handle.SetMaxOpenConns(1)

	db := &database{DB: handle, info: info}
	if err := db.prepare(ctx, check); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", HistoryName, damage(err)), handle.Close())
	}

	return db, nil
}

func (db *database) prepare(ctx context.Context, check bool) error {
	if check {
		if err := quickCheck(ctx, db.DB); err != nil {
			return err
		}
	}

	if err := migrate(ctx, db.DB); err != nil {
		return err
	}

	var err error
	db.reports, err = newReports(ctx, db.DB)

	return err
}

// verify reports whether the path still leads to the file that is open.
func (db *database) verify(dir *durable.Dir) error {
	now, err := dir.Lstat(HistoryName)
	if err != nil {
		return fmt.Errorf("%s: %w: %w", HistoryName, errReplaced, err)
	}

	if !os.SameFile(now, db.info) {
		return fmt.Errorf("%s: %w", HistoryName, errReplaced)
	}

	return nil
}

// historyFile describes the database's file and makes an empty one, readable for the group at most, where there is none.
func historyFile(dir *durable.Dir) (fs.FileInfo, error) {
	info, err := dir.Lstat(HistoryName)

	switch {
	case errors.Is(err, fs.ErrNotExist):
		return createHistoryFile(dir)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", HistoryName, err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: %w: it is a %s", HistoryName, errCorrupt, info.Mode().Type())
	default:
		return info, nil
	}
}

func createHistoryFile(dir *durable.Dir) (fs.FileInfo, error) {
	// The log of a database that is gone would be applied to the new one.
	if _, err := setAside(dir); err != nil {
		return nil, err
	}

	file, err := dir.Create(HistoryName, fileMode)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", HistoryName, err)
	}

	if err := errors.Join(file.Close(), dir.Sync()); err != nil {
		return nil, fmt.Errorf("%s: %w", HistoryName, err)
	}

	return dir.Lstat(HistoryName)
}

// setAside moves the database's files out of the way and returns the new name of the first. The log goes first: a database without its log
// is old, a log without its database would be applied to another one.
func setAside(dir *durable.Dir) (string, error) {
	aside := HistoryName + ".corrupt-" + time.Now().UTC().Format("20060102T150405.000000000Z")

	for _, suffix := range []string{"-wal", "-shm", ""} {
		err := dir.Rename(HistoryName+suffix, aside+suffix)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("moving %s aside: %w", HistoryName+suffix, err)
		}
	}

	if err := dir.Sync(); err != nil {
		return "", fmt.Errorf("moving %s aside: %w", HistoryName, err)
	}

	return aside, nil
}

func quickCheck(ctx context.Context, db *sql.DB) error {
	var result string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&result); err != nil {
		return err
	}

	if result != "ok" {
		return fmt.Errorf("%w: %s", errCorrupt, strings.Join(strings.Fields(result), " "))
	}

	return nil
}

// damage wraps errCorrupt around what SQLite says of a damaged database.
func damage(err error) error {
	var failure *sqlite.Error
	if !errors.As(err, &failure) {
		return err
	}

	switch failure.Code() & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%w: %w", errCorrupt, err)
	default:
		return err
	}
}

package store_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/store"
)

func openKeeping(t *testing.T, dir string, retention store.Retention) *store.Store {
	t.Helper()

	s, err := store.Open(t.Context(), store.Options{Dir: dir, Retention: retention})
	require.NoError(t, err)

	return s
}

func TestOldRoundsGo(t *testing.T) { // S10
	dir := t.TempDir()
	roster := newRoster(t, 2, 2)
	s := openKeeping(t, dir, store.Retention{MaxAge: 50 * time.Second}) // a round is 5 s after the one before
	persist(t, s, roster, 1, 30)
	assert.Equal(t, sequence(20, 30), stored(t, s))

	_, err := s.Snapshot(t.Context(), 19)
	require.ErrorIs(t, err, store.ErrNoRound)

	back, err := s.Snapshot(t.Context(), 20)
	require.NoError(t, err)
	assert.Equal(t, newSnapshot(t, roster, 20).Vendors, back.Vendors)
	require.NoError(t, s.Close())

	assert.Equal(t, 20, lowest(t, dir, "reports"))
}

func TestNothingGoesWhereEverythingIsKept(t *testing.T) { // S10
	dir := t.TempDir()
	s := openKeeping(t, dir, store.Retention{MaxAge: -1})
	roster := newRoster(t, 1, 1)
	persist(t, s, roster, 1, 1)
	persist(t, s, roster, 1_000_000, 1_000_000) // two months later
	assert.Equal(t, []messages.Round{1, 1_000_000}, stored(t, s))
	require.NoError(t, s.Close())

	s = openKeeping(t, dir, store.Retention{}) // thirty days
	persist(t, s, roster, 1_000_001, 1_000_001)
	assert.Equal(t, []messages.Round{1_000_000, 1_000_001}, stored(t, s))
	require.NoError(t, s.Close())
}

func TestHistoryStaysWithinItsSize(t *testing.T) { // S10
	const limit = 1 << 20

	dir := t.TempDir()
	s := openKeeping(t, dir, store.Retention{MaxBytes: limit})
	persist(t, s, newRoster(t, 6, 50), 1, 120)

	left := stored(t, s)
	assert.Equal(t, messages.Round(120), left[len(left)-1])
	assert.Less(t, len(left), 100)
	assert.Greater(t, len(left), 10)
	require.NoError(t, s.Close())

	info, err := os.Stat(filepath.Join(dir, store.HistoryName))
	require.NoError(t, err)
	assert.LessOrEqual(t, info.Size(), int64(limit+limit/10))
}

func TestSmallerLimitIsReachedInSmallSteps(t *testing.T) { // S10
	const limit = 256 << 10

	dir := t.TempDir()
	roster := newRoster(t, 6, 50)
	s := openKeeping(t, dir, store.Retention{})
	persist(t, s, roster, 1, 60)
	require.NoError(t, s.Close())

	s = openKeeping(t, dir, store.Retention{MaxBytes: limit})
	persist(t, s, roster, 61, 100)
	require.NoError(t, s.Close())

	info, err := os.Stat(filepath.Join(dir, store.HistoryName))
	require.NoError(t, err)
	assert.LessOrEqual(t, info.Size(), int64(limit+limit/10), "free pages are given back")
}

func TestTheNewestRoundIsAlwaysKept(t *testing.T) { // S10
	s := openKeeping(t, t.TempDir(), store.Retention{MaxBytes: 1})
	persist(t, s, newRoster(t, 2, 2), 1, 3)
	assert.Equal(t, sequence(3, 3), stored(t, s))
	require.NoError(t, s.Close())
}

// lowest returns the lowest round in a table.
func lowest(t *testing.T, dir, table string) int {
	t.Helper()

	db, err := sql.Open("sqlite", filepath.Join(dir, store.HistoryName))
	require.NoError(t, err)

	defer func() { require.NoError(t, db.Close()) }()

	var round int

	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT min(round) FROM "+table).Scan(&round))

	return round
}

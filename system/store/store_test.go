package store_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/store"
)

func TestPersistedSnapshotComesBackAsItWas(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	roster := newRoster(t, 4, 5)
	snapshot := newSnapshot(t, roster, 1)
	require.NoError(t, s.Persist(t.Context(), []*messages.Snapshot{snapshot}))

	want := snapshot.WithDurable(true).AppendJSON(nil)
	data, err := os.ReadFile(filepath.Join(dir, store.SnapshotName))
	require.NoError(t, err)
	assert.Equal(t, string(want)+"\n", string(data))

	back, err := s.Snapshot(t.Context(), 1)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(back.AppendJSON(nil)), "the history is complete")
	assert.Equal(t, snapshot.Vendors, back.Vendors)
	assert.Equal(t, snapshot.Instruments, back.Instruments)
	assert.Equal(t, snapshot.Elapsed, back.Elapsed)

	_, err = s.Snapshot(t.Context(), 2)
	require.ErrorIs(t, err, store.ErrNoRound)
}

func TestPersistingARoundAgainChangesNothing(t *testing.T) { // S01 V04
	dir := t.TempDir()
	s := open(t, dir)
	roster := newRoster(t, 2, 3)
	persist(t, s, roster, 1, 3)

	other := newSnapshot(t, newRoster(t, 3, 2), 2)
	require.NoError(t, s.Persist(t.Context(), []*messages.Snapshot{other, newSnapshot(t, roster, 4)}))
	require.NoError(t, s.Persist(t.Context(), []*messages.Snapshot{newSnapshot(t, roster, 2)}))

	back, err := s.Snapshot(t.Context(), 2)
	require.NoError(t, err)
	assert.Len(t, back.Vendors, 2)
	assert.Equal(t, sequence(1, 4), stored(t, s))
	assert.Equal(t, messages.Round(4), onFile(t, dir), "an old round never replaces a newer one")
}

func TestRosterMayChangeAndChangeBack(t *testing.T) {
	s := open(t, t.TempDir())
	rosters := []*messages.Roster{newRoster(t, 2, 3), newRoster(t, 5, 4), newRoster(t, 2, 3)}

	for i, roster := range rosters {
		persist(t, s, roster, messages.Round(i+1), messages.Round(i+1))
	}

	for i, roster := range rosters {
		back, err := s.Snapshot(t.Context(), messages.Round(i+1))
		require.NoError(t, err)
		assert.Equal(t, roster.Listings(), back.Roster.Listings())
	}
}

func TestSnapshotThatCannotBeWrittenTouchesNothing(t *testing.T) { // V04
	dir := t.TempDir()
	s := open(t, dir)
	roster := newRoster(t, 2, 3)
	persist(t, s, roster, 1, 1)

	crooked := newSnapshot(t, roster, 2)
	crooked.Vendors = crooked.Vendors[:1] // not what the roster says

	assert.Panics(t, func() { _ = s.Persist(context.Background(), []*messages.Snapshot{{Round: 2}}) })
	assert.Panics(t, func() { _ = s.Persist(context.Background(), []*messages.Snapshot{crooked, newSnapshot(t, roster, 3)}) })

	assert.Equal(t, sequence(1, 1), stored(t, s))
	assert.Equal(t, messages.Round(1), onFile(t, dir))
	persist(t, s, roster, 3, 3)
	assert.Equal(t, []messages.Round{1, 3}, stored(t, s))
}

func TestPersistRefuses(t *testing.T) {
	s := open(t, t.TempDir())
	snapshots := []*messages.Snapshot{newSnapshot(t, newRoster(t, 1, 1), 1)}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, s.Persist(ctx, snapshots), context.Canceled)
	require.NoError(t, s.Persist(t.Context(), nil))
	require.NoError(t, s.Close())
	require.ErrorIs(t, s.Persist(t.Context(), snapshots), store.ErrClosed)
	require.NoError(t, s.Close(), "closing twice is nothing")
}

func TestManyMayPersistAtOnce(t *testing.T) {
	s := open(t, t.TempDir())
	roster := newRoster(t, 2, 2)

	var group sync.WaitGroup
	for round := range messages.Round(20) {
		group.Go(func() {
			assert.NoError(t, s.Persist(t.Context(), []*messages.Snapshot{newSnapshot(t, roster, round+1)}))
		})
	}

	group.Wait()
	assert.Equal(t, sequence(1, 20), stored(t, s))
}

func TestFilesAreNotForEverybody(t *testing.T) { // X09
	dir := filepath.Join(t.TempDir(), "new", "data")
	require.NoError(t, store.PrepareDir(dir))

	s := open(t, dir)
	persist(t, s, newRoster(t, 1, 1), 1, 2)

	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 4, "snapshot.json, history.db and its log and index")

	for _, entry := range entries {
		info, err := entry.Info()
		require.NoError(t, err)
		assert.Zero(t, info.Mode().Perm()&^0o640, entry.Name())
	}

	info, err := os.Stat(dir)
	require.NoError(t, err)
	assert.Zero(t, info.Mode().Perm()&^0o750)
}

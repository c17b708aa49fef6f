package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/internal/durable"
	"github.com/rollcall-go/rollcall/system/internal/durable/durabletest"
	"github.com/rollcall-go/rollcall/system/store"
)

// openFaulty opens a store whose snapshot.json is written through a faulty file system.
func openFaulty(t *testing.T, dir string, before func(string)) (*store.Store, *durabletest.Faulty) {
	t.Helper()

	var faulty *durabletest.Faulty

	s, err := store.OpenOn(t.Context(), store.Options{Dir: dir}, func(inner durable.FS) durable.FS {
		faulty = durabletest.New(inner, before)

		return faulty
	})
	require.NoError(t, err)

	return s, faulty
}

// Every step of writing snapshot.json goes wrong in every way, with and without the process dying of it. The file is never torn and never
// older than what was acknowledged; after a fault the same rounds can be persisted again.
func TestEveryFaultOfTheSnapshotFile(t *testing.T) { // S02 S03 S04 S09
	const steps = 7 // TestWriteFileSurvivesEveryFault in package durable names them

	for step := 1; step <= steps; step++ {
		for mode, word := range []string{durabletest.Fail: "fails", durabletest.Done: "fails but is done", durabletest.Short: "is short"} {
			for _, dies := range []bool{false, true} {
				t.Run(fmt.Sprintf("step %d %s, dies %t", step, word, dies), func(t *testing.T) {
					fault := durabletest.Fault{Step: step, Mode: durabletest.Mode(mode), Err: syscall.EIO, Crash: dies}
					faultOfSnapshotFile(t, fault)
				})
			}
		}
	}
}

func faultOfSnapshotFile(t *testing.T, fault durabletest.Fault) {
	t.Helper()

	dir := t.TempDir()
	roster := newRoster(t, 2, 2)
	s, faulty := openFaulty(t, dir, nil)
	persist(t, s, roster, 1, 2)

	faulty.Inject(fault)

	batch := []*messages.Snapshot{newSnapshot(t, roster, 3), newSnapshot(t, roster, 4)}
	require.ErrorIs(t, s.Persist(t.Context(), batch), syscall.EIO)
	assert.Contains(t, []messages.Round{2, 4}, onFile(t, dir))

	if fault.Crash {
		s.Abandon()
	} else {
		faulty.Inject(durabletest.Fault{})
		require.NoError(t, s.Persist(t.Context(), batch[:1]), "the older round alone")
		assert.Equal(t, messages.Round(4), onFile(t, dir), "the file never goes back")
		require.NoError(t, s.Persist(t.Context(), batch[1:]))
		require.NoError(t, s.Close())
	}

	s = open(t, dir)
	assert.Contains(t, []messages.Round{2, 4}, onFile(t, dir))
	assert.Greater(t, s.FirstRound(), messages.Round(4))
	assert.Equal(t, sequence(1, 4), stored(t, s))
	persist(t, s, roster, s.FirstRound(), s.FirstRound())
	assert.Equal(t, s.FirstRound(), onFile(t, dir))

	leftovers, err := filepath.Glob(filepath.Join(dir, ".*"))
	require.NoError(t, err)
	assert.Empty(t, leftovers)
}

func TestFullDatabaseIsAnErrorUntilThereIsRoom(t *testing.T) { // S03
	dir := t.TempDir()
	s := open(t, dir)
	roster := newRoster(t, 4, 50)
	persist(t, s, roster, 1, 1)
	require.NoError(t, s.LimitPages(t.Context(), 1))

	var err error

	round := messages.Round(2)
	for ; err == nil && round < 100; round++ {
		err = s.Persist(t.Context(), []*messages.Snapshot{newSnapshot(t, roster, round)})
	}

	require.ErrorContains(t, err, "full")

	last := round - 2
	assert.Equal(t, last, onFile(t, dir), "the file is as old as the history")
	assert.Equal(t, sequence(1, last), stored(t, s), "all or nothing")

	persist(t, s, roster, round-1, round) // the database was opened anew, without the limit
	assert.Equal(t, sequence(1, round), stored(t, s))
}

func TestFullDisk(t *testing.T) { // S03
	dir := mountTmpfs(t, "size=4m")
	s, err := store.Open(t.Context(), store.Options{Dir: dir})
	require.NoError(t, err)

	roster := newRoster(t, 4, 50)
	persist(t, s, roster, 1, 3)

	ballast := filepath.Join(dir, "ballast")
	fill(t, ballast)

	round := messages.Round(4)
	for ; round < 300; round++ {
		if err = s.Persist(t.Context(), []*messages.Snapshot{newSnapshot(t, roster, round)}); err != nil {
			break
		}
	}

	require.Error(t, err)
	t.Logf("round %d: %v", round, err)

	for range 3 {
		require.Error(t, s.Persist(t.Context(), []*messages.Snapshot{newSnapshot(t, roster, round)}))
		assert.GreaterOrEqual(t, onFile(t, dir), round-1)
	}

	require.NoError(t, os.Remove(ballast))
	persist(t, s, roster, round, round+3)
	assert.Equal(t, sequence(1, round+3), stored(t, s))
	require.NoError(t, s.Close())

	leftovers, err := filepath.Glob(filepath.Join(dir, ".*"))
	require.NoError(t, err)
	assert.Empty(t, leftovers)
}

// fill writes until the file system is full.
func fill(t *testing.T, path string) {
	t.Helper()

	file, err := os.Create(path)
	require.NoError(t, err)

	for size := 1 << 16; size > 0; {
		if _, err := file.Write(make([]byte, size)); err != nil {
			require.ErrorIs(t, err, syscall.ENOSPC)
			size /= 2
		}
	}

	require.NoError(t, file.Close())
}

func TestMovedDirectoryIsAnErrorAndNothingIsWrittenElsewhere(t *testing.T) { // S07
	dir := filepath.Join(t.TempDir(), "data")
	require.NoError(t, store.PrepareDir(dir))

	s := open(t, dir)
	roster := newRoster(t, 1, 1)
	persist(t, s, roster, 1, 1)

	require.NoError(t, os.Rename(dir, dir+".moved"))
	require.NoError(t, os.Mkdir(dir, 0o750))

	next := []*messages.Snapshot{newSnapshot(t, roster, 2)}
	require.ErrorIs(t, s.Persist(t.Context(), next), durable.ErrMoved)

	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries)
	assert.Equal(t, messages.Round(1), onFile(t, dir+".moved"))
	assert.Len(t, history(t, dir+".moved", store.Query{}), 1, "nor to the history")

	require.NoError(t, os.Remove(dir))
	require.NoError(t, os.Rename(dir+".moved", dir))
	require.NoError(t, s.Persist(t.Context(), next))
	assert.Equal(t, sequence(1, 2), stored(t, s))
}

func TestUnmountedDirectoryIsAnError(t *testing.T) { // S07
	dir := mountTmpfs(t, "size=8m")
	s, err := store.Open(t.Context(), store.Options{Dir: dir})
	require.NoError(t, err)

	roster := newRoster(t, 1, 1)
	persist(t, s, roster, 1, 1)
	require.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH))

	require.ErrorIs(t, s.Persist(t.Context(), []*messages.Snapshot{newSnapshot(t, roster, 2)}), durable.ErrMoved)

	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries, "nothing on the mount point below")
	require.ErrorIs(t, s.Close(), durable.ErrMoved)
	require.NoError(t, syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"), "for the clean-up")
}

func TestRemovedHistoryIsNoticed(t *testing.T) { // S06
	dir := t.TempDir()
	s := open(t, dir)
	roster := newRoster(t, 1, 1)
	persist(t, s, roster, 1, 2)
	require.NoError(t, os.Remove(filepath.Join(dir, store.HistoryName)))

	next := []*messages.Snapshot{newSnapshot(t, roster, 3)}
	require.ErrorContains(t, s.Persist(t.Context(), next), "removed")
	require.NoError(t, s.Persist(t.Context(), next), "a new one is begun")
	assert.Equal(t, []messages.Round{3}, stored(t, s))

	s.Abandon()

	again := open(t, dir)
	assert.Greater(t, again.FirstRound(), messages.Round(1000), "the new history knows the reservation")
}

func TestReplacedSnapshotFileIsWrittenAgain(t *testing.T) { // S06
	dir := t.TempDir()
	s := open(t, dir)
	roster := newRoster(t, 1, 1)
	path := filepath.Join(dir, store.SnapshotName)
	victim := filepath.Join(t.TempDir(), "victim")
	require.NoError(t, os.WriteFile(victim, []byte("untouched"), 0o600))
	persist(t, s, roster, 1, 1)

	for round, replace := range []func() error{
		func() error { return nil },
		func() error { return os.Symlink(victim, path) },
		func() error { return os.MkdirAll(filepath.Join(path, "sub"), 0o700) },
	} {
		require.NoError(t, os.Remove(path))
		require.NoError(t, replace())
		persist(t, s, roster, messages.Round(round+2), messages.Round(round+2))
		assert.Equal(t, messages.Round(round+2), onFile(t, dir))
	}

	data, err := os.ReadFile(victim)
	require.NoError(t, err)
	assert.Equal(t, "untouched", string(data))
}

func TestSlowDiskHoldsUpPersistOnly(t *testing.T) { // S08
	dir := t.TempDir()
	syncing, release := make(chan struct{}), make(chan struct{})
	slow := false
	s, _ := openFaulty(t, dir, func(operation string) {
		if slow && operation == "sync file" {
			close(syncing)
			<-release
		}
	})
	roster := newRoster(t, 1, 1)
	persist(t, s, roster, 1, 1)

	slow = true
	done := make(chan error)

	second := []*messages.Snapshot{newSnapshot(t, roster, 2)}

	go func() { done <- s.Persist(t.Context(), second) }()

	<-syncing
	assert.Equal(t, messages.Round(1), onFile(t, dir), "readers see the old file")
	assert.Equal(t, sequence(1, 2), stored(t, s), "and the history answers")
	s.Used(7)

	select {
	case err := <-done:
		t.Fatalf("acknowledged before it is on disk: %v", err)
	case <-time.After(10 * time.Millisecond):
	}

	close(release)
	require.NoError(t, <-done)
	assert.Equal(t, messages.Round(2), onFile(t, dir))

	slow = false
	require.NoError(t, s.Close())
}

func TestCloseWritesWhatAnErrorLeft(t *testing.T) { // S02
	dir := t.TempDir()
	roster := newRoster(t, 1, 1)
	s, faulty := openFaulty(t, dir, nil)
	faulty.Inject(durabletest.Fault{Step: 4, Err: syscall.EIO})
	require.ErrorIs(t, s.Persist(t.Context(), []*messages.Snapshot{newSnapshot(t, roster, 1)}), syscall.EIO)

	_, err := os.Stat(filepath.Join(dir, store.SnapshotName))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, s.Close())
	assert.Equal(t, messages.Round(1), onFile(t, dir))
}

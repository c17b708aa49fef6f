package durable_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/internal/durable"
	"github.com/rollcall-go/rollcall/system/internal/durable/durabletest"
)

const name = "snapshot.json"

func open(t *testing.T) (*durable.Dir, string) {
	t.Helper()

	path := filepath.Join(t.TempDir(), "data")
	require.NoError(t, os.Mkdir(path, 0o750))

	dir, err := durable.OpenDir(path)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, dir.Close()) })

	return dir, path
}

func entries(t *testing.T, path string) []string {
	t.Helper()

	list, err := os.ReadDir(path)
	require.NoError(t, err)

	names := make([]string, 0, len(list))
	for _, entry := range list {
		names = append(names, entry.Name())
	}

	return names
}

func read(t *testing.T, path string) string {
	t.Helper()

	data, err := os.ReadFile(filepath.Join(path, name))
	require.NoError(t, err)

	return string(data)
}

func TestWriteFileReplaces(t *testing.T) {
	dir, path := open(t)

	require.NoError(t, durable.WriteFile(dir, name, []byte("old"), 0o640))
	require.NoError(t, durable.WriteFile(dir, name, []byte("new"), 0o640))
	assert.Equal(t, "new", read(t, path))
	assert.Equal(t, []string{name}, entries(t, path))

	info, err := os.Stat(filepath.Join(path, name))
	require.NoError(t, err)
	assert.Zero(t, info.Mode().Perm()&^0o640, "never more than asked for")
}

// Every step goes wrong in every way: the file is the whole old or the whole new one, nothing else stays behind unless the process died,
// and the next write succeeds.
func TestWriteFileSurvivesEveryFault(t *testing.T) { // S02 S03 S04 S09
	dir, _ := open(t)
	faulty := durabletest.New(dir, nil)
	require.NoError(t, durable.WriteFile(faulty, name, []byte("x"), 0o640))

	steps := faulty.Steps()
	require.Equal(t, []string{"verify", "create", "write", "sync file", "close", "rename", "sync directory"}, steps)

	modes := map[durabletest.Mode]string{durabletest.Fail: "fails", durabletest.Done: "fails after it is done", durabletest.Short: "is short"}

	for i, step := range steps {
		for mode, word := range modes {
			for _, crash := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s %s, crash %t", step, word, crash), func(t *testing.T) {
					fault := durabletest.Fault{Step: i + 1, Mode: mode, Err: syscall.ENOSPC, Crash: crash}
					survives(t, step, fault)
				})
			}
		}
	}
}

func survives(t *testing.T, step string, fault durabletest.Fault) {
	t.Helper()

	const old, fresh = "the whole old contents", "the whole new contents"

	dir, path := open(t)
	faulty := durabletest.New(dir, nil)
	require.NoError(t, durable.WriteFile(faulty, name, []byte(old), 0o640))

	faulty.Inject(fault)

	err := durable.WriteFile(faulty, name, []byte(fresh), 0o640)
	require.ErrorIs(t, err, syscall.ENOSPC, "an error is never swallowed")

	renamed := step == "sync directory" || (step == "rename" && fault.Mode == durabletest.Done)
	if renamed {
		assert.Equal(t, fresh, read(t, path))
	} else {
		assert.Equal(t, old, read(t, path))
	}

	if !fault.Crash {
		assert.Equal(t, []string{name}, entries(t, path))
	}

	faulty.Inject(durabletest.Fault{})

	_, err = durable.RemoveTemporaries(faulty, name)
	require.NoError(t, err)
	require.NoError(t, durable.WriteFile(faulty, name, []byte("next"), 0o640))
	assert.Equal(t, "next", read(t, path))
	assert.Equal(t, []string{name}, entries(t, path))
}

func TestSyncIsNeverRetriedOnTheSameFile(t *testing.T) { // S02
	dir, _ := open(t)
	faulty := durabletest.New(dir, nil)
	faulty.Inject(durabletest.Fault{Step: 4, Err: syscall.EIO})

	require.ErrorIs(t, durable.WriteFile(faulty, name, []byte("x"), 0o640), syscall.EIO)
	assert.Equal(t, []string{"verify", "create", "write", "sync file", "close", "remove"}, faulty.Steps())
}

func TestStaleTemporariesAreRemoved(t *testing.T) { // S09
	dir, path := open(t)

	for i := range 100 {
		stale := filepath.Join(path, fmt.Sprintf(".%s.tmp-%d", name, i))
		require.NoError(t, os.WriteFile(stale, []byte("torn"), 0o600))
	}

	require.NoError(t, os.WriteFile(filepath.Join(path, ".other.tmp-1"), nil, 0o600))

	removed, err := durable.RemoveTemporaries(dir, name)
	require.NoError(t, err)
	assert.Equal(t, 100, removed)
	assert.Equal(t, []string{".other.tmp-1"}, entries(t, path))
}

func TestLinkIsReplacedAndNotFollowed(t *testing.T) { // S06
	dir, path := open(t)
	victim := filepath.Join(t.TempDir(), "victim")
	require.NoError(t, os.WriteFile(victim, []byte("untouched"), 0o600))
	require.NoError(t, os.Symlink(victim, filepath.Join(path, name)))

	require.NoError(t, durable.WriteFile(dir, name, []byte("new"), 0o640))

	info, err := os.Lstat(filepath.Join(path, name))
	require.NoError(t, err)
	assert.True(t, info.Mode().IsRegular())

	data, err := os.ReadFile(victim)
	require.NoError(t, err)
	assert.Equal(t, "untouched", string(data))
}

func TestDirectoryInTheWay(t *testing.T) { // S06
	t.Run("empty", func(t *testing.T) {
		dir, path := open(t)
		require.NoError(t, os.Mkdir(filepath.Join(path, name), 0o750))
		require.NoError(t, durable.WriteFile(dir, name, []byte("new"), 0o640))
		assert.Equal(t, []string{name}, entries(t, path))
	})
	t.Run("full", func(t *testing.T) {
		dir, path := open(t)
		require.NoError(t, os.MkdirAll(filepath.Join(path, name, "precious"), 0o750))
		require.NoError(t, durable.WriteFile(dir, name, []byte("new"), 0o640))
		assert.Equal(t, "new", read(t, path))

		left := entries(t, path)
		require.Len(t, left, 2)
		assert.True(t, strings.HasPrefix(left[1], name+".aside-"))
		assert.DirExists(t, filepath.Join(path, left[1], "precious"))
	})
}

func TestMovedDirectoryIsNoticed(t *testing.T) { // S07
	dir, path := open(t)
	require.NoError(t, durable.WriteFile(dir, name, []byte("old"), 0o640))
	require.NoError(t, os.Rename(path, path+".moved"))
	require.ErrorIs(t, durable.WriteFile(dir, name, []byte("new"), 0o640), durable.ErrMoved)

	require.NoError(t, os.Mkdir(path, 0o750))
	require.ErrorIs(t, durable.WriteFile(dir, name, []byte("new"), 0o640), durable.ErrMoved)
	assert.Empty(t, entries(t, path), "nothing is written to whatever took the directory's place")

	require.NoError(t, os.Remove(path))
	require.NoError(t, os.Rename(path+".moved", path))
	require.NoError(t, durable.WriteFile(dir, name, []byte("new"), 0o640))
	assert.Equal(t, "new", read(t, path))
}

func TestOpenDirNamesThePath(t *testing.T) { // C07
	path := filepath.Join(t.TempDir(), "absent")
	_, err := durable.OpenDir(path)
	require.ErrorIs(t, err, fs.ErrNotExist)
	assert.ErrorContains(t, err, path)
}

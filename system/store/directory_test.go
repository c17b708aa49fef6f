package store_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/store"
)

func TestSecondProgramIsRefused(t *testing.T) { // C08
	dir := t.TempDir()
	first, err := store.Lock(dir)
	require.NoError(t, err)

	_, err = store.Lock(dir)
	require.ErrorIs(t, err, store.ErrLocked)
	require.ErrorContains(t, err, dir)
	require.ErrorContains(t, err, "by process "+strconv.Itoa(os.Getpid()))

	require.NoError(t, first.Release())

	second, err := store.Lock(dir)
	require.NoError(t, err)
	require.NoError(t, second.Release())
}

func TestLockDiesWithItsProcess(t *testing.T) { // C08 S01
	dir := t.TempDir()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childEnv+"=lock", childDirEnv+"="+dir)
	output, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())

	line := make([]byte, 7)
	_, err = output.Read(line)
	require.NoError(t, err)
	require.Equal(t, "locked\n", string(line))

	_, err = store.Lock(dir)
	require.ErrorIs(t, err, store.ErrLocked)
	require.ErrorContains(t, err, "by process "+strconv.Itoa(child.Process.Pid))

	require.NoError(t, child.Process.Kill())
	require.Error(t, child.Wait())

	lock, err := store.Lock(dir)
	require.NoError(t, err)
	require.NoError(t, lock.Release())
}

func TestPrepareDirNamesWhatIsWrong(t *testing.T) { // C07
	t.Run("a file", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "data")
		require.NoError(t, os.WriteFile(path, nil, 0o600))

		err := store.PrepareDir(path)
		require.ErrorIs(t, err, syscall.ENOTDIR)
		assert.ErrorContains(t, err, path)
	})
	t.Run("below a file", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "data")
		require.NoError(t, os.WriteFile(path, nil, 0o600))
		require.ErrorIs(t, store.PrepareDir(filepath.Join(path, "below")), syscall.ENOTDIR)
	})
	t.Run("not writable", func(t *testing.T) {
		err := store.PrepareDir("/proc/self")
		require.Error(t, err, "nobody may create files there, root included")
		require.ErrorContains(t, err, "/proc/self is not writable")
		assert.True(t, strings.Contains(err.Error(), "permitted") || strings.Contains(err.Error(), "no such file"), err)
	})
	t.Run("read-only mount", func(t *testing.T) {
		path := mountTmpfs(t, "ro,size=1m")
		err := store.PrepareDir(path)
		require.ErrorIs(t, err, syscall.EROFS)
		assert.ErrorContains(t, err, path)
	})
}

func TestPrepareDirLeavesNothingBehind(t *testing.T) { // C07
	path := filepath.Join(t.TempDir(), "data")
	require.NoError(t, store.PrepareDir(path))
	require.NoError(t, store.PrepareDir(path))

	entries, err := os.ReadDir(path)
	require.NoError(t, err)
	assert.Empty(t, entries)
}

func TestOpenNeedsTheDirectory(t *testing.T) { // C07
	path := filepath.Join(t.TempDir(), "absent")
	_, err := store.Open(t.Context(), store.Options{Dir: path})
	require.ErrorIs(t, err, fs.ErrNotExist)
	assert.ErrorContains(t, err, path)
}

// mountTmpfs mounts a small file system, where that is permitted.
func mountTmpfs(t *testing.T, options string) string {
	t.Helper()

	path := t.TempDir()
	flags := uintptr(0)

	var kept []string

	for option := range strings.SplitSeq(options, ",") {
		if option == "ro" {
			flags |= syscall.MS_RDONLY
		} else {
			kept = append(kept, option)
		}
	}

	if err := syscall.Mount("tmpfs", path, "tmpfs", flags, strings.Join(kept, ",")); err != nil {
		t.Skipf("a small file system cannot be mounted here: %v", err)
	}

	t.Cleanup(func() { assert.NoError(t, syscall.Unmount(path, syscall.MNT_DETACH)) })

	return path
}

package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/store"
)

// crash opens a store, runs what is given and lets go without closing, like a process that is killed.
func crash(t *testing.T, dir string, run func(s *store.Store)) {
	t.Helper()

	s, err := store.Open(t.Context(), store.Options{Dir: dir})
	require.NoError(t, err)
	run(s)
	s.Abandon()
}

func TestRoundsAreNeverUsedTwice(t *testing.T) { // S01
	dir := t.TempDir()
	roster := newRoster(t, 1, 1)

	s := open(t, dir)
	assert.Equal(t, messages.Round(1), s.FirstRound())
	assert.Equal(t, store.Recovery{}, s.Recovery())
	persist(t, s, roster, 1, 3)
	require.NoError(t, s.Close())

	s = open(t, dir)
	assert.Equal(t, messages.Round(4), s.FirstRound(), "after an orderly end the next number is used")
	assert.Equal(t, store.Recovery{}, s.Recovery())
	s.Used(9) // published, but never on disk
	s.Used(7)
	require.NoError(t, s.Close())

	crash(t, dir, func(s *store.Store) {
		assert.Equal(t, messages.Round(10), s.FirstRound())
	})

	crash(t, dir, func(s *store.Store) {
		assert.Equal(t, messages.Round(1011), s.FirstRound(), "what was reserved may have been published")
		assert.True(t, s.Recovery().Unclean)
		persist(t, s, roster, 1011, 1011+700) // past the point where more is reserved
	})

	s = open(t, dir)
	assert.Greater(t, s.FirstRound(), messages.Round(1011+700+400))
}

func TestRoundsGoOnFromTheFile(t *testing.T) { // S05 S06
	dir := t.TempDir()
	s := open(t, dir)
	persist(t, s, newRoster(t, 1, 1), 41, 42)
	require.NoError(t, s.Close())
	require.NoError(t, os.Remove(filepath.Join(dir, store.HistoryName)))

	s = open(t, dir)
	assert.Equal(t, messages.Round(42+1000+1), s.FirstRound(), "a lost history takes its reservation with it")
	require.NoError(t, s.Close())

	s = open(t, dir)
	assert.Equal(t, messages.Round(1043), s.FirstRound(), "and that is remembered")
}

func TestForeignSnapshotFileSaysNothing(t *testing.T) { // S06
	for name, place := range map[string]func(path string) error{
		"torn": func(path string) error {
			return os.WriteFile(path, []byte(`{"schema":"rollcall.snapshot/1","round":77,`), 0o600)
		},
		"foreign":   func(path string) error { return os.WriteFile(path, []byte(`{"round":77}`), 0o600) },
		"directory": func(path string) error { return os.Mkdir(path, 0o700) },
		"link":      func(path string) error { return os.Symlink("/etc/passwd", path) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, place(filepath.Join(dir, store.SnapshotName)))

			s := open(t, dir)
			assert.Equal(t, messages.Round(1), s.FirstRound())
			persist(t, s, newRoster(t, 1, 1), 1, 1)
			assert.Equal(t, messages.Round(1), onFile(t, dir))
		})
	}
}

package store_test

import (
	"bufio"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/store"
)

// A child persists rounds as fast as it can and is killed at a random moment, many times over. What it acknowledged is there, the file is
// whole and never older, and no number comes twice.
func TestKilledAtAnyMomentNothingAcknowledgedIsLost(t *testing.T) { // S01 S09 S11
	kills := 30
	if testing.Short() {
		kills = 5
	}

	dir := t.TempDir()
	acknowledged := map[messages.Round]bool{}

	var last messages.Round

	for range kills {
		first, rounds := runAndKill(t, dir, time.Duration(rand.Int64N(int64(150*time.Millisecond))))
		assert.Greater(t, first, last, "a round went back")

		for _, round := range rounds {
			require.False(t, acknowledged[round], "round %d was used twice", round)
			acknowledged[round] = true
			last = max(last, round)
		}

		if last > 0 {
			require.GreaterOrEqual(t, onFile(t, dir), last)
		}
	}

	began := time.Now()
	s := open(t, dir)
	assert.Less(t, time.Since(began), 2*time.Second, "ready again")
	assert.True(t, s.Recovery().Unclean)
	assert.Empty(t, s.Recovery().Corrupt)
	assert.Greater(t, s.FirstRound(), last)

	there := map[messages.Round]bool{}
	for _, round := range stored(t, s) {
		there[round] = true
	}

	for round := range acknowledged {
		require.True(t, there[round], "acknowledged round %d is lost", round)
	}

	t.Logf("%d kills, %d rounds acknowledged, %d stored, last %d", kills, len(acknowledged), len(there), last)

	leftovers, err := filepath.Glob(filepath.Join(dir, ".*"))
	require.NoError(t, err)
	assert.Empty(t, leftovers)
}

// runAndKill returns the child's first round and the rounds it acknowledged.
func runAndKill(t *testing.T, dir string, after time.Duration) (first messages.Round, rounds []messages.Round) {
	t.Helper()

	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childEnv+"=persist", childDirEnv+"="+dir)
	child.Stderr = os.Stderr
	output, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())

	lines := bufio.NewScanner(output)
	require.True(t, lines.Scan())

	text, ok := strings.CutPrefix(lines.Text(), "first ")
	require.True(t, ok, lines.Text())

	first = parseRound(t, text)

	defer time.AfterFunc(after, func() { _ = child.Process.Kill() }).Stop()

	for lines.Scan() {
		rounds = append(rounds, parseRound(t, lines.Text()))
	}

	require.Error(t, child.Wait(), "it was killed")

	return first, rounds
}

func parseRound(t *testing.T, text string) messages.Round {
	t.Helper()

	n, err := strconv.ParseUint(text, 10, 64)
	require.NoError(t, err)

	return messages.Round(n)
}

func TestTornLogLosesNothingAcknowledged(t *testing.T) { // S05
	dir := t.TempDir()
	crash(t, dir, func(s *store.Store) { persist(t, s, newRoster(t, 2, 3), 1, 5) })

	log := filepath.Join(dir, store.HistoryName+"-wal")
	file, err := os.OpenFile(log, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = file.WriteString(strings.Repeat("half a page that was never committed ", 50))
	require.NoError(t, err)
	require.NoError(t, file.Close())

	// The store that was let go of still has the files open in this process: the next one works on a copy, as after a reboot.
	dir = copied(t, dir)
	s := open(t, dir)
	assert.True(t, s.Recovery().Unclean)
	assert.Empty(t, s.Recovery().Corrupt)
	assert.Equal(t, sequence(1, 5), stored(t, s))
}

func TestDamagedHistoryIsMovedAsideAndNamed(t *testing.T) { // S05
	for name, spoil := range map[string]func(t *testing.T, path string){
		"overwritten": func(t *testing.T, path string) { overwrite(t, path, 0, 64<<10) },
		"inner pages": func(t *testing.T, path string) { overwrite(t, path, 8192, 60<<10) },
		"cut":         func(t *testing.T, path string) { require.NoError(t, os.Truncate(path, 8192+100)) },
		"one page":    func(t *testing.T, path string) { overwrite(t, path, 40*4096, 4096) },
		"a directory": func(t *testing.T, path string) {
			require.NoError(t, os.Remove(path))
			require.NoError(t, os.Mkdir(path, 0o700))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			crash(t, dir, func(s *store.Store) {
				persist(t, s, newRoster(t, 6, 40), 1, 10)
				require.NoError(t, s.Exec(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)"))
			})

			dir = copied(t, dir)
			spoil(t, filepath.Join(dir, store.HistoryName))

			s := open(t, dir)
			recovery := s.Recovery()
			require.NotEmpty(t, recovery.Corrupt)
			assert.True(t, recovery.Unclean)
			assert.NotEmpty(t, recovery.Reason)
			_, err := os.Stat(filepath.Join(dir, recovery.Corrupt))
			require.NoError(t, err, "moved, not deleted")
			assert.Regexp(t, `^history\.db\.corrupt-\d{8}T\d{6}\.\d{9}Z$`, recovery.Corrupt)

			assert.Empty(t, stored(t, s), "never served as good")
			assert.Greater(t, s.FirstRound(), messages.Round(1010))
			assert.Equal(t, messages.Round(10), onFile(t, dir), "the newest snapshot is not touched")
			persist(t, s, newRoster(t, 1, 1), s.FirstRound(), s.FirstRound())
		})
	}
}

// A log whose database is gone would be applied to the new one.
func TestLogWithoutItsHistoryIsMovedAside(t *testing.T) { // S05
	dir := t.TempDir()
	crash(t, dir, func(s *store.Store) { persist(t, s, newRoster(t, 2, 3), 1, 5) })

	dir = copied(t, dir)
	require.NoError(t, os.Remove(filepath.Join(dir, store.HistoryName)))

	s := open(t, dir)
	assert.Empty(t, stored(t, s))
	assert.Equal(t, messages.Round(5+1000+1), s.FirstRound())

	aside, err := filepath.Glob(filepath.Join(dir, store.HistoryName+".corrupt-*-wal"))
	require.NoError(t, err)
	assert.Len(t, aside, 1)
}

func TestReservationIsReadFromADamagedHistory(t *testing.T) { // S05
	dir := t.TempDir()
	crash(t, dir, func(s *store.Store) {
		persist(t, s, newRoster(t, 6, 40), 5000, 5010)
		require.NoError(t, s.Exec(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)"))
	})

	dir = copied(t, dir)
	overwrite(t, filepath.Join(dir, store.HistoryName), 40*4096, 4096)
	require.NoError(t, os.Remove(filepath.Join(dir, store.SnapshotName)))

	s := open(t, dir)
	assert.NotEmpty(t, s.Recovery().Corrupt)
	assert.Equal(t, messages.Round(6001), s.FirstRound())
}

func overwrite(t *testing.T, path string, offset int64, length int) {
	t.Helper()

	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = file.WriteAt([]byte(strings.Repeat("garbage!", length/8)), offset)
	require.NoError(t, err)
	require.NoError(t, file.Close())
}

// copied returns a copy of a directory as another process would find it.
func copied(t *testing.T, dir string) string {
	t.Helper()

	to := filepath.Join(t.TempDir(), "copy")
	require.NoError(t, os.CopyFS(to, os.DirFS(dir)))
	require.NoError(t, os.Remove(filepath.Join(to, store.HistoryName+"-shm")))

	return to
}

package service_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/store"
)

// litter leaves half-written snapshots in a data directory.
func litter(t *testing.T, dir string) []string {
	t.Helper()

	var names []string

	for i := range 100 {
		name := filepath.Join(dir, fmt.Sprintf(".%s.tmp-%d", store.SnapshotName, i))
		require.NoError(t, os.WriteFile(name, []byte(`{"schema":`), 0o600))

		names = append(names, name)
	}

	return names
}

// S11: whoever holds the snapshot open goes on reading the one it opened, whole, while newer ones take its place.
func TestReaderKeepsTheSnapshotItOpened(t *testing.T) {
	t.Parallel()

	const every = 20 * time.Millisecond

	r := newRig(t, plan{vendors: []string{"a"}, every: every, deadline: every})
	sub := r.watch(t)
	before := r.until(t, sub, func(s *messages.Snapshot) bool { return s.Durable })

	file, err := os.Open(filepath.Join(r.dir, store.SnapshotName))
	require.NoError(t, err)

	defer file.Close() //nolint:errcheck // it was only read

	r.until(t, sub, func(s *messages.Snapshot) bool { return s.Round >= before.Round+20 })

	data, err := io.ReadAll(file)
	require.NoError(t, err)

	held, err := messages.ParseSnapshot(data)
	require.NoError(t, err)
	assert.Less(t, held.Round, stored(t, r.dir).Round)
	assert.Less(t, held.Round, before.Round+20)
}

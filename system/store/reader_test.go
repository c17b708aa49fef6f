package store_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/store"
)

func TestReaderPollsWhileWriterWrites(t *testing.T) { // S11
	dir := t.TempDir()
	s := open(t, dir)
	roster := newRoster(t, 4, 20)
	persist(t, s, roster, 1, 1)

	held, err := os.Open(filepath.Join(dir, store.SnapshotName))
	require.NoError(t, err)

	defer func() { require.NoError(t, held.Close()) }()

	stop := make(chan struct{})
	reads := make(chan [][]byte)

	go func() {
		ticker := time.NewTicker(time.Second / 2000)
		defer ticker.Stop()

		var seen [][]byte

		for {
			select {
			case <-stop:
				reads <- seen

				return
			case <-ticker.C:
				data, err := os.ReadFile(filepath.Join(dir, store.SnapshotName))
				if err != nil {
					data = []byte(err.Error())
				}

				seen = append(seen, data)
			}
		}
	}()

	persist(t, s, roster, 2, 60)
	close(stop)

	seen, last := <-reads, messages.Round(0)
	for _, data := range seen {
		round := roundIn(t, data)
		require.GreaterOrEqual(t, round, last)
		last = round
	}

	t.Logf("%d reads", len(seen))

	data := make([]byte, 1<<20)
	n, err := held.Read(data)
	require.NoError(t, err)
	assert.Contains(t, string(data[:n]), `"round":1,`, "whoever holds the old file reads the old file")
}

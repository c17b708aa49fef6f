package auditlog_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/rollcall-go/rollcall/messages"
)

// TestFullDisk // S03: a file system of 256 kB is filled, then room is made.
func TestFullDisk(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=256k"); err != nil {
		t.Skipf("a tmpfs cannot be mounted here: %v", err)
	}

	t.Cleanup(func() { assert.NoError(t, unix.Unmount(dir, unix.MNT_DETACH)) })

	for _, segment := range []int64{0, 20_000} { // full within a segment, and at the start of one
		ballast, audit := filepath.Join(dir, "ballast"), filepath.Join(dir, "audit")
		require.NoError(t, os.WriteFile(ballast, make([]byte, 100_000), 0o600))

		log, _ := open(t, audit, segment)

		var (
			pending  []*messages.RecordFact
			failures int
			n        int
		)

		for failures < 5 {
			n++
			pending = append(pending, facts(n, n)...)

			if err := log.Append(t.Context(), pending); err != nil {
				require.ErrorIs(t, err, unix.ENOSPC)

				failures++

				continue
			}

			pending = nil
		}

		verified(t, audit)
		require.NoError(t, os.Remove(ballast))
		add(t, log, pending)
		assert.Equal(t, numbers(1, n), rounds(t, audit))
		verified(t, audit)
		require.NoError(t, log.Close())
		require.NoError(t, os.RemoveAll(audit))
	}
}

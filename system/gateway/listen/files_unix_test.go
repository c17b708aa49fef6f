//go:build unix

package listen_test

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/gateway/listen"
)

// O03: clients get the files that nobody else needs, and a service that has none for them does not start.
func TestFilesAreReserved(t *testing.T) {
	var before syscall.Rlimit

	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before))

	low := before
	low.Cur = 128

	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low))
	t.Cleanup(func() { require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before)) })

	many, err := (&listen.Settings{Reserved: 60}).Connections()
	require.NoError(t, err)
	assert.LessOrEqual(t, many, 128-60)
	assert.GreaterOrEqual(t, many, 40)

	few, err := (&listen.Settings{Reserved: 60, MaxConnections: 3}).Connections()
	require.NoError(t, err)
	assert.Equal(t, 3, few)

	_, err = (&listen.Settings{Reserved: 120}).Connections()
	require.ErrorIs(t, err, listen.ErrFiles)
	require.ErrorContains(t, err, "there may be 128, and 120 are reserved")
}

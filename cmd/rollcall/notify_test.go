package main

import (
	"context"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
)

type still struct{}

func (still) Fetch(context.Context, []messages.Instrument) ([]messages.Quote, error) { return nil, nil }

func TestSystemdIsToldThatWeAreReadyAndAlive(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "notify")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	require.NoError(t, err)

	defer func() { _ = manager.Close() }()

	env := map[string]string{"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "20000"}
	n, err := newNotifier(t.Context(), func(name string) (string, bool) { value, ok := env[name]; return value, ok })
	require.NoError(t, err)

	defer n.close()

	n.say("READY=1")
	assert.Equal(t, "READY=1", heard(t, manager))

	s, err := system.New(system.Settings{Vendors: []system.Vendor{{
		Name: "still", Class: "test", Instruments: []messages.Instrument{"X"}, Source: still{},
	}}})
	require.NoError(t, err)
	require.NoError(t, s.Start(t.Context()))

	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})

	go func() { defer close(done); n.keepAlive(ctx, s) }()

	assert.Equal(t, "WATCHDOG=1", heard(t, manager))
	cancel()
	<-done
	require.NoError(t, s.Stop(context.Background()))
}

func heard(t *testing.T, manager *net.UnixConn) string {
	t.Helper()
	require.NoError(t, manager.SetReadDeadline(time.Now().Add(10*time.Second)))

	buffer := make([]byte, 64)
	n, err := manager.Read(buffer)
	require.NoError(t, err)

	return string(buffer[:n])
}

func TestWithoutSystemdNothingIsSaid(t *testing.T) {
	t.Parallel()

	n, err := newNotifier(t.Context(), func(string) (string, bool) { return "", false })
	require.NoError(t, err)

	n.say("READY=1")
	n.keepAlive(t.Context(), nil)
	n.close()
}

func TestASocketThatIsNotThereIsAnError(t *testing.T) {
	t.Parallel()

	_, err := newNotifier(t.Context(), func(string) (string, bool) { return "/nowhere/notify", true })
	require.ErrorContains(t, err, "NOTIFY_SOCKET")
}

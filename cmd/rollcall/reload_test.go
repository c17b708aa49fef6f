package main

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/config"
)

// systemd hears of each reload, whether it comes to anything or not.
func TestSystemdIsToldOfAReload(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "notify")
	listener, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	require.NoError(t, err)

	defer func() { _ = listener.Close() }()

	manager, err := newNotifier(t.Context(), func(name string) (string, bool) { return path, name == "NOTIFY_SOCKET" })
	require.NoError(t, err)

	defer manager.close()

	log, hook := test.NewNullLogger()
	r := &reloader{manager: manager, log: log.WithField("actor", "test"), load: func() (*config.Config, error) { return nil, errors.New("it is gone") }}
	hangups := make(chan os.Signal, 1)
	end := r.follow(t.Context(), hangups)

	hangups <- syscall.SIGHUP

	state := heard(t, listener)
	assert.True(t, strings.HasPrefix(state, "RELOADING=1\nMONOTONIC_USEC="), state)
	assert.Equal(t, "READY=1", heard(t, listener))
	end()
	assert.Equal(t, "configuration not reloaded, nothing has changed", hook.LastEntry().Message)
}

// Of a reload that the stop cuts short systemd hears nothing more, and the program waits for its end.
func TestAReloadThatIsCutShort(t *testing.T) {
	t.Parallel()

	log, _ := test.NewNullLogger()
	ctx, cancel := context.WithCancel(t.Context())
	begun, release := make(chan struct{}), make(chan struct{})
	r := &reloader{manager: &notifier{}, log: log.WithField("actor", "test"), load: func() (*config.Config, error) {
		close(begun)
		<-release

		return nil, errors.New("too late")
	}}
	hangups := make(chan os.Signal, 1)
	end := r.follow(ctx, hangups)

	hangups <- syscall.SIGHUP

	<-begun
	cancel()

	ended := make(chan struct{})

	go func() { defer close(ended); end() }()

	select {
	case <-ended:
		require.Fail(t, "it did not wait")
	default:
	}

	close(release)
	<-ended
}

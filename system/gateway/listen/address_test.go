package listen_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/gateway/listen"
)

// C06: an address that cannot be had is named.
func TestAddressesThatCannotBeHad(t *testing.T) {
	t.Parallel()

	taken := open(t, listen.Settings{}, fine).Addr().String()

	for address, want := range map[string]string{
		taken:               "listen on " + taken + ": bind: address already in use",
		"127.0.0.1:notport": "listen on 127.0.0.1:notport: ",
		"nothing":           "listen on nothing: address nothing: missing port in address",
		"192.0.2.1:0":       "listen on 192.0.2.1:0: bind: ",
		"[::2]:0":           "listen on [::2]:0: ",
	} {
		begun := time.Now()
		_, err := listen.Open(t.Context(), listen.Settings{Address: address, Guarded: true}, http.HandlerFunc(fine))
		require.ErrorContains(t, err, want)
		assert.Less(t, time.Since(begun), 2*time.Second)
	}

	_, err := listen.Open(t.Context(), listen.Settings{Address: taken}, http.HandlerFunc(fine))
	require.ErrorIs(t, err, syscall.EADDRINUSE)

	other := open(t, listen.Settings{Address: taken, OtherPort: true}, fine)
	assert.NotEqual(t, taken, other.Addr().String())
	assert.True(t, listen.Loopback(other.Addr().String()))
}

// RELIABILITY 5: other machines are served only where it is known who asks.
func TestExposedNeedsGuard(t *testing.T) {
	t.Parallel()

	for _, address := range []string{"0.0.0.0:0", ":0", "[::]:0"} {
		_, err := listen.Open(t.Context(), listen.Settings{Address: address}, http.HandlerFunc(fine))
		require.ErrorIs(t, err, listen.ErrExposed, address)
		require.ErrorContains(t, err, "listen on "+address+" is not loopback")
	}

	door := open(t, listen.Settings{Address: "0.0.0.0:0", Guarded: true}, fine)
	assert.False(t, listen.Loopback(door.Addr().String()))

	for address, want := range map[string]bool{
		"127.0.0.1:1": true, "127.8.9.1:1": true, "[::1]:1": true, "LocalHost:1": true,
		"localhost.example.com:1": false, "10.0.0.1:1": false, ":1": false, "[::]:1": false, "127.0.0.1": false, "example.com:1": false,
	} {
		assert.Equal(t, want, listen.Loopback(address), address)
	}
}

// O01: what is open may end, nobody new is let in, and a stop takes no longer than it may.
func TestShutdown(t *testing.T) {
	t.Parallel()

	handler, entered, let := blocking()
	door := open(t, listen.Settings{}, handler)
	idle, active, stuck := dial(t, door), dial(t, door), dial(t, door)

	for _, conn := range []net.Conn{active, stuck} {
		_, err := io.WriteString(conn, request)
		require.NoError(t, err)
		<-entered
	}

	require.NoError(t, door.Close())

	_, err := (&net.Dialer{Timeout: time.Second}).DialContext(t.Context(), "tcp", door.Addr().String())
	require.ErrorIs(t, err, syscall.ECONNREFUSED)

	let()

	response := say(t, active, "")
	require.NotNil(t, response)
	assert.Equal(t, http.StatusOK, response.status)
	assert.True(t, response.last, "it is the connection's last")

	begun := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), patience)

	defer cancel()

	require.NoError(t, door.Shutdown(ctx))
	assert.Less(t, time.Since(begun), 3*time.Second, "a connection without a request is not waited for")

	_, err = idle.Read(make([]byte, 1))
	require.Error(t, err)
}

// A handler that does not end is told to, and its connection cut.
func TestShutdownCuts(t *testing.T) {
	t.Parallel()

	handler, entered, _ := blocking()
	door := open(t, listen.Settings{}, handler)
	conn := dial(t, door)
	_, err := io.WriteString(conn, request)
	require.NoError(t, err)
	<-entered

	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()

	require.NoError(t, door.Shutdown(ctx))
	assert.Nil(t, say(t, conn, ""), "the answer was cut off")
	assert.Eventually(t, func() bool { return door.Stats().Open == 0 }, patience, 10*time.Millisecond)
}

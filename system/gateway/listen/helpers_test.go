package listen_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/gateway/listen"
)

// patience bounds what must happen; it is never waited for when all is well.
const patience = 20 * time.Second

// fine answers 200.
func fine(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "fine\n") }

// open serves a handler on loopback until the test ends.
func open(t *testing.T, settings listen.Settings, handler http.HandlerFunc) *listen.Door {
	t.Helper()

	if settings.Address == "" {
		settings.Address = "127.0.0.1:0"
	}

	if settings.Log == nil {
		log := logrus.New()
		log.SetOutput(t.Output())
		settings.Log = logrus.NewEntry(log)
	}

	door, err := listen.Open(t.Context(), settings, handler)
	require.NoError(t, err)

	served := make(chan error, 1)

	go func() { served <- door.Serve() }()

	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Second)
		defer cancel()

		door.Cut()
		assert.NoError(t, door.Shutdown(ctx))
		assert.NoError(t, <-served)
	})

	return door
}

// dial connects to a door.
func dial(t *testing.T, door *listen.Door) net.Conn {
	t.Helper()

	conn, err := (&net.Dialer{Timeout: patience}).DialContext(t.Context(), "tcp", door.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))

	return conn
}

// reply is an answer, read to its end.
type reply struct {
	status int
	header http.Header
	body   string
	last   bool // of its connection
}

// say sends raw text and returns the first answer, nil where the connection was closed instead.
func say(t *testing.T, conn net.Conn, text string) *reply {
	t.Helper()

	_, _ = io.WriteString(conn, text) // an answer may come before all of it was read

	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return nil
	}

	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil
	}

	require.NoError(t, answer.Body.Close())

	return &reply{status: answer.StatusCode, header: answer.Header, body: string(body), last: answer.Close}
}

const request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

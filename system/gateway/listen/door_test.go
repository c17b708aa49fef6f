package listen_test

import (
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/gateway/listen"
)

// A01: many clients that never finish their header are closed in time, and whoever comes meanwhile is answered at once: of those without a
// request, the one that has been so for longest makes room.
func TestSlowClientsMakeRoom(t *testing.T) {
	t.Parallel()

	const slow, limit = 300, 50

	door := open(t, listen.Settings{MaxConnections: limit}, fine)
	begun := time.Now()
	conns := make([]net.Conn, slow)

	for i := range conns {
		conns[i] = dial(t, door)
		_, err := io.WriteString(conns[i], "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
		require.NoError(t, err)
	}

	took := make([]time.Duration, 100)

	for i := range took {
		before := time.Now()
		response := say(t, dial(t, door), request)
		took[i] = time.Since(before)

		require.NotNil(t, response)
		require.Equal(t, http.StatusOK, response.status)
	}

	slices.Sort(took)
	assert.Less(t, took[len(took)*99/100], time.Second, "A01 asks for 100 ms; this machine may be busy")

	stats := door.Stats()
	assert.LessOrEqual(t, stats.Open, limit)
	assert.Positive(t, stats.Evicted)
	assert.Zero(t, stats.Refused)

	for _, conn := range conns {
		_, err := conn.Read(make([]byte, 1))
		require.Error(t, err)
		require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "it is still open")
	}

	assert.Less(t, time.Since(begun), 11*time.Second)
}

// A01: a header that comes byte by byte is as late as one that does not come, also on a connection that has had a request.
func TestDrippingHeadersAreCut(t *testing.T) {
	t.Parallel()

	door := open(t, listen.Settings{}, fine)

	for name, before := range map[string]string{"first": "", "second": request} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			conn := dial(t, door)
			if before != "" {
				require.NotNil(t, say(t, conn, before))
			}

			begun := time.Now()
			tick := time.NewTicker(100 * time.Millisecond)

			defer tick.Stop()

			_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nX-Slow: ")
			for err == nil {
				<-tick.C
				_, err = io.WriteString(conn, "a")
			}

			assert.Less(t, time.Since(begun), 11*time.Second)
		})
	}
}

// A02: headers and URLs have a limit.
func TestLargeHeadersAreRefused(t *testing.T) {
	t.Parallel()

	door := open(t, listen.Settings{}, fine)

	for name, text := range map[string]string{
		"header 4 MiB": "GET / HTTP/1.1\r\nHost: localhost\r\nX-Large: " + strings.Repeat("a", 4<<20) + "\r\n\r\n",
		"URL 600 kB":   "GET /" + strings.Repeat("a", 600<<10) + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"many headers": "GET / HTTP/1.1\r\nHost: localhost\r\n" + strings.Repeat("A: b\r\n", 100_000) + "\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if response := say(t, dial(t, door), text); response != nil { // else it was reset while it was still sending
				assert.Equal(t, http.StatusRequestHeaderFieldsTooLarge, response.status)
			}
		})
	}
}

// blocking answers when it is let go.
func blocking() (handler http.HandlerFunc, entered chan struct{}, let func()) {
	entered, gate := make(chan struct{}, 100), make(chan struct{})

	return func(w http.ResponseWriter, r *http.Request) {
		entered <- struct{}{}

		select {
		case <-gate:
		case <-r.Context().Done():
		}

		fine(w, r)
	}, entered, sync.OnceFunc(func() { close(gate) })
}

// O03: when every connection has a request, who comes is told so and can try again later; nothing else is disturbed.
func TestFullHouse(t *testing.T) {
	t.Parallel()

	handler, entered, let := blocking()
	door := open(t, listen.Settings{MaxConnections: 2}, handler)
	inside := []net.Conn{dial(t, door), dial(t, door)}

	for _, conn := range inside {
		_, err := io.WriteString(conn, request)
		require.NoError(t, err)
		<-entered
	}

	response := say(t, dial(t, door), request)
	require.NotNil(t, response)
	assert.Equal(t, http.StatusServiceUnavailable, response.status)
	assert.Equal(t, "1", response.header.Get("Retry-After"))
	assert.Equal(t, "application/problem+json", response.header.Get("Content-Type"))
	assert.JSONEq(t, `{"type":"/problems/too-many-connections","title":"Too many connections","status":503,
		"detail":"every connection there may be is in use"}`, response.body)
	assert.Equal(t, uint64(1), door.Stats().Refused)

	let()

	for _, conn := range inside {
		require.NotNil(t, say(t, conn, ""))
	}

	assert.Eventually(t, func() bool {
		response := say(t, dial(t, door), request)

		return response != nil && response.status == http.StatusOK
	}, patience, 10*time.Millisecond)
}

// Who does not read is cut, also where the handler thinks of no deadline, and the kernel keeps little for it.
func TestWhoDoesNotReadIsCut(t *testing.T) {
	t.Parallel()

	type end struct {
		sent int
		err  error
	}

	ended := make(chan end, 1)
	door := open(t, listen.Settings{WriteTimeout: 300 * time.Millisecond}, func(w http.ResponseWriter, _ *http.Request) {
		part, sent := make([]byte, 64<<10), 0

		for {
			n, err := w.Write(part)
			if sent += n; err != nil {
				ended <- end{sent, err}

				return
			}
		}
	})

	conn := dial(t, door)
	tcp, is := conn.(*net.TCPConn)
	require.True(t, is)
	require.NoError(t, tcp.SetReadBuffer(4<<10))

	_, err := io.WriteString(conn, request)
	require.NoError(t, err)

	select {
	case e := <-ended:
		require.ErrorIs(t, e.err, os.ErrDeadlineExceeded)
		assert.Less(t, e.sent, 2<<20, "what is sent and not read is in the kernel")
	case <-time.After(patience):
		require.Fail(t, "it is written to for ever")
	}
}

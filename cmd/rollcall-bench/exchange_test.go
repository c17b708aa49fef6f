package main

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// exchangeHere serves streams in this process and returns its port.
func exchangeHere(t *testing.T) int {
	t.Helper()

	server := httptest.NewServer(http.HandlerFunc(serveStream))
	t.Cleanup(server.Close)

	address, ok := server.Listener.Addr().(*net.TCPAddr)
	require.True(t, ok)

	return address.Port
}

// dial opens a stream with a client that knows nothing of ours.
func dial(t *testing.T, port, rate int) *websocket.Conn {
	t.Helper()

	conn, _, err := websocket.Dial(t.Context(), streamURL(port, rate), nil) //nolint:bodyclose // the library closes it
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.CloseNow() })

	return conn
}

// subscribe opens a stream and asks for tickers.
func subscribe(t *testing.T, port, rate int) *websocket.Conn {
	t.Helper()

	conn := dial(t, port, rate)
	require.NoError(t, conn.Write(t.Context(), websocket.MessageText, []byte(`{}`)))

	return conn
}

func TestStreamKeepsItsRate(t *testing.T) {
	t.Parallel()

	conn := subscribe(t, exchangeHere(t), 500)
	began := time.Now()

	for range 100 {
		kind, text, err := conn.Read(t.Context())
		require.NoError(t, err)
		assert.Equal(t, websocket.MessageText, kind)
		assert.Len(t, text, tickerBytes)
	}

	assert.GreaterOrEqual(t, time.Since(began), 100*time.Millisecond, "a hundred messages at 500 a second take 200 ms")
}

// TestFloodWaitsForWhoReads: everything that was sent comes, in order, however slowly it is read.
func TestFloodWaitsForWhoReads(t *testing.T) {
	t.Parallel()

	conn := subscribe(t, exchangeHere(t), flood)

	for i := range 5000 {
		_, text, err := conn.Read(t.Context())
		require.NoError(t, err)
		require.Contains(t, string(text[:60]), `"sequence":`+strconv.Itoa(firstNumber+i)+`,`)
	}
}

// TestStreamSaysNothingUnasked: a client that does not subscribe gets nothing.
func TestStreamSaysNothingUnasked(t *testing.T) {
	t.Parallel()

	conn := dial(t, exchangeHere(t), flood)

	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()

	_, _, err := conn.Read(short)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestStreamRefusesWhatIsNoRequestForTickers(t *testing.T) {
	t.Parallel()

	base := "http://127.0.0.1:" + strconv.Itoa(exchangeHere(t))

	for _, path := range []string{"/tickers", "/tickers?rate=-1", "/tickers?rate=5"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+path, http.NoBody)
		require.NoError(t, err)

		response, err := (&http.Client{}).Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		assert.Equal(t, http.StatusBadRequest, response.StatusCode, path)
	}
}

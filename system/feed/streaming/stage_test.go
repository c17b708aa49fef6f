package streaming_test

import (
	"bufio"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/streaming"
	"github.com/rollcall-go/rollcall/system/feed/template"
)

// TestMain sees that no test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must come.
const patience = 10 * time.Second

// shape is a definition for vendors made for one test; the URL is put in front.
const shape = `
symbols: {A: {symbol: a}, B: {symbol: b}}
client: {allow_private: true}
stream:
  subscribe: {send: '{subscribe: $symbols}'}
  parse: {key: key, price: price}
  url: `

// credentials are a token that cannot be renewed; without one there is nothing to authorize with.
type credentials struct{ token string }

// Authorize implements streaming.Credentials.
func (c credentials) Authorize(_ context.Context, r *http.Request, _ []byte, _ *template.Values) error {
	if c.token == "" {
		return messages.NewFailure(messages.OutcomeAuth, "no token")
	}

	r.Header.Set("Authorization", "Bearer "+c.token)

	return nil
}

// Renew implements streaming.Credentials.
func (credentials) Renew(context.Context, *http.Request) bool { return false }

// listener keeps what a stream delivers.
type listener struct {
	mutex   sync.Mutex
	updates []messages.StreamUpdate
	quotes  map[messages.Instrument]messages.Quote
}

func newListener() *listener {
	return &listener{quotes: map[messages.Instrument]messages.Quote{}}
}

func (l *listener) deliver(u messages.StreamUpdate) {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	l.updates = append(l.updates, u)
	for _, quote := range u.Quotes {
		l.quotes[quote.Instrument] = quote
	}
}

// total sums up everything that was delivered.
func (l *listener) total() (sum messages.StreamUpdate) {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	for _, u := range l.updates {
		sum.Ready = sum.Ready || u.Ready
		sum.Messages += u.Messages
		sum.Dropped += u.Dropped
		sum.Gaps += u.Gaps
	}

	return sum
}

func (l *listener) quote(instrument messages.Instrument) (messages.Quote, bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	quote, has := l.quotes[instrument]

	return quote, has
}

// play connects once to a definition's vendor and returns why the connection ended.
func play(ctx context.Context, t *testing.T, definition string, l *listener, instruments ...messages.Instrument) *messages.Failure {
	t.Helper()

	stream, err := streaming.New(definitionOf(t, definition))
	require.NoError(t, err)

	if len(instruments) == 0 {
		instruments = []messages.Instrument{"A", "B"}
	}

	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	var failure *messages.Failure

	require.ErrorAs(t, stream.Stream(ctx, instruments, l.deliver), &failure)

	return failure
}

// sockets serves WebSockets and returns the URL.
func sockets(t *testing.T, serve func(ctx context.Context, conn *websocket.Conn)) string {
	t.Helper()

	return "ws" + strings.TrimPrefix(server(t, func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if !assert.NoError(t, err) {
			return
		}

		defer func() { _ = conn.CloseNow() }()

		serve(r.Context(), conn)
	}), "http") + "/feed"
}

// server serves HTTP and returns the URL.
func server(t *testing.T, handle http.HandlerFunc) string {
	t.Helper()

	s := httptest.NewServer(handle)
	t.Cleanup(s.Close)

	return s.URL
}

// raw upgrades a connection by hand and leaves it to the test: hostile frames are none that a library would send.
func raw(t *testing.T, serve func(conn net.Conn)) string {
	t.Helper()

	return "ws" + strings.TrimPrefix(server(t, func(w http.ResponseWriter, r *http.Request) {
		conn, buffer, err := http.NewResponseController(w).Hijack()
		if !assert.NoError(t, err) {
			return
		}

		defer func() { _ = conn.Close() }()

		sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
		_, err = fmt.Fprintf(buffer, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
			base64.StdEncoding.EncodeToString(sum[:]))
		assert.NoError(t, err)
		assert.NoError(t, buffer.Flush())

		serve(bufferedConn{conn, buffer.Reader})
	}), "http") + "/feed"
}

// bufferedConn is a connection whose first bytes have been read ahead.
type bufferedConn struct {
	net.Conn

	reader *bufio.Reader
}

func (c bufferedConn) Read(p []byte) (int, error) { return c.reader.Read(p) }

func say(ctx context.Context, t *testing.T, conn *websocket.Conn, text string) {
	t.Helper()
	assert.NoError(t, conn.Write(ctx, websocket.MessageText, []byte(text)))
}

func hear(ctx context.Context, t *testing.T, conn *websocket.Conn) string {
	t.Helper()

	_, text, err := conn.Read(ctx)
	if err != nil {
		assert.True(t, errors.As(err, new(websocket.CloseError)) || ctx.Err() != nil, "%v", err)
	}

	return string(text)
}

// shortly is a context that ends soon.
func shortly(t *testing.T) context.Context {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	t.Cleanup(cancel)

	return ctx
}

// listen accepts connections and returns the address.
func listen(t *testing.T, serve func(conn net.Conn)) string {
	t.Helper()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)

	var workers sync.WaitGroup

	t.Cleanup(func() {
		_ = listener.Close()

		workers.Wait()
	})

	workers.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}

			workers.Go(func() {
				defer func() { _ = conn.Close() }()

				serve(conn)
			})
		}
	})

	return listener.Addr().String()
}

package hub_test

import (
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/gateway/hub"
)

func (s *stage) dial(query string) *websocket.Conn {
	s.t.Helper()

	conn, response, err := websocket.Dial(s.t.Context(), strings.Replace(s.server.URL, "http", "ws", 1)+"/v1/ws"+query, nil)
	require.NoError(s.t, err)

	if response.Body != nil {
		s.t.Cleanup(func() { _ = response.Body.Close() })
	}

	s.t.Cleanup(func() { _ = conn.CloseNow() })

	return conn
}

func message(t *testing.T, conn *websocket.Conn) api.Event {
	t.Helper()

	var e api.Event

	for e.Type == "" || e.Type == api.EventHeartbeat {
		_, text, err := conn.Read(t.Context())
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &e))
	}

	return e
}

func TestAWebSocketSaysTheSame(t *testing.T) {
	t.Parallel()

	s := newStage(t, hub.Options{Rounds: 3})
	s.publish(1, 6)

	conn := s.dial("?after=4&mode=changes")
	e := message(t, conn)
	assert.Equal(t, api.EventChanges, e.Type)
	assert.Equal(t, messages.Round(5), e.Round)
	assert.Equal(t, messages.Round(6), message(t, conn).Round)

	conn = s.dial("?after=1")
	assert.Equal(t, api.EventReset, message(t, conn).Type)

	e = message(t, conn)
	assert.Equal(t, messages.Round(6), e.Round)

	snapshot, err := messages.ParseSnapshot(e.Data)
	require.NoError(t, err)
	assert.Equal(t, messages.Round(6), snapshot.Round)

	s.Bye()
	assert.Equal(t, api.EventBye, message(t, conn).Type)

	_, _, err = conn.Read(t.Context())
	assert.Equal(t, websocket.StatusGoingAway, websocket.CloseStatus(err))
}

// A09: a reader that talks, or that answers no ping, is cut.
func TestAWebSocketThatMisbehavesIsCut(t *testing.T) {
	t.Parallel()

	s := newStage(t, hub.Options{Heartbeat: 20 * time.Millisecond, WriteLimit: 200 * time.Millisecond})
	s.publish(1, 1)

	talking := s.dial("")
	require.NoError(t, talking.Write(t.Context(), websocket.MessageText, []byte("let me say something")))
	require.Eventually(t, func() bool { return s.Stats().WebSocket == 0 }, 10*time.Second, time.Millisecond)

	s.dial("") // never reads, and so never answers a ping
	require.Eventually(t, func() bool { return s.Stats().WebSocket == 0 }, 10*time.Second, time.Millisecond)
}

// A09: frames that no client may send, and an endless flood of pings.
func TestRawWebSocketsAreCut(t *testing.T) {
	t.Parallel()

	s := newStage(t, hub.Options{})
	s.publish(1, 1)

	for name, frame := range map[string][]byte{
		"unmasked":   {0x81, 0x02, 'h', 'i'},
		"one GiB":    {0x81, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4},
		"continued":  {0x80, 0x80, 1, 2, 3, 4},
		"huge close": append([]byte{0x88, 0xfe, 0x01, 0x00, 1, 2, 3, 4}, make([]byte, 256)...),
	} {
		var dialer net.Dialer

		conn, err := dialer.DialContext(t.Context(), "tcp", s.server.Listener.Addr().String())
		require.NoError(t, err)

		_, err = conn.Write([]byte("GET /v1/ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"))
		require.NoError(t, err)

		_, err = conn.Write(frame)
		require.NoError(t, err)
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(20*time.Second)))

		for err == nil {
			_, err = conn.Read(make([]byte, 4096))
		}

		timedOut, is := err.(net.Error) //nolint:errorlint // as the connection returned it
		assert.False(t, is && timedOut.Timeout(), name)
		_ = conn.Close()
	}

	require.Eventually(t, func() bool { return s.Stats().WebSocket == 0 }, 10*time.Second, time.Millisecond)
}

func TestAWebSocketNeedsAnUpgrade(t *testing.T) {
	t.Parallel()

	s := newStage(t, hub.Options{})

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.server.URL+"/v1/ws", http.NoBody)
	require.NoError(t, err)

	response, err := s.server.Client().Do(request)
	require.NoError(t, err)
	assert.Equal(t, http.StatusUpgradeRequired, response.StatusCode)
	require.NoError(t, response.Body.Close())
}

package streaming_test

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
)

// N14, N15, N16, N23: an upgrade that is refused says as much as the answer of a poll would.
func TestRefusedUpgrades(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		status  int
		header  map[string]string
		body    string
		outcome messages.Outcome
		after   time.Duration
	}{
		"unauthorized":       {401, nil, "", messages.OutcomeAuth, 0},
		"forbidden":          {403, nil, strings.Repeat("x", 1<<20), messages.OutcomeAuth, 0},
		"too many":           {429, map[string]string{"Retry-After": "17"}, "", messages.OutcomeRateLimited, 17 * time.Second},
		"error":              {503, nil, "<html>sorry</html>", messages.OutcomeHTTPStatus, 0},
		"not found":          {404, nil, "", messages.OutcomeHTTPStatus, 0},
		"redirect":           {302, map[string]string{"Location": "http://169.254.169.254/"}, "", messages.OutcomeRedirect, 0},
		"no upgrade":         {200, nil, "{}", messages.OutcomeMalformed, 0},
		"a rule's own words": {400, nil, `{"error":"no such pair"}`, messages.OutcomeUnknownSymbol, 0},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			url := server(t, func(w http.ResponseWriter, _ *http.Request) {
				for header, value := range test.header {
					w.Header().Set(header, value)
				}

				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.body))
			})

			with := strings.Replace(shape, "stream:\n", "stream:\n  errors: [{status: 400, text: no such, outcome: unknown_symbol}]\n", 1)

			failure := play(t.Context(), t, with+"ws"+strings.TrimPrefix(url, "http"), newListener())
			assert.Equal(t, test.outcome, failure.Outcome, failure.Detail)
			assert.Equal(t, test.after, failure.RetryAfter)
		})
	}
}

// N23: what looks like an upgrade and is none.
func TestBadUpgrades(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		answer  string
		outcome messages.Outcome
	}{
		"bad accept":    {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: bm8=\r\n\r\n", messages.OutcomeMalformed},
		"no accept":     {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", messages.OutcomeMalformed},
		"other upgrade": {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", messages.OutcomeMalformed},
		"no HTTP":       {"SSH-2.0-OpenSSH_9.9\r\n", messages.OutcomeMalformed},
		"nothing":       {"", messages.OutcomeReset},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			url := listen(t, func(conn net.Conn) {
				_, _ = conn.Read(make([]byte, 4096))
				_, _ = conn.Write([]byte(test.answer))
			})

			began := time.Now()
			failure := play(t.Context(), t, shape+"ws://"+url, newListener())
			assert.Equal(t, test.outcome, failure.Outcome, failure.Detail)
			assert.Less(t, time.Since(began), 2*time.Second)
		})
	}
}

// N23: an upgrade that hangs ends with the context, and says what was missing.
func TestAnUpgradeThatHangsEndsWithTheContext(t *testing.T) {
	t.Parallel()

	end := make(chan struct{})
	url := listen(t, func(net.Conn) { <-end })

	defer close(end)

	began := time.Now()
	failure := play(shortly(t), t, shape+"ws://"+url, newListener())
	assert.Equal(t, messages.OutcomeCancelled, failure.Outcome)
	assert.Less(t, time.Since(began), 2*time.Second)
}

// N17, N18, N19, N20: the hardened dialling holds for connections that stay open.
func TestConnectionsThatAreNotMade(t *testing.T) {
	t.Parallel()

	port, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)

	closed := port.Addr().String()
	require.NoError(t, port.Close())

	public := strings.Replace(shape, "client: {allow_private: true}", "", 1)
	plain := listen(t, func(conn net.Conn) { _, _ = conn.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")) })

	tests := map[string]struct {
		definition string
		outcome    messages.Outcome
	}{
		"loopback": {public + "ws://127.0.0.1:9/", messages.OutcomeBlockedAddress},
		"metadata": {shape + "ws://169.254.169.254/", messages.OutcomeBlockedAddress},
		"refused":  {shape + "ws://" + closed, messages.OutcomeRefused},
		"no TLS":   {shape + "wss://" + plain, messages.OutcomeTLS},
		"no name":  {shape + "ws://nowhere.invalid/", messages.OutcomeDNS},
		"line":     {strings.Replace(public, "  subscribe: {send: '{subscribe: $symbols}'}\n", "", 1) + "http://127.0.0.1:9/", messages.OutcomeBlockedAddress},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			failure := play(t.Context(), t, test.definition, newListener())
			assert.Equal(t, test.outcome, failure.Outcome, failure.Detail)
		})
	}
}

package client_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/feed/client"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

func TestWhatComesWithAnErrorStatus(t *testing.T) { // N14
	t.Parallel()

	long := strings.Repeat("x", 5000)
	cases := map[string]struct {
		serve func(v *raw, conn net.Conn)
		want  string
	}{
		"short":        {reply("HTTP/1.1 400 No\r\nContent-Length: 2\r\n\r\nno"), "no"},
		"chunked":      {reply("HTTP/1.1 400 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n"), "no"},
		"too long":     {reply("HTTP/1.1 400 No\r\nContent-Length: 5000\r\n\r\n" + long), long[:4096]},
		"gzip":         {reply("HTTP/1.1 400 No\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n" + pack("no")), "no"},
		"gzip bomb":    {reply("HTTP/1.1 400 No\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n" + pack(long)), long[:4096]},
		"damaged gzip": {reply("HTTP/1.1 400 No\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\nno"), ""},
		"unknown":      {reply("HTTP/1.1 400 No\r\nContent-Encoding: br\r\nConnection: close\r\n\r\nno"), ""},
		"cut":          {reply("HTTP/1.1 400 No\r\nContent-Length: 9\r\n\r\nno"), ""},
		"half": {func(v *raw, conn net.Conn) {
			reply("HTTP/1.1 400 No\r\nContent-Length: 9\r\n\r\nno")(v, conn)
			hold(conn)
		}, ""},
		"slow": {func(v *raw, conn net.Conn) {
			reply("HTTP/1.1 400 No\r\nContent-Length: 900\r\n\r\n")(v, conn)
			v.forever(conn, "x", 10*time.Millisecond)
		}, ""},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			v := listen(t, c.serve)
			body, err, took := fetch(t, source(t, "http://"+v.address), plenty)
			require.ErrorContains(t, err, "http_status: 400")
			assert.Equal(t, c.want, body)
			assert.Less(t, took, 250*time.Millisecond+slack, "what does not come is not waited for")
		})
	}
}

// Connections that stay open are dialled under the same policy, and as many as are wanted.
func TestUpgrades(t *testing.T) {
	t.Parallel()

	release := make(chan struct{})
	s := server(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "begun\n")
		_ = http.NewResponseController(w).Flush()

		<-release
	})

	transport := source(t, s.URL).Upgrades()
	get := func(from http.RoundTripper) (*http.Response, error) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, http.NoBody)
		require.NoError(t, err)

		return from.RoundTrip(request)
	}

	for range 8 {
		answer, err := get(transport)
		require.NoError(t, err)
		t.Cleanup(func() { _ = answer.Body.Close() })

		begun := make([]byte, 6)
		_, err = io.ReadFull(answer.Body, begun)
		require.NoError(t, err)
		assert.Equal(t, "begun\n", string(begun))
	}

	close(release)

	guarded := resolving(t, s.URL, spec.ClientSettings{})
	_, err := get(guarded.Upgrades()) //nolint:bodyclose // there is none
	require.Error(t, err)
	require.ErrorContains(t, guarded.Failure(t.Context(), err), "blocked_address") // N17
}

func TestAnswersThatAreNoFailure(t *testing.T) {
	t.Parallel()

	assert.Nil(t, client.Answer{Status: http.StatusNoContent}.Failure(time.Now()))
	assert.True(t, client.Answer{Status: http.StatusOK}.OK())
	assert.False(t, client.Answer{Status: http.StatusNotModified}.OK())
	assert.Zero(t, client.Answer{}.RetryAfter(time.Now()))

	s := server(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Left", "7")
		w.WriteHeader(http.StatusTooManyRequests)
	})

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, http.NoBody)
	require.NoError(t, err)

	answer, err := source(t, s.URL).Do(request, new(bytes.Buffer))
	require.NoError(t, err)
	assert.Equal(t, "7", answer.Header.Get("X-Left"))
}

package gateway_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/gateway/access"
)

// patience bounds what must happen; it is never waited for when all is well.
const patience = 20 * time.Second

// reply is an answer, read to its end.
type reply struct {
	status int
	header http.Header
	body   string
	last   bool // of its connection
}

// raw sends bytes over one connection and returns the answers until it is closed, or as many as are wanted.
func raw(t *testing.T, base, text string, wanted int) []reply {
	t.Helper()

	where, err := url.Parse(base)
	require.NoError(t, err)

	conn, err := (&net.Dialer{Timeout: patience}).DialContext(t.Context(), "tcp", where.Host)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))

	go func() { _, _ = io.WriteString(conn, text) }() // an answer may come before all of it was read

	var replies []reply

	for reader := bufio.NewReader(conn); len(replies) < wanted; {
		answer, err := http.ReadResponse(reader, nil)
		if err != nil {
			break
		}

		body, _ := io.ReadAll(answer.Body) // it may be cut
		require.NoError(t, answer.Body.Close())

		replies = append(replies, reply{status: answer.StatusCode, header: answer.Header, body: string(body), last: answer.Close})
	}

	return replies
}

// A05: what could be read in two ways is refused, and what follows it on the connection is not a request.
func TestAmbiguousRequestsAreRefused(t *testing.T) {
	t.Parallel()

	base := serve(t)

	const hidden = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"

	for name, text := range map[string]string{
		"length and chunked":       "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
		"chunked and length":       "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + hidden,
		"chunked":                  "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
		"chunked twice":            "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
		"unknown encoding":         "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + hidden,
		"hidden encoding":          "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + hidden,
		"two lengths":              "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\n" + hidden,
		"negative length":          "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n" + hidden,
		"signed length":            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: +4\r\n\r\n" + hidden,
		"list of lengths":          "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4, 4\r\n\r\n" + hidden,
		"two hosts":                "GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n" + hidden,
		"no host":                  "GET / HTTP/1.1\r\n\r\n" + hidden,
		"space in a name":          "GET / HTTP/1.1\r\nHost: localhost\r\nX Y: z\r\n\r\n" + hidden,
		"no name":                  "GET / HTTP/1.1\r\nHost: localhost\r\n: z\r\n\r\n" + hidden,
		"line break in a header":   "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\rHost: evil\r\n\r\n" + hidden,
		"NUL in a header":          "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n" + hidden,
		"no version":               "GET /\r\nHost: localhost\r\n\r\n" + hidden,
		"another version":          "GET / HTTP/3.0\r\nHost: localhost\r\n\r\n" + hidden,
		"HTTP/2 without asking":    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"another protocol":         "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + hidden,
		"space in the path":        "GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n" + hidden,
		"method that is no method": "G@T / HTTP/1.1\r\nHost: localhost\r\n\r\n" + hidden,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			answers := raw(t, base, text, 2)
			require.Len(t, answers, 1)
			assert.GreaterOrEqual(t, answers[0].status, http.StatusBadRequest)
			assert.Less(t, answers[0].status, 600)
			assert.True(t, answers[0].last)
		})
	}

	for name, text := range map[string]string{
		"a small body is read and forgotten": "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}" + hidden,
		"so is that of a GET":                "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}" + hidden,
	} {
		answers := raw(t, base, text, 2)
		require.Len(t, answers, 2, name)
		assert.Equal(t, http.StatusOK, answers[1].status, name)
	}
}

// A02: bodies are bounded in size and time, and take no memory.
func TestBodiesAreBounded(t *testing.T) {
	t.Parallel()

	base := serve(t)

	var before, after runtime.MemStats

	runtime.ReadMemStats(&before)

	answers := raw(t, base, "POST /v1/snapshot HTTP/1.1\r\nHost: localhost\r\nContent-Length: 536870912\r\n\r\n"+strings.Repeat("a", 1<<20), 2)
	require.Len(t, answers, 1)
	assert.Equal(t, http.StatusRequestEntityTooLarge, answers[0].status)
	assert.True(t, answers[0].last)

	runtime.ReadMemStats(&after)
	assert.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(16<<20))

	for text, want := range map[string]int{
		"Content-Length: 100\r\n\r\nslow":              http.StatusRequestTimeout,
		"Content-Length: 100000\r\n\r\nslow":           http.StatusRequestEntityTooLarge,
		"Transfer-Encoding: chunked\r\n\r\n99\r\nslow": http.StatusBadRequest,
	} {
		begun := time.Now()
		answers = raw(t, base, "POST /v1/snapshot HTTP/1.1\r\nHost: localhost\r\n"+text, 2)
		require.Len(t, answers, 1)
		assert.Equal(t, want, answers[0].status)
		assert.True(t, answers[0].last)
		assert.Less(t, time.Since(begun), 11*time.Second, "the connection is closed, whatever does not come")
	}
}

// X04: a path means what it says, and there is nothing but what there is.
func TestPathsThatAreNothing(t *testing.T) {
	t.Parallel()

	base := serve(t)

	for _, path := range []string{
		"/../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/v1/../healthz", "/v1/./snapshot", "//healthz", "/v1//snapshot",
		"/healthz/", "/healthz/..", "/healthz%00", "/%00", "/healthz%0a", "/healthz%5c..", "/healthz%7f", "/%ff", "//", "/%2e",
		"/debug/pprof", "/debug/pprof/", "/debug/vars", "/.env", "/.git/config", "/v1", "/v1/", "/v2/snapshot", "/index.php", "/V1/snapshot", "*",
	} {
		answers := raw(t, base, fmt.Sprintf("GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path), 2)
		require.Len(t, answers, 1, path)
		assert.Equal(t, http.StatusNotFound, answers[0].status, path)
		assert.Empty(t, answers[0].header.Get("Location"), path)
		assert.NotContains(t, answers[0].body, "etc", "the path is not repeated")
	}

	long := raw(t, base, "GET /"+strings.Repeat("a", access.MaxURL)+" HTTP/1.1\r\nHost: localhost\r\n\r\n", 2)
	require.Len(t, long, 1)
	assert.Equal(t, http.StatusRequestURITooLong, long[0].status)
}

package client_test

import (
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

func TestStatuses(t *testing.T) { // N14, N15
	t.Parallel()

	cases := []struct {
		code       int
		retryAfter string
		want       messages.Outcome
		wait       time.Duration
	}{
		{500, "", messages.OutcomeHTTPStatus, 0},
		{502, "", messages.OutcomeHTTPStatus, 0},
		{503, "7", messages.OutcomeHTTPStatus, 7 * time.Second},
		{504, "", messages.OutcomeHTTPStatus, 0},
		{404, "", messages.OutcomeHTTPStatus, 0},
		{304, "", messages.OutcomeHTTPStatus, 0},
		{401, "", messages.OutcomeAuth, 0},
		{403, "", messages.OutcomeAuth, 0},
		{429, "30", messages.OutcomeRateLimited, 30 * time.Second},
		{429, "", messages.OutcomeRateLimited, 0},
		{429, "-5", messages.OutcomeRateLimited, 0},
		{429, "soon", messages.OutcomeRateLimited, 0},
		{429, "99999999999999999999", messages.OutcomeRateLimited, 0},
		{429, "4294967295", messages.OutcomeRateLimited, 24 * time.Hour},
		{429, time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat), messages.OutcomeRateLimited, 0},
	}

	for _, c := range cases {
		t.Run(itoa(c.code)+" "+c.retryAfter, func(t *testing.T) {
			t.Parallel()

			s := server(t, func(w http.ResponseWriter, _ *http.Request) {
				if c.retryAfter != "" {
					w.Header().Set("Retry-After", c.retryAfter)
				}

				w.WriteHeader(c.code)

				if c.code != http.StatusNotModified {
					_, _ = io.WriteString(w, good) // a body that could be read must not be
				}
			})
			failure := fails(t, source(t, s.URL), c.want, plenty, time.Second)
			assert.Equal(t, c.wait, failure.RetryAfter)
			assert.Contains(t, failure.Detail, itoa(c.code))
		})
	}
}

func TestRetryAfterDate(t *testing.T) { // N15
	t.Parallel()

	s := server(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", time.Now().Add(time.Minute).UTC().Format(http.TimeFormat))
		w.WriteHeader(http.StatusTooManyRequests)
	})
	failure := fails(t, source(t, s.URL), messages.OutcomeRateLimited, plenty, time.Second)
	assert.InDelta(t, time.Minute, failure.RetryAfter, float64(2*time.Second))
}

func TestErrorBodyIsNotRead(t *testing.T) { // N14
	t.Parallel()

	v := listen(t, func(v *raw, conn net.Conn) {
		if readRequest(conn) {
			_ = conn.(*net.TCPConn).SetWriteBuffer(16 << 10) //nolint:forcetypeassert,errcheck // it is TCP
			v.write(conn, "HTTP/1.1 503 No\r\nContent-Length: 52428800\r\n\r\n")
			v.forever(conn, strings.Repeat("x", 4096), 0)
		}
	})
	s := source(t, "http://"+v.address)
	fails(t, s, messages.OutcomeHTTPStatus, plenty, soon)
	s.Close()
	assert.Less(t, v.sent.Load(), int64(8<<20), "what the kernel buffers is all that leaves the vendor")
}

func TestRedirectsAreNotFollowed(t *testing.T) { // N16, N17
	t.Parallel()

	for _, location := range []string{"/again", "", "http://169.254.169.254/latest", "file:///etc/passwd", "http://127.0.0.1:1/", "::bad::", "//"} {
		var asked atomic.Int32

		s := server(t, func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			w.Header()["Location"] = []string{location}
			w.WriteHeader(http.StatusFound)
		})
		fails(t, source(t, s.URL), messages.OutcomeRedirect, plenty, time.Second)
		assert.EqualValues(t, 1, asked.Load(), location)
	}
}

func TestRedirectsToTheSameHost(t *testing.T) { // N16, N17
	t.Parallel()

	follow := func(d *spec.ClientSettings) { d.FollowRedirects = true }

	var asked, elsewhere atomic.Int32

	other := server(t, func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) })
	s := server(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		assert.Empty(t, r.Header.Get("Referer"))

		switch r.URL.Path {
		case "/once/q":
			http.Redirect(w, r, "/good?key=1", http.StatusTemporaryRedirect)
		case "/good":
			_, _ = io.WriteString(w, good)
		case "/away/q":
			http.Redirect(w, r, other.URL+"/x", http.StatusFound)
		case "/file/q":
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(http.StatusFound)
		case "/inside/q":
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data", http.StatusFound)
		default:
			http.Redirect(w, r, "/loop", http.StatusFound)
		}
	})

	succeeds(t, source(t, s.URL+"/once", follow))
	asked.Store(0)
	fails(t, source(t, s.URL+"/loop", follow), messages.OutcomeRedirect, plenty, time.Second)
	assert.EqualValues(t, 4, asked.Load(), "one request and three redirects")

	for _, path := range []string{"/away", "/file", "/inside"} {
		fails(t, source(t, s.URL+path, follow), messages.OutcomeRedirect, plenty, time.Second)
	}

	assert.Zero(t, elsewhere.Load())
}

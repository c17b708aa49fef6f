package client_test

import (
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/client"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

func TestConnectionIsKept(t *testing.T) {
	t.Parallel()

	v := listen(t, func(v *raw, conn net.Conn) {
		for readRequest(conn) && v.write(conn, wholeAnswer) {
			continue
		}
	})
	s := source(t, "http://"+v.address)

	for range 5 {
		succeeds(t, s)
	}

	assert.EqualValues(t, 1, v.accepted.Load())
}

func TestShortErrorBodyKeepsTheConnection(t *testing.T) { // N14
	t.Parallel()

	v := listen(t, func(v *raw, conn net.Conn) {
		for readRequest(conn) && v.write(conn, "HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nno") {
			continue
		}
	})
	s := source(t, "http://"+v.address)

	for range 3 {
		fails(t, s, messages.OutcomeHTTPStatus, plenty, time.Second)
	}

	assert.EqualValues(t, 1, v.accepted.Load())
}

func TestRequestsMayOverlap(t *testing.T) {
	t.Parallel()

	s := source(t, server(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, good) }).URL)

	var group sync.WaitGroup

	for range 8 {
		group.Go(func() {
			for range 20 {
				body, err := s.ask(t.Context())
				if assert.NoError(t, err) {
					assert.Equal(t, good, body, "to the byte") //nolint:testifylint // it is bytes here, not JSON
				}
			}
		})
	}

	group.Wait()
}

func TestProxy(t *testing.T) {
	t.Parallel()

	proxy := server(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodConnect {
			w.WriteHeader(http.StatusForbidden)

			return
		}

		assert.Equal(t, "http://vendor.test/q?s=X", r.URL.String())

		_, _ = io.WriteString(w, good)
	})
	through := func(d *spec.ClientSettings) {
		*d = spec.ClientSettings{Proxy: proxy.URL}
	}

	succeeds(t, source(t, "http://vendor.test", through))

	failure := fails(t, source(t, "https://vendor.test", through), messages.OutcomeHTTPStatus, plenty, time.Second)
	assert.Contains(t, failure.Detail, "403")
}

func TestClientSettingsAreChecked(t *testing.T) {
	t.Parallel()

	for _, settings := range []spec.ClientSettings{
		{MaxWire: -1}, {MaxBody: 1 << 40}, {DialTimeout: -1}, {TLSTimeout: time.Hour}, {Proxy: "socks5://p"}, {Proxy: "http://"}, {Proxy: "http://u:p@h"},
	} {
		_, err := client.New(settings)

		var problem spec.FieldError

		require.ErrorAs(t, err, &problem)
		assert.Contains(t, problem.Field, "client.")
	}
}

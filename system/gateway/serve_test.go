package gateway_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	logrustest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/gateway"
	"github.com/rollcall-go/rollcall/system/gateway/access"
	"github.com/rollcall-go/rollcall/system/gateway/listen"
	"github.com/rollcall-go/rollcall/system/secret"
)

// options are those of a gateway on a port of its own.
func options(t *testing.T) gateway.Options {
	t.Helper()

	log := logrus.New()
	log.SetOutput(t.Output())

	return gateway.Options{Rounds: nothing{}, Listen: listen.Settings{Address: "127.0.0.1:0"}, Log: logrus.NewEntry(log)}
}

// begin starts a gateway; it stops with the test.
func begin(t *testing.T, options gateway.Options) (*gateway.Gateway, string) {
	t.Helper()

	g, err := gateway.New(options)
	require.NoError(t, err)
	require.NoError(t, g.Listen(t.Context()))
	require.NoError(t, g.Start())
	t.Cleanup(func() { assert.NoError(t, g.Stop(context.WithoutCancel(t.Context()))) })

	return g, "http://" + g.Addr().String()
}

// seen collects what Observe is told.
type seen struct {
	mu       sync.Mutex
	requests []string
}

func (s *seen) observe(r gateway.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.requests = append(s.requests, fmt.Sprintf("%s %s %d", r.Method, r.Route, r.Status))
}

func (s *seen) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()

	return append([]string(nil), s.requests...)
}

// A06: a bug of ours is 500, with nothing of it in the answer and its stack in the log; the service goes on.
func TestPanicsAreAnswered(t *testing.T) {
	t.Parallel()

	log, hook := logrustest.NewNullLogger()
	watched := &seen{}
	o := options(t)
	o.Log, o.Observe = logrus.NewEntry(log), watched.observe
	o.Metrics = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("the token is hunter2, vendor said \x1b[2J") })
	_, url := begin(t, o)

	status, body := get(t, url+"/metrics")
	assert.Equal(t, http.StatusInternalServerError, status)
	assert.Contains(t, body, `"status":500`)
	assert.NotContains(t, body, "hunter2")
	assert.NotContains(t, body, "goroutine")

	require.NotNil(t, hook.LastEntry())
	assert.Equal(t, "a request could not be answered", hook.LastEntry().Message)
	assert.NotContains(t, hook.LastEntry().Data["panic"], "\x1b")
	assert.Contains(t, hook.LastEntry().Data["stack"], "TestPanicsAreAnswered")

	status, _ = get(t, url+"/healthz")
	assert.Equal(t, http.StatusOK, status)
	assert.Eventually(t, func() bool { return len(watched.all()) == 2 }, patience, time.Millisecond)
	assert.Equal(t, []string{"GET /metrics 500", "GET /healthz 200"}, watched.all())
}

// What is observed has labels from here only, whatever is asked for.
func TestRequestsAreObserved(t *testing.T) {
	t.Parallel()

	watched := &seen{}
	o := options(t)
	o.Observe = watched.observe
	_, url := begin(t, o)

	for _, text := range []string{"GET /healthz", "HEAD /healthz", "BREW /healthz", "GET /nothing/here"} {
		require.Len(t, raw(t, url, text+" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 1), 1)
	}

	assert.Eventually(t, func() bool { return len(watched.all()) == 4 }, patience, time.Millisecond)
	assert.Equal(t, []string{"GET /healthz 200", "HEAD /healthz 200", "other /healthz 405", "GET / 404"}, watched.all())
}

// Metrics tell of all vendors: they are for who may see all of them.
func TestMetricsNeedTheWholeView(t *testing.T) {
	t.Parallel()

	o := options(t)
	o.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintln(w, "rollcall_rounds_total 1") })
	o.Access.Tokens = []access.Token{
		{Name: "all", Value: secret.New("the-token-of-all-of-it"), Role: access.RoleRead},
		{Name: "some", Value: secret.New("the-token-of-some-of-it"), Role: access.RoleAdmin, Selection: messages.Selection{Vendors: []messages.Vendor{"ecb"}}},
	}
	_, url := begin(t, o)

	for token, want := range map[string]int{
		"the-token-of-all-of-it": http.StatusOK, "the-token-of-some-of-it": http.StatusForbidden, "": http.StatusUnauthorized,
	} {
		text := "GET /metrics HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token + "\r\n\r\n"
		answers := raw(t, url, text, 1)
		require.Len(t, answers, 1)
		assert.Equal(t, want, answers[0].status, token)
	}
}

// RELIABILITY 5: every answer of ours has the headers that keep a browser from doing with it what was not meant.
func TestEveryAnswerHasTheHeaders(t *testing.T) {
	t.Parallel()

	o := options(t)
	o.Access.Tokens = []access.Token{{Name: "desk", Value: secret.New("the-token-of-the-desk"), Role: access.RoleRead}}
	_, url := begin(t, o)

	for text, want := range map[string]int{
		"GET /healthz HTTP/1.1\r\nHost: localhost":                                    http.StatusOK,
		"GET /nothing HTTP/1.1\r\nHost: localhost":                                    http.StatusNotFound,
		"DELETE /v1/snapshot HTTP/1.1\r\nHost: localhost":                             http.StatusMethodNotAllowed,
		"GET /v1/snapshot HTTP/1.1\r\nHost: localhost":                                http.StatusUnauthorized,
		"GET /v1/stream HTTP/1.1\r\nHost: localhost":                                  http.StatusUnauthorized,
		"GET /v1/ws HTTP/1.1\r\nHost: localhost":                                      http.StatusUnauthorized,
		"GET /healthz HTTP/1.1\r\nHost: evil.example.com":                             http.StatusMisdirectedRequest,
		"GET http://evil.example.com/healthz HTTP/1.1\r\nHost: localhost":             http.StatusMisdirectedRequest,
		"POST /v1/snapshot HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site": http.StatusForbidden,
		"GET /v1/vendors/ecb/restart HTTP/1.1\r\nHost: localhost":                     http.StatusMethodNotAllowed,
		"OPTIONS /v1/snapshot HTTP/1.1\r\nHost: localhost":                            http.StatusMethodNotAllowed,
		"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost":                            http.StatusNotFound,
		"POST /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked":     http.StatusBadRequest,
	} {
		answers := raw(t, url, text+"\r\nConnection: close\r\n\r\n", 1)
		require.Len(t, answers, 1, text)

		header := answers[0].header
		assert.Equal(t, want, answers[0].status, text)
		assert.Equal(t, "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'", header.Get("Content-Security-Policy"), text)
		assert.Equal(t, "nosniff", header.Get("X-Content-Type-Options"), text)
		assert.Equal(t, "no-store", header.Get("Cache-Control"), text)
		assert.Equal(t, "DENY", header.Get("X-Frame-Options"), text)
		assert.Equal(t, "no-referrer", header.Get("Referrer-Policy"), text)
		assert.Equal(t, "same-origin", header.Get("Cross-Origin-Resource-Policy"), text)
		assert.Empty(t, header.Get("Access-Control-Allow-Origin"), text)
		assert.Empty(t, header.Get("Server"), text)

		if want == http.StatusMethodNotAllowed {
			assert.NotEmpty(t, header.Get("Allow"), text)
		}
	}
}

// usage is what clients could leave behind.
func usage(t *testing.T) (goroutines, descriptors int) {
	t.Helper()

	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("descriptors can be counted on Linux only")
	}

	return runtime.NumGoroutine(), len(open)
}

// A03: clients that subscribe and reset leave nothing behind.
func TestSubscribeAndReset(t *testing.T) {
	g, url := begin(t, options(t))
	goroutines, descriptors := usage(t)

	for range 2000 {
		conn, err := (&net.Dialer{Timeout: patience}).DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
		require.NoError(t, err)

		_, err = fmt.Fprintf(conn, "GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
		require.NoError(t, err)

		_, err = bufio.NewReader(conn).ReadString('\n')
		require.NoError(t, err)

		tcp, is := conn.(*net.TCPConn)
		require.True(t, is)
		require.NoError(t, tcp.SetLinger(0))
		require.NoError(t, tcp.Close())
	}

	assert.Eventually(t, func() bool {
		now, open := usage(t)

		return now <= goroutines+5 && open <= descriptors+5 && g.Streams().SSE == 0 && g.Connections().Open == 0
	}, patience, 10*time.Millisecond)
}

// O01: an orderly end. Streams are told, nobody new is let in, and it takes no longer than it may.
func TestStreamsAreToldOfTheEnd(t *testing.T) {
	t.Parallel()

	g, url := begin(t, options(t))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/v1/stream", http.NoBody)
	require.NoError(t, err)

	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err)

	defer func() { require.NoError(t, response.Body.Close()) }()

	require.NoError(t, g.Drain())

	_, err = (&net.Dialer{Timeout: patience}).DialContext(t.Context(), "tcp", g.Addr().String())
	require.ErrorIs(t, err, syscall.ECONNREFUSED)

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	begun := time.Now()
	require.NoError(t, g.Stop(ctx))
	assert.Less(t, time.Since(begun), 3*time.Second)

	var lines []string
	for scanner := bufio.NewScanner(response.Body); scanner.Scan(); {
		lines = append(lines, scanner.Text())
	}

	assert.Contains(t, lines, "event: bye")
}

// Tokens may change while it serves, but never so that anybody on the network is let in.
func TestUpdateKeepsTheGuard(t *testing.T) {
	t.Parallel()

	o := options(t)
	o.Listen.Address = "0.0.0.0:0"
	_, err := gateway.New(o)
	require.NoError(t, err)

	exposed, err := gateway.New(o)
	require.NoError(t, err)
	require.ErrorIs(t, exposed.Listen(t.Context()), listen.ErrExposed)

	o.Access.Tokens = []access.Token{{Name: "desk", Value: secret.New("the-token-of-the-desk"), Role: access.RoleRead}}
	g, _ := begin(t, o)
	require.ErrorIs(t, g.Update(access.Settings{}), listen.ErrExposed)
	require.NoError(t, g.Update(access.Settings{Tokens: o.Access.Tokens, Hosts: []string{"prices.example.com"}}))
	require.ErrorIs(t, g.Listen(t.Context()), gateway.ErrListening)
}

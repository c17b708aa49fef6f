package client_test

import (
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/client"
	"github.com/rollcall-go/rollcall/system/secret"
)

// answers is a service that says what it is told to, and notes what it was asked.
type answers struct {
	*httptest.Server

	mu    sync.Mutex
	asked []string
}

func newAnswers(t *testing.T, answer func(w http.ResponseWriter, r *http.Request, number int)) *answers {
	t.Helper()

	a := &answers{}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		a.asked = append(a.asked, r.Method+" "+r.RequestURI)
		number := len(a.asked)
		a.mu.Unlock()

		w.Header().Set("Content-Type", "application/json")
		answer(w, r, number)
	}))
	t.Cleanup(a.Close)

	return a
}

func (a *answers) requests() []string {
	a.mu.Lock()
	defer a.mu.Unlock()

	return append([]string(nil), a.asked...)
}

func TestEachMethodAsksForItsResource(t *testing.T) {
	t.Parallel()

	a := newAnswers(t, func(w http.ResponseWriter, _ *http.Request, _ int) { _, _ = io.WriteString(w, "{}") })
	c := clientOf(t, a.Listener.Addr())
	at := time.Date(2026, 11, 21, 6, 0, 0, 5e6, time.FixedZone("", 3600))
	page := client.Page{From: at, To: at.Add(time.Second), Limit: 7, Cursor: "c"}

	for _, ask := range []func(ctx context.Context) error{
		func(ctx context.Context) error {
			return second(c.Rounds(ctx, client.RoundsQuery{Page: page, Status: "partial"}))
		},
		func(ctx context.Context) error { return second(c.Instruments(ctx)) },
		func(ctx context.Context) error {
			return second(c.Instrument(ctx, "EUR/USD", client.InstrumentQuery{Sources: true}))
		},
		func(ctx context.Context) error { return second(c.Vendors(ctx)) },
		func(ctx context.Context) error { return second(c.Vendor(ctx, "a b?")) },
		func(ctx context.Context) error { return second(c.Restart(ctx, "x")) },
		func(ctx context.Context) error { return second(c.Pause(ctx, "x")) },
		func(ctx context.Context) error { return second(c.Resume(ctx, "x")) },
		func(ctx context.Context) error {
			return second(c.Audit(ctx, client.AuditQuery{Kinds: []messages.FactKind{"crashed", "paused"}, Vendor: "x"}))
		},
		func(ctx context.Context) error { return second(c.Status(ctx)) },
		func(ctx context.Context) error { return second(c.Tree(ctx)) },
		c.Ready,
	} {
		require.NoError(t, ask(t.Context()))
	}

	for _, ask := range []func(ctx context.Context) error{
		func(ctx context.Context) error { return second(c.TakeSnapshot(ctx)) },
		func(ctx context.Context) error { return second(c.Round(ctx, 42)) },
		func(ctx context.Context) error {
			return second(c.Snapshot(ctx, client.SnapshotQuery{
				After: 41, Wait: time.Second, Selection: messages.Selection{Vendors: []messages.Vendor{"x"}, Classes: []string{"fx"}, Instruments: []messages.Instrument{"A", "B"}},
			}))
		},
	} {
		require.ErrorIs(t, ask(t.Context()), client.ErrMalformed, "{} is no snapshot")
	}

	assert.Equal(t, []string{
		"GET /v1/snapshots?cursor=c&from=2026-11-21T05%3A00%3A00.005Z&limit=7&status=partial&to=2026-11-21T05%3A00%3A01.005Z",
		"GET /v1/instruments", "GET /v1/instruments/EUR%2FUSD?sources=true", "GET /v1/vendors", "GET /v1/vendors/a%20b%3F",
		"POST /v1/vendors/x/restart", "POST /v1/vendors/x/pause", "POST /v1/vendors/x/resume",
		"GET /v1/audit?kind=crashed&kind=paused&vendor=x", "GET /v1/status", "GET /v1/tree", "GET /readyz",
		"POST /v1/snapshot", "GET /v1/snapshots/42",
		"GET /v1/snapshot?after=41&classes=fx&instruments=A&instruments=B&vendors=x&wait=1s",
	}, a.requests())
}

// second is the error of a call.
func second[T any](_ T, err error) error { return err }

func TestRefusalsAreErrorsWithTheirProblem(t *testing.T) {
	t.Parallel()

	a := newAnswers(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		switch r.URL.Path {
		case "/v1/vendors":
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"type":"/problems/parameter","title":"Bad parameter","status":400,"detail":"is \u001b[31mred","field":"limit"}`)
		case "/v1/status":
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, "<html>go away")
		case "/v1/tree":
			http.Redirect(w, r, "https://elsewhere.example/", http.StatusFound)
		case "/v1/snapshot":
			w.WriteHeader(http.StatusNotModified)
		case "/v1/instruments":
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<html>log in")
		default:
			_, _ = io.WriteString(w, `{"rounds":"none"}`)
		}
	})
	c := clientOf(t, a.Listener.Addr(), client.WithToken(secret.New("the-secret-token")))

	_, err := c.Vendors(t.Context())
	require.EqualError(t, err, "GET /v1/vendors: 400 Bad Request: is [31mred (limit)")
	assert.Equal(t, http.StatusBadRequest, client.Status(err))

	_, err = c.Status(t.Context())
	require.EqualError(t, err, "GET /v1/status: 403 Forbidden")

	_, err = c.Tree(t.Context())
	require.EqualError(t, err, "GET /v1/tree: 302 Found", "a token is for one service")

	_, err = c.Snapshot(t.Context(), client.SnapshotQuery{Wait: time.Second})
	require.ErrorIs(t, err, client.ErrNothingNew)

	_, err = c.Instruments(t.Context())
	require.EqualError(t, err, "GET /v1/instruments: the answer is not one of Rollcall: it is no JSON")

	_, err = c.Rounds(t.Context(), client.RoundsQuery{})
	require.ErrorIs(t, err, client.ErrMalformed)
	assert.Len(t, a.requests(), 6, "none of these gets better when it is asked again")
}

// A GET may be sent again; a POST only where the service did nothing with it.
func TestAsksAgainOnlyWhereThatIsSafe(t *testing.T) {
	t.Parallel()

	for status, want := range map[int]map[string]int{
		http.StatusServiceUnavailable:  {http.MethodGet: 3, http.MethodPost: 1},
		http.StatusBadGateway:          {http.MethodGet: 3, http.MethodPost: 1},
		http.StatusTooManyRequests:     {http.MethodGet: 3, http.MethodPost: 3},
		http.StatusInternalServerError: {http.MethodGet: 1, http.MethodPost: 1},
		http.StatusNotFound:            {http.MethodGet: 1, http.MethodPost: 1},
		0:                              {http.MethodGet: 3, http.MethodPost: 1}, // the connection is cut
	} {
		for method, attempts := range want {
			t.Run(fmt.Sprint(method, status), func(t *testing.T) {
				t.Parallel()

				a := newAnswers(t, func(w http.ResponseWriter, _ *http.Request, number int) {
					switch {
					case number == attempts && attempts > 1:
						_, _ = io.WriteString(w, "{}")
					case status == 0:
						panic(http.ErrAbortHandler)
					default:
						w.WriteHeader(status)
					}
				})
				c := clientOf(t, a.Listener.Addr())

				var err error
				if method == http.MethodGet {
					_, err = c.Status(t.Context())
				} else {
					_, err = c.Restart(t.Context(), "x")
				}

				assert.Len(t, a.requests(), attempts)

				if attempts > 1 {
					assert.NoError(t, err)
				} else {
					require.Error(t, err)
					assert.Equal(t, status, client.Status(err))
				}
			})
		}
	}
}

func TestWaitsAsLongAsTheServiceSays(t *testing.T) {
	t.Parallel()

	a := newAnswers(t, func(w http.ResponseWriter, _ *http.Request, number int) {
		w.Header().Set("Retry-After", map[int]string{1: "1", 2: time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)}[number])
		w.WriteHeader(http.StatusTooManyRequests)
	})

	begun := time.Now()
	_, err := clientOf(t, a.Listener.Addr()).Status(t.Context())

	assert.GreaterOrEqual(t, time.Since(begun), time.Second)
	assert.Len(t, a.requests(), 2, "an hour is more than there is patience for")

	var refused *client.Error

	require.ErrorAs(t, err, &refused)
	assert.Greater(t, refused.RetryAfter, 50*time.Minute)
}

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()

	a := newAnswers(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.URL.Path == "/v1/status" {
			_, _ = io.WriteString(w, strings.Repeat(" ", 2000))

			return
		}

		<-r.Context().Done()
	})
	c := clientOf(t, a.Listener.Addr(), client.WithMaxAnswer(1000), client.WithPatience(50*time.Millisecond))

	_, err := c.Status(t.Context())
	require.ErrorIs(t, err, client.ErrTooLarge)

	_, err = c.Tree(t.Context())
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Len(t, a.requests(), 2)
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()

	server := httptest.NewServer(http.NotFoundHandler())
	address := server.Listener.Addr()
	server.Close()

	_, err := clientOf(t, address, client.WithToken(secret.New("the-secret-token"))).Restart(t.Context(), "x")
	require.ErrorContains(t, err, "no answer from http://"+address.String()+": dial tcp")
	assert.NotContains(t, err.Error(), "secret")
}

func TestTrustsWhomItIsToldTo(t *testing.T) {
	t.Parallel()

	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "Bearer the-secret-token", r.Header.Get("Authorization"))
		assert.Equal(t, "/below/v1/status", r.URL.Path)
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = io.WriteString(w, `{"role":"admin"}`)
	}))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // a stranger's handshake fails
	server.StartTLS()
	t.Cleanup(server.Close)

	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})

	c, err := client.New(server.URL+"/below/", client.WithCA(authority), client.WithToken(secret.New("the-secret-token")))
	require.NoError(t, err)

	status, err := c.Status(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "admin", status.Role)

	stranger, err := client.New(server.URL, client.WithAttempts(1))
	require.NoError(t, err)

	_, err = stranger.Status(t.Context())
	require.ErrorContains(t, err, "certificate")
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()

	for _, address := range []string{
		"", "127.0.0.1:8080", "ftp://x", "http://", "http://:8080", "http://user:sesame@x", "http://x/?token=sesame", "http://x/#sesame", "http://x/%zzsesame", ":",
	} {
		_, err := client.New(address)
		require.ErrorIs(t, err, client.ErrURL, address)
		assert.NotContains(t, err.Error(), "sesame")
	}

	for name, option := range map[string]client.Option{
		"token":    client.WithToken(secret.New("sesame\r\nHost: x")),
		"CA":       client.WithCA([]byte("sesame")),
		"client":   client.WithHTTPClient(&http.Client{Timeout: time.Second}),
		"none":     client.WithHTTPClient(nil),
		"patience": client.WithPatience(0),
		"attempts": client.WithAttempts(0),
		"answer":   client.WithMaxAnswer(0),
	} {
		_, err := client.New("http://x", option)
		require.Error(t, err, name)
		assert.NotContains(t, err.Error(), "sesame")
	}
}

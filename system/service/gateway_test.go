package service_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/gateway/access"
	"github.com/rollcall-go/rollcall/system/secret"
	"github.com/rollcall-go/rollcall/system/service"
)

const (
	deskToken = "the-token-of-the-desk"
	riskToken = "the-token-of-risk-it-is"
)

// token lets one consumer in.
func token(name, value string) func(*config.Config) {
	return func(cfg *config.Config) {
		cfg.HTTP = config.HTTP{Listen: "127.0.0.1:0", Tokens: map[string]config.Token{name: {Value: secret.New(value), Role: string(access.RoleRead)}}}
	}
}

// asked is the status of the answer to who shows a token.
func asked(t *testing.T, r *rig, token string) int {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+r.Addr().String()+"/v1/snapshot", http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+token)

	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err)

	_, err = io.Copy(io.Discard, response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())

	return response.StatusCode
}

// Nobody listens unless the configuration says so.
func TestNobodyListensByDefault(t *testing.T) {
	t.Parallel()

	r := newRig(t, plan{vendors: []string{"forex"}, every: time.Second, deadline: time.Second, onDemand: true})
	assert.Nil(t, r.Addr())
}

// C06: an address that cannot be had is an error at once, and nothing runs.
func TestAddressInUse(t *testing.T) {
	t.Parallel()

	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, taken.Close()) })

	text := fmt.Sprintf(`{data: %q, http: {listen: %q}, vendors: {v: {class: c, url: "http://127.0.0.1:9/{symbols}", symbols: [X],
		parse: {rows: q, key: s, price: p}, client: {allow_private: true}}}}`, filepath.Join(t.TempDir(), "data"), taken.Addr())

	cfg, err := config.Parse([]byte(text), "r.yaml", nil)
	require.NoError(t, err)

	begun := time.Now()
	s, err := service.Open(t.Context(), cfg, service.Options{})
	require.NoError(t, err)
	require.ErrorIs(t, s.Start(t.Context()), syscall.EADDRINUSE)
	require.NoError(t, s.Stop(t.Context()))
	assert.Less(t, time.Since(begun), 2*time.Second)
	assert.Nil(t, s.System().Latest())

	cfg.Data = filepath.Join(t.TempDir(), "other")
	s, err = service.Open(t.Context(), cfg, service.Options{OtherPort: true})
	require.NoError(t, err)
	require.NoError(t, s.Start(t.Context()))
	assert.NotEqual(t, taken.Addr().String(), s.Addr().String())
	require.NoError(t, s.Stop(t.Context()))
}

// A reload changes who may ask, at once; where the API listens it cannot change, and a reload that fails changes nothing.
func TestReloadChangesWhoMayAsk(t *testing.T) {
	t.Parallel()

	r := newRig(t, plan{
		vendors: []string{"forex"}, every: time.Second, deadline: time.Second, onDemand: true, adjust: token("desk", deskToken),
	})
	r.take(t)
	assert.Equal(t, http.StatusOK, asked(t, r, deskToken))
	assert.Equal(t, http.StatusUnauthorized, asked(t, r, riskToken))

	r.plan.adjust = token("risk", riskToken)
	_, err := r.reload(t)
	require.NoError(t, err)
	assert.Equal(t, http.StatusUnauthorized, asked(t, r, deskToken))
	assert.Equal(t, http.StatusOK, asked(t, r, riskToken))

	r.plan.adjust = func(cfg *config.Config) {
		token("desk", deskToken)(cfg)
		cfg.HTTP.TLS.Cert, cfg.HTTP.MaxConnections = "cert.pem", 7
	}
	_, err = r.reload(t)
	require.ErrorIs(t, err, system.ErrNeedsRestart)
	require.ErrorContains(t, err, "http.max_connections, http.tls.cert")
	assert.Equal(t, http.StatusOK, asked(t, r, riskToken))
}

// O02: clients that do not read do not hold up the end.
func TestStalledClientsDoNotHoldUpTheEnd(t *testing.T) {
	t.Parallel()

	r := newRig(t, plan{
		vendors: []string{"forex"}, every: 100 * time.Millisecond, deadline: 100 * time.Millisecond,
		adjust: func(cfg *config.Config) { cfg.HTTP.Listen = "127.0.0.1:0" },
	})

	for range 20 {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", r.Addr().String())
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() })

		_, err = io.WriteString(conn, "GET /v1/stream?events=true HTTP/1.1\r\nHost: localhost\r\n\r\n")
		require.NoError(t, err)
	}

	r.until(t, r.watch(t), func(s *messages.Snapshot) bool { return s.Round >= 5 })

	begun := time.Now()
	require.NoError(t, r.Stop(context.WithoutCancel(t.Context())))
	assert.Less(t, time.Since(begun), 10*time.Second)
	r.ended = true
}

// A07: clients at full speed are served, or told when to come again; rounds do not notice.
func TestClientsAtFullSpeed(t *testing.T) { //nolint:paralleltest // it takes all there is of the machine
	const clients, rounds = 16, 10

	r := newRig(t, plan{
		vendors: []string{"forex"}, every: slower * 500 * time.Millisecond, deadline: slower * 500 * time.Millisecond,
		adjust: token("desk", deskToken),
	})
	sub := r.watch(t)
	r.next(t, sub)

	ctx, cancel := context.WithCancel(t.Context())

	var (
		group          errgroup.Group
		served, denied atomic.Int64
	)

	for range clients {
		group.Go(func() error {
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()

			for ctx.Err() == nil {
				switch status, err := hammer(ctx, client, r.Addr().String()); {
				case ctx.Err() != nil: // whatever became of the last request
				case err != nil:
					return err
				case status == http.StatusOK:
					served.Add(1)
				case status == http.StatusTooManyRequests:
					denied.Add(1)
				}
			}

			return nil
		})
	}

	for range rounds {
		good(t, r.next(t, sub), "forex")
	}

	cancel()
	require.NoError(t, group.Wait())
	assert.Positive(t, served.Load())
	t.Logf("%d served, %d told to come again", served.Load(), denied.Load())

	status, err := r.System().Status(t.Context())
	require.NoError(t, err)
	assert.LessOrEqual(t, status.Rounds.MissedTicks, uint64(1), "a machine that is busy may miss one")
}

// hammer asks once. An answer that is neither 200 nor a whole 429 is an error.
func hammer(ctx context.Context, client *http.Client, address string) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/v1/snapshot", http.NoBody)
	if err != nil {
		return 0, err
	}

	request.Header.Set("Authorization", "Bearer "+deskToken)

	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}

	_, err = io.Copy(io.Discard, response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return 0, err
	}

	whole := response.StatusCode == http.StatusTooManyRequests && response.Header.Get("Retry-After") != ""
	if response.StatusCode != http.StatusOK && !whole {
		return 0, fmt.Errorf("answer %s", response.Status)
	}

	return response.StatusCode, nil
}

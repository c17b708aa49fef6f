package service_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/gateway/access"
	"github.com/rollcall-go/rollcall/system/secret"
	"github.com/rollcall-go/rollcall/system/sim"
)

// More secrets to be searched for: those that the service is asked with, what somebody guesses, and what a collector of traces is sent.
const (
	adminCanary  = "canaryA-0d8f7715e2"
	readerCanary = "canaryR-93ab51c60f"
	partCanary   = "canaryP-4412dd9e7b"
	guessCanary  = "canaryG-77e0c2b81a"
	traceCanary  = "canaryT-b6154f90aa"
)

// everywhere are paths of all that can be read where the vendor v0 has an instrument v0.A.
func everywhere() []string {
	return []string{
		"/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/v1/snapshot", "/v1/snapshot?format=csv", "/v1/snapshot?fields=vendors", "/v1/snapshots",
		"/v1/snapshots?format=csv", "/v1/snapshots/1", "/v1/snapshots/1?format=csv", "/v1/instruments", "/v1/instruments?format=csv",
		"/v1/instruments/v0.A?sources=true", "/v1/instruments/v0.A?format=csv", "/v1/vendors", "/v1/vendors?format=csv", "/v1/vendors/v0",
		"/v1/audit?limit=10000", "/v1/audit?limit=10000&format=csv", "/v1/status", "/v1/tree", "/v1/nothing", "/v1/vendors/nobody", "/v1/audit?cursor=x",
	}
}

// collector takes traces and keeps what is in them, as it is on the wire and unpacked.
type collector struct {
	*httptest.Server

	mu     sync.Mutex
	bodies bytes.Buffer
	shown  string // the header Authorization
}

func newCollector(t *testing.T) *collector {
	t.Helper()

	c := &collector{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		packed, err := gzip.NewReader(r.Body)
		if !assert.NoError(t, err) {
			return
		}

		c.mu.Lock()
		defer c.mu.Unlock()

		_, err = io.Copy(&c.bodies, packed)
		assert.NoError(t, err)

		c.shown = r.Header.Get("Authorization")
	}))
	t.Cleanup(c.Close)

	return c
}

func (c *collector) taken() (bodies, shown string) {
	c.mu.Lock()
	defer c.mu.Unlock()

	return c.bodies.String(), c.shown
}

// X05: every fault at once, everything traced, and everybody asks for everything: in no answer, stream, metric, trace, log line or file is a secret of
// a vendor's, of a client's or of the collector's, nor what somebody has guessed. The logs and the files are searched as in every test.
func TestNoSecretIsInAnyAnswerMetricOrTrace(t *testing.T) { //nolint:paralleltest // it takes all there is of the machine
	spans := newCollector(t)
	p := plan{
		vendors: []string{"v0"}, faults: make(map[string]string), every: time.Second * slower, deadline: 600 * time.Millisecond * slower,
		adjust: func(cfg *config.Config) {
			cfg.HTTP = config.HTTP{Listen: "127.0.0.1:0", Tokens: map[string]config.Token{
				"admin":  {Value: secret.New(adminCanary), Role: string(access.RoleAdmin)},
				"reader": {Value: secret.New(readerCanary), Role: string(access.RoleRead)},
				"part":   {Value: secret.New(partCanary), Role: string(access.RoleRead), Vendors: []messages.Vendor{"v0", "v3"}},
			}}
			cfg.Tracing.Endpoint, cfg.Tracing.Ratio = spans.URL, 1
			cfg.Tracing.Headers = map[string]secret.Secret{"Authorization": secret.New(traceCanary)}
		},
	}

	for i, test := range faultCases() {
		name := fmt.Sprintf("v%d", i+1)
		p.vendors, p.faults[name] = append(p.vendors, name), test.fault
	}

	r := newRig(t, p)
	through := &apiRig{Service: r.Service, url: "http://" + r.Addr().String()}
	heard := through.overhear(t, adminCanary)
	r.until(t, r.watch(t), func(s *messages.Snapshot) bool { return s.Round >= 3 })

	secrets := []string{queryCanary, headerCanary, adminCanary, readerCanary, partCanary, guessCanary, traceCanary}
	clean := func(where, text string) {
		for _, word := range secrets {
			assert.NotContains(t, text, word, where)
		}
	}

	for _, path := range everywhere() {
		for _, shown := range []string{adminCanary, readerCanary, partCanary, guessCanary} {
			_, body := through.ask(t, shown, http.MethodGet, path)
			clean(path, body)
		}
	}

	_, body := through.ask(t, guessCanary, http.MethodGet, "/v1/snapshot?token="+guessCanary)
	clean("a guess", body)

	status, _ := through.ask(t, partCanary, http.MethodGet, "/metrics")
	assert.Equal(t, http.StatusForbidden, status, "metrics cannot be narrowed")

	r.end(t)
	clean("the stream", heard())
	r.log.nowhere(t, r.dir, secrets...)

	bodies, shown := spans.taken()
	assert.Contains(t, bodies, "v0", "rounds were traced")
	assert.Equal(t, traceCanary, shown)
	clean("the traces", bodies)
}

// overhear reads a stream with everything in it until the service ends it, and returns what then gives all of it.
func (r *apiRig) overhear(t *testing.T, token string) (heard func() string) {
	t.Helper()

	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	t.Cleanup(cancel)

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+"/v1/stream?events=true", http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+token)

	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err)
	t.Cleanup(func() { _ = response.Body.Close() })
	require.Equal(t, http.StatusOK, response.StatusCode)

	all := make(chan string, 1)

	go func() {
		text, _ := io.ReadAll(response.Body) // the service ends it
		all <- string(text)
	}()

	return func() string {
		text := <-all
		assert.Contains(t, text, "event: bye")

		return text
	}
}

// X01: who may see one of three vendors of an instrument is not shown what the others' prices were in what is said of that one's: not as the median
// that an outlier is compared with, and not as the last price that another one was accepted after.
func TestComparisonsTellNoHiddenPrice(t *testing.T) {
	t.Parallel()

	const (
		desk, risk        = "the-token-of-the-desk", "the-token-of-risk-it-is"
		published, median = "187.77", "187.79"
	)

	m := newMarket(t, 3, "{outlier: 20%}", "http: {listen: 127.0.0.1:0, tokens: {risk: {token: "+risk+"}, desk: {token: "+desk+", vendors: [v1]}}}")
	through := &apiRig{Service: m.Service, url: "http://" + m.Addr().String()}
	heard := through.overhear(t, desk)

	paths := []string{
		"/v1/snapshot", "/v1/snapshot?format=csv", "/v1/snapshot?fields=vendors", "/v1/snapshots/2", "/v1/instruments", "/v1/instruments/AAPL?sources=true",
		"/v1/instruments/AAPL?format=csv", "/v1/vendors", "/v1/vendors?format=csv", "/v1/vendors/v1", "/v1/audit", "/v1/audit?format=csv",
	}
	told := make(map[string]string)
	ask := func() {
		for _, path := range paths {
			_, body := through.ask(t, desk, http.MethodGet, path)
			told[path] += body
		}
	}

	m.round(t)
	m.goes(t, "v1", sim.Fault{Kind: sim.Spike, Size: 10})
	m.goes(t, "v2", mustFault(t, "price="+published))
	m.goes(t, "v3", mustFault(t, "price="+median))
	m.round(t)
	ask()

	_, body := through.ask(t, risk, http.MethodGet, "/v1/vendors/v1")
	assert.Contains(t, body, "from "+median+", the median of 3", "who sees all of them is told")

	for _, vendor := range m.vendors {
		m.goes(t, vendor, sim.Fault{Kind: sim.Spike, Size: 100})
	}

	m.round(t) // all agree: v1 is accepted after the price of another one

	assert.Eventually(t, func() bool {
		_, body := through.ask(t, risk, http.MethodGet, "/v1/audit?kind=accepted&vendor=v1")

		return strings.Contains(body, `"old":"`+published+`"`)
	}, patience, 10*time.Millisecond)

	_, body = through.ask(t, desk, http.MethodGet, "/v1/audit?kind=accepted")
	assert.Contains(t, body, `"new":"185`)
	ask()
	require.NoError(t, stopped(t, m.Service))

	told["the stream"] = heard()
	for where, text := range told {
		assert.NotContains(t, text, published, where)
		assert.NotContains(t, text, median, where)
	}
}

// A01: two thousand connections whose requests never end, with a little more of them now and then. Who is honest is served meanwhile, rounds are on
// time, and all of the others are gone within 11 s.
func TestTwoThousandRequestsThatNeverEnd(t *testing.T) { //nolint:paralleltest // it takes all there is of the machine
	r := newRig(t, plan{
		vendors: []string{"forex"}, every: 500 * time.Millisecond * slower, deadline: 250 * time.Millisecond * slower,
		adjust: func(cfg *config.Config) { cfg.HTTP.Listen = "127.0.0.1:0" },
	})
	sub := r.watch(t)
	through := &apiRig{Service: r.Service, url: "http://" + r.Addr().String()}

	conns := make([]net.Conn, readersHere(t, 2000))
	for i := range conns {
		var err error

		conns[i], err = new(net.Dialer).DialContext(t.Context(), "tcp", r.Addr().String())
		require.NoError(t, err)
		t.Cleanup(func() { _ = conns[i].Close() })

		_, _ = io.WriteString(conns[i], "GET /v1/snapshot HTTP/1.1\r\nHost: localhost\r\nX-Slow: ") // it may be closed already
	}

	begun := time.Now()
	took := make([]time.Duration, 0, 100)

	for range cap(took) {
		before := time.Now()
		status, _ := through.ask(t, "", http.MethodGet, "/v1/snapshot?fields=prices")
		took = append(took, time.Since(before))
		assert.Equal(t, http.StatusOK, status)

		for _, conn := range conns[:100] {
			_, _ = io.WriteString(conn, "x")
		}
	}

	slices.Sort(took)
	assert.Less(t, took[98], 100*time.Millisecond*slower*5, "the catalogue asks for 100 ms; this machine may be busy")
	good(t, r.next(t, sub), "forex")

	for _, conn := range conns {
		require.NoError(t, conn.SetReadDeadline(begun.Add(11*time.Second*slower)))
		_, err := conn.Read(make([]byte, 1))
		require.Error(t, err)
		require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "it is still open")
	}

	status, err := r.System().Status(t.Context())
	require.NoError(t, err)
	assert.LessOrEqual(t, status.Rounds.MissedTicks, uint64(1), "a machine that is busy may miss one")
}

// A service with an empty data directory counts from 1 again: what a client has of the one before is not taken for its round of the same number.
func TestTagsDoNotOutliveTheData(t *testing.T) {
	t.Parallel()

	var tags [2]string

	for i := range tags {
		r := newAPIRig(t, "")
		r.reach(t, "", 1)

		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+"/v1/snapshots/1", http.NoBody)
		require.NoError(t, err)
		request.Header.Set("If-None-Match", tags[0])

		response, err := http.DefaultTransport.RoundTrip(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusOK, response.StatusCode)

		tags[i] = response.Header.Get("ETag")
	}

	assert.NotEqual(t, tags[0], tags[1])
}

package gateway_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/gateway"
	"github.com/rollcall-go/rollcall/system/gateway/access"
)

// A06: whatever is asked for, the answer is one that the document has, and never 500; mistakes are problems.
func FuzzRequests(f *testing.F) {
	for _, r := range refusals() {
		first := ""
		if len(r.headers) > 1 {
			first = r.headers[1]
		}

		f.Add(r.method, r.target, first, "gzip")
	}

	f.Add("GET", "/v1/instruments/%3DHYPERLINK(%22x%22)?format=csv&limit=2", "text/csv;q=NaN, */*;q=1e999", "gzip;q=0.5;q=2,zstd")
	f.Add("GET", "/v1/snapshots/18446744073709551616?fields=prices&fields=", "*/*;q=", "\x00")
	f.Add("GET", "/v1/audit?from=0001-01-01T00:00:00Z&to=2262-12-31T00:00:00Z&kind=%ff", "text/csv", "")

	c := newContract(f)
	_, o := prepare(f, 3)
	o.Access.Rate = access.Rate{PerSecond: 1e9, Burst: 1 << 30}

	g, err := gateway.New(o)
	require.NoError(f, err)

	handler := g.Handler()

	f.Cleanup(func() { _ = g.Stop(f.Context()) })

	f.Fuzz(func(t *testing.T, method, target, accept, coding string) {
		where, err := url.ParseRequestURI(target)
		if err != nil || method == http.MethodPost && where.Path == "/v1/snapshot" || strings.Contains(where.RawQuery, "wait") || strings.HasPrefix(where.Path, "/v1/stream") || strings.HasPrefix(where.Path, "/v1/ws") {
			t.Skip("nothing that net/http passes on, or it goes on for long, or makes rounds")
		}

		for _, token := range []string{adminToken, publicToken} {
			r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
			r.Method, r.URL, r.RequestURI, r.Host = method, where, target, "localhost"
			r.Header = http.Header{
				"Authorization": {"Bearer " + token}, "Accept": {accept}, "Accept-Encoding": {coding}, "If-None-Match": {accept}, "Last-Event-Id": {coding},
			}

			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)

			answer := answered{w.Result(), w.Body.Bytes()}
			answer.Request = r
			c.check(t, method, target, answer)
			assert.NotEqual(t, http.StatusInternalServerError, w.Code, "%s", w.Body)

			if token == publicToken {
				assert.NotContains(t, w.Body.String(), "licensed")
			}
		}
	})
}

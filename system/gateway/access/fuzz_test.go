package access_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/rollcall-go/rollcall/system/gateway/access"
)

// X04 A06: whatever is asked for, it is found, or not: nobody is sent anywhere, and nothing breaks.
func FuzzPaths(f *testing.F) {
	for _, seed := range []string{
		"/", "/v1/instruments/EUR%2FUSD", "/../", "//", "/v1/./x", "/%2e%2e/", "/%00", "/v1/instruments/..%2f", "/a/../v1", "/v1/instruments/%ff",
	} {
		f.Add(seed, "localhost", "", "")
	}

	f.Add("/", "[::1", "http://[::1", "same-origin")
	f.Add("/", "a:b:c", "://", "cross-site")

	g, err := access.New(access.Settings{Hosts: []string{"prices.example.com"}})
	if err != nil {
		f.Fatal(err)
	}

	mux := http.NewServeMux()
	mux.HandleFunc("/v1/instruments/{instrument}", whoami)
	mux.HandleFunc("/v1/instruments", whoami)
	handler := access.Headers(access.Shape(g.Known(mux)))

	f.Fuzz(func(t *testing.T, path, host, origin, site string) {
		where, err := url.ParseRequestURI(path)
		if err != nil {
			t.Skip()
		}

		r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
		r.URL, r.RequestURI, r.Host = where, path, host

		if origin != "" {
			r.Header.Set("Origin", origin)
		}

		r.Header.Set("Sec-Fetch-Site", site)

		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		assert.Contains(t, []int{200, 403, 404, 414, 421}, w.Code)
		assert.Empty(t, w.Header().Get("Location"))
	})
}

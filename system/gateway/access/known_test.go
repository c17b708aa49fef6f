package access_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/rollcall-go/rollcall/system/gateway/access"
)

// known asks with a Host, at an address of this machine, with headers in pairs.
func known(t *testing.T, method, host, reached string, pairs ...string) *httptest.ResponseRecorder {
	t.Helper()

	handler := access.Headers(gate(t, access.Settings{Hosts: []string{"Prices.Example.com", "2001:db8::5"}}).Known(http.HandlerFunc(whoami)))
	r := httptest.NewRequest(method, "/v1/ws", http.NoBody)
	r.Host = host
	r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, net.Addr(&net.TCPAddr{IP: net.ParseIP(reached), Port: 8080})))

	for i := 0; i+1 < len(pairs); i += 2 {
		r.Header.Add(pairs[i], pairs[i+1])
	}

	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)

	return w
}

// RELIABILITY 5: a page whose name is made to resolve to this machine is not served: its name is not ours.
func TestHosts(t *testing.T) {
	t.Parallel()

	for host, want := range map[string]int{
		"localhost": 200, "LOCALHOST:8080": 200, "127.0.0.1": 200, "127.0.0.1:9": 200, "127.9.9.9:8080": 200, "[::1]:8080": 200, "[::1]": 200,
		"10.1.2.3:8080": 200, "prices.example.com": 200, "PRICES.example.com:443": 200, "[2001:db8::5]:8080": 200,

		"": 421, ":8080": 421, "evil.example.com": 421, "evil.example.com:8080": 421, "10.1.2.4:8080": 421, "localhost.": 421,
		"localhost.evil.example.com": 421, "xprices.example.com": 421, "example.com": 421, "127.0.0.1.nip.io": 421, "0.0.0.0": 421,
		"localhost@evil.example.com": 421, "2130706433": 421, "0x7f.1": 421, "[::]": 421, "a:b:c": 421,
	} {
		got := known(t, http.MethodGet, host, "10.1.2.3")
		assert.Equal(t, want, got.Code, host)
		assert.Empty(t, got.Header().Get("Access-Control-Allow-Origin"), host)
	}
}

// X02 X03: nothing that another site has made a browser send is answered, and no answer may be read by another site.
func TestOtherSites(t *testing.T) {
	t.Parallel()

	const ours, site, mode, dest = "http://localhost:8080", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest"

	for _, test := range []struct {
		name, method string
		header       []string
		want         int
	}{
		{"no browser", http.MethodPost, nil, 200},
		{"own page", http.MethodPost, []string{"Origin", ours, site, "same-origin"}, 200},
		{"own page, old browser", http.MethodPost, []string{"Origin", ours}, 200},
		{"own page reads", http.MethodGet, []string{site, "same-origin", mode, "cors"}, 200},
		{"address bar", http.MethodGet, []string{site, "none", mode, "navigate", dest, "document"}, 200},
		{"link from elsewhere", http.MethodGet, []string{site, "cross-site", mode, "navigate", dest, "document"}, 200},
		{"configured origin", http.MethodPost, []string{"Origin", "https://prices.example.com", site, "cross-site"}, 200},

		{"form elsewhere", http.MethodPost, []string{"Origin", "https://evil.example.com", site, "cross-site", mode, "navigate", dest, "document"}, 403},
		{"form elsewhere without Origin", http.MethodPost, []string{site, "cross-site", mode, "navigate", dest, "document"}, 403},
		{"another subdomain", http.MethodPost, []string{site, "same-site"}, 403},
		{"old browser elsewhere", http.MethodPost, []string{"Origin", "https://evil.example.com"}, 403},
		{"null origin", http.MethodPost, []string{"Origin", "null"}, 403},
		{"null origin says it is ours", http.MethodPost, []string{"Origin", "null", site, "same-origin"}, 403},
		{"empty origin", http.MethodPost, []string{"Origin", ""}, 403},
		{"two origins", http.MethodPost, []string{"Origin", ours, "Origin", "https://evil.example.com"}, 403},
		{"another port", http.MethodPost, []string{"Origin", "http://localhost:3000"}, 403},
		{"another scheme", http.MethodPost, []string{"Origin", "chrome-extension://localhost:8080"}, 403},
		{"our name within", http.MethodPost, []string{"Origin", "http://localhost:8080.evil.example.com"}, 403},
		{"script elsewhere", http.MethodGet, []string{site, "cross-site", mode, "no-cors", dest, "script"}, 403},
		{"frame elsewhere", http.MethodGet, []string{site, "cross-site", mode, "navigate", dest, "iframe"}, 403},
		{"fetch elsewhere", http.MethodGet, []string{"Origin", "https://evil.example.com", site, "cross-site", mode, "cors"}, 403},
		{"preflight", http.MethodOptions, []string{"Origin", "https://evil.example.com", "Access-Control-Request-Method", "POST"}, 403},
		{"WebSocket elsewhere", http.MethodGet, []string{"Origin", "https://evil.example.com", "Upgrade", "websocket"}, 403},
		{"WebSocket elsewhere, old browser", http.MethodGet, []string{"Origin", "http://localhost:3000", "Upgrade", "websocket"}, 403},
		{"own WebSocket", http.MethodGet, []string{"Origin", ours, "Upgrade", "websocket", site, "same-origin", mode, "websocket"}, 200},
	} {
		got := known(t, test.method, "localhost:8080", "127.0.0.1", test.header...)
		assert.Equal(t, test.want, got.Code, test.name)
		assert.Empty(t, got.Header().Get("Access-Control-Allow-Origin"), test.name)
		assert.Equal(t, "nosniff", got.Header().Get("X-Content-Type-Options"), test.name)
		assert.Contains(t, got.Header().Get("Content-Security-Policy"), "default-src 'self'", test.name)
		assert.NotContains(t, got.Header().Get("Content-Security-Policy"), "unsafe", test.name)
	}
}

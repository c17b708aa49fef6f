package streaming_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"

	"github.com/rollcall-go/rollcall/messages"
)

// booted is a definition whose connection needs a request before; the server's URL takes the place of SERVER.
const booted = `
secrets: {key: abcdefgh}
symbols: {A: {symbol: a}}
client: {allow_private: true}
errors: [{when: '.code == "429000"', outcome: rate_limited}]
stream:
  bootstrap:
    url: SERVER/token
    method: POST
    headers: {X-Key: '{secret.key}'}
    body: '{key: $secret.key}'
    take: '{endpoint: .data.endpoint, token: .data.token, id: 17}'
  url: '{boot.endpoint}?token={boot.token}'
  query: {id: '{boot.id}'}
  login: {send: '{token: $boot.token}'}
  parse: {key: key, price: price}
`

func TestABootstrapSaysWhereToGo(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		answer  func(url string) string
		outcome messages.Outcome
		detail  string
	}{
		"works": {func(url string) string { return `{"data":{"endpoint":"` + url + `/feed","token":"t&1"}}` }, messages.OutcomeDisconnected, "1000"},
		"has a query": {
			func(url string) string { return `{"data":{"endpoint":"` + url + `/feed?v=1","token":"t&1"}}` }, messages.OutcomeDisconnected, "1000",
		},
		"refuses":     {func(string) string { return `{"code":"429000"}` }, messages.OutcomeRateLimited, ""},
		"no JSON":     {func(string) string { return `<html>` }, messages.OutcomeMalformed, "not JSON"},
		"nothing":     {func(string) string { return `{"data":{}}` }, messages.OutcomeBadRequest, "boot.token"},
		"no URL":      {func(string) string { return `{"data":{"endpoint":"feed","token":"t"}}` }, messages.OutcomeBadRequest, "no usable URL"},
		"a file":      {func(string) string { return `{"data":{"endpoint":"file:///etc/passwd","token":"t"}}` }, messages.OutcomeBadRequest, "no usable URL"},
		"credentials": {func(string) string { return `{"data":{"endpoint":"ws://u:p@127.0.0.1/","token":"t"}}` }, messages.OutcomeBadRequest, "no usable URL"},
		"metadata": {
			func(string) string { return `{"data":{"endpoint":"ws://169.254.169.254/","token":"t"}}` }, messages.OutcomeBlockedAddress, "", // N17
		},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var own string

			own = server(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/token" {
					body, err := io.ReadAll(r.Body)
					assert.NoError(t, err)
					assert.JSONEq(t, `{"key":"abcdefgh"}`, string(body))
					assert.Equal(t, "abcdefgh", r.Header.Get("X-Key"))
					assert.Equal(t, "application/json", r.Header.Get("Content-Type"))

					_, err = io.WriteString(w, test.answer("ws"+strings.TrimPrefix(own, "http")))
					assert.NoError(t, err)

					return
				}

				assert.Equal(t, "t&1", r.URL.Query().Get("token"))
				assert.Equal(t, "17", r.URL.Query().Get("id"))

				conn, err := websocket.Accept(w, r, nil)
				if assert.NoError(t, err) {
					assert.JSONEq(t, `{"token":"t&1"}`, hear(r.Context(), t, conn))
					_ = conn.Close(websocket.StatusNormalClosure, "")
				}
			})

			failure := play(t.Context(), t, strings.ReplaceAll(booted, "SERVER", own), newListener(), "A")
			assert.Equal(t, test.outcome, failure.Outcome, failure.Detail)
			assert.Contains(t, failure.Detail, test.detail)
		})
	}
}

func TestABootstrapMayNotLeadToAPlainConnection(t *testing.T) {
	t.Parallel()

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()

	own := server(t, func(w http.ResponseWriter, _ *http.Request) {
		_, err := io.WriteString(w, `{"data":{"endpoint":"ws://vendor.example/","token":"t"}}`)
		assert.NoError(t, err)
	})

	// The address of the bootstrap is private, so the relay of the simulator stands in for it.
	definition := strings.ReplaceAll(booted, "SERVER", own)
	failure := play(ctx, t, strings.Replace(definition, "client: {allow_private: true}", "client: {proxy: '"+own+"'}", 1), newListener(), "A")
	assert.Equal(t, messages.OutcomeBadRequest, failure.Outcome)
	assert.Contains(t, failure.Detail, "not encrypted")
}

// What the bootstrap says about heartbeats counts, whatever the definition says.
func TestABootstrapSaysHowOftenToPing(t *testing.T) {
	t.Parallel()

	var own string

	own = server(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			_, err := io.WriteString(w, `{"url":"ws`+strings.TrimPrefix(own, "http")+`/feed","pingInterval":150}`)
			assert.NoError(t, err)

			return
		}

		conn, err := websocket.Accept(w, r, nil)
		if !assert.NoError(t, err) {
			return
		}

		for range 3 {
			assert.JSONEq(t, `{"type":"ping"}`, hear(r.Context(), t, conn))
		}

		_ = conn.Close(websocket.StatusNormalClosure, "") // the other side may be first
	})

	failure := play(t.Context(), t, `
symbols: {A: {symbol: a}}
client: {allow_private: true}
stream:
  bootstrap: {url: `+own+`/token, take: '{url, ping: .pingInterval}'}
  url: '{boot.url}'
  ping: {send: '{type: "ping"}', every: 1h}
  heartbeat: '{ping: ($boot.ping / 1000)}'
  parse: {key: key, price: price}
`, newListener(), "A")
	assert.Equal(t, messages.OutcomeDisconnected, failure.Outcome, failure.Detail)
}

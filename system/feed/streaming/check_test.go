package streaming_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/feed/streaming"
)

// TestCheckFindsEveryMistake covers C02, C03 and C04 for streams: each mistake is listed at its place.
func TestCheckFindsEveryMistake(t *testing.T) {
	t.Parallel()

	tests := map[string]string{ // of what stands below stream, and the field that is named
		"parse: {price: p}":                                          "stream.url",
		"url: ftp://vendor.example":                                  "stream.url",
		"url: wss://u:p@vendor.example":                              "stream.url",
		"url: 'wss://{boot.host}/'":                                  "stream.url",
		"url: 'wss://vendor.example/{secret.nope}'":                  "stream.url",
		"headers: {Upgrade: h2c}":                                    "stream.headers.Upgrade",
		"query: {key: '{nope}'}":                                     "stream.query.key",
		"frames: lzma":                                               "stream.frames",
		"counter: '['":                                               "stream.counter",
		"order: falling":                                             "stream.order",
		"order: gapless":                                             "stream.order",
		"login: {done: .ok}":                                         "stream.login.send",
		"login: {send: '{', within: 10s}":                            "stream.login.send",
		"login: {send: '1', within: -1s}":                            "stream.login.within",
		"login: {send: '1', after: '$nope'}":                         "stream.login.after",
		"subscribe: {done: .ok}":                                     "stream.subscribe.send",
		"subscribe: {send: 'nope()'}":                                "stream.subscribe.send",
		"subscribe: {send: $symbols, done: ')'}":                     "stream.subscribe.done",
		"subscribe: {send: $symbols, per_message: -1}":               "stream.subscribe.per_message",
		"subscribe: {send: $symbols, per_connection: 1000000}":       "stream.subscribe.per_connection",
		"subscribe: {per_connection: 10}":                            "stream.subscribe.per_connection",
		"subscribe: {send: $symbols, pause: -1s}":                    "stream.subscribe.pause",
		"subscribe: {send: $symbols, within: 200h}":                  "stream.subscribe.within",
		"replies: [{when: .ping}]":                                   "stream.replies[0].send",
		"replies: [{send: '1'}]":                                     "stream.replies[0].when",
		"replies: [{when: '(', send: '1'}]":                          "stream.replies[0].when",
		"ping: {send: '1'}":                                          "stream.ping",
		"ping: {every: 20s, idle: 20s}":                              "stream.ping",
		"heartbeat: '{'":                                             "stream.heartbeat",
		"ping: {every: 1ms}":                                         "stream.ping.every",
		"ping: {send: '|', every: 20s}":                              "stream.ping.send",
		"remember: '}'":                                              "stream.remember",
		"silence: 1ms":                                               "stream.silence",
		"max_age: 1s":                                                "stream.max_age",
		"max_frame: -1":                                              "stream.max_frame",
		"max_frame: 1000000000":                                      "stream.max_frame",
		"thin: 1.5":                                                  "stream.thin",
		"thin: .nan":                                                 "stream.thin",
		"bootstrap: {take: '{}'}":                                    "stream.bootstrap.url",
		"bootstrap: {url: https://vendor.example/}":                  "stream.bootstrap.take",
		"bootstrap: {url: wss://vendor.example/, take: .}":           "stream.bootstrap.url",
		"bootstrap: {url: https://v.example/, take: ., method: GOT}": "stream.bootstrap.method",
		"bootstrap: {url: https://v.example/, take: '['}":            "stream.bootstrap.take",
		"errors: [{when: '(', outcome: auth}]":                       "stream.errors[0].when",
		"url: 'https://v.example/{symbols}'\nlogin: {send: '1'}":     "stream.login",
		"url: 'https://v.example/'\nsubscribe: {send: '1'}":          "stream.subscribe.send",
		"url: 'https://v.example/'\nping: {every: 10s}":              "stream.ping",
		"url: 'https://v.example/'\nheartbeat: '{ping: 1}'":          "stream.heartbeat",
		"url: 'https://v.example/'\nframes: gzip":                    "stream.frames",
		"url: 'https://v.example/'\nreplies: [{when: ., send: .}]":   "stream.replies",
	}

	for text, field := range tests {
		t.Run(strings.ReplaceAll(text, "/", "_"), func(t *testing.T) {
			t.Parallel()

			if !strings.Contains(text, "parse:") {
				text += "\nparse: {key: key, price: price}"

				if !strings.Contains(text, "url: ") || strings.Contains(text, "bootstrap") {
					text += "\nurl: wss://vendor.example/feed"
				}
			}

			definition := definitionOf(t, "symbols: {A: {symbol: a}}\nstream:\n  "+strings.ReplaceAll(text, "\n", "\n  "))
			problems := streaming.Check(definition)

			var fields []string
			for _, problem := range problems {
				fields = append(fields, problem.Field)
			}

			assert.Equal(t, []string{field}, fields, "%v", problems)

			_, err := streaming.New(definition)
			assert.ErrorContains(t, err, field)
		})
	}
}

// Rows that nobody could tell apart are found before the first message.
func TestRowsWithoutAKey(t *testing.T) {
	t.Parallel()

	for text, wrong := range map[string]bool{
		"symbols: {A: {symbol: a}, B: {symbol: b}}\nstream: {url: wss://v.example/, ":                                                   true,
		"symbols: {A: {symbol: a}, B: {symbol: a}}\nstream: {url: wss://v.example/, ":                                                   false,
		"symbols: {A: {symbol: a}, B: {symbol: b}}\nstream: {url: 'wss://v.example/{symbol}', ":                                         false,
		"symbols: {A: {symbol: a}, B: {symbol: b}}\nstream: {url: wss://v.example/, subscribe: {send: '$symbols', per_connection: 1}, ": false,
	} {
		problems := streaming.Check(definitionOf(t, text+"parse: {jq: '{price: .p}'}}"))
		assert.Equal(t, wrong, len(problems) == 1 && problems[0].Field == "stream.parse.jq", "%s: %v", text, problems)
	}
}

func TestADefinitionWithoutAStreamHasNoMistakes(t *testing.T) {
	t.Parallel()

	assert.Empty(t, streaming.Check(spec.Definition{}))
}

func TestWhatTheActorAsks(t *testing.T) {
	t.Parallel()

	stream, err := streaming.New(definitionOf(t, `
symbols: {A: {symbol: a}}
stream:
  url: wss://vendor.example/feed
  subscribe: {send: $symbols, per_connection: 50}
  silence: 15s
  max_age: 23h
  thin: -1
  parse: {key: key, price: price}
`))
	require.NoError(t, err)
	assert.Equal(t, 50, stream.Shard())
	assert.Equal(t, "15s", stream.Silence().String())
	assert.Equal(t, "23h0m0s", stream.MaxAge().String())
	assert.InDelta(t, -1, stream.Thin(), 0)

	stream, err = streaming.New(definitionOf(t, `
symbols: {A: {symbol: a}}
stream: {url: 'wss://vendor.example/ws/{symbol|lower}@ticker', parse: {key: key, price: price}}
`))
	require.NoError(t, err)
	assert.Equal(t, 1, stream.Shard(), "a {symbol} in the URL means a connection for each")
	assert.Equal(t, "30s", stream.Silence().String())
	assert.Zero(t, stream.MaxAge())
	assert.InDelta(t, 0.1, stream.Thin(), 0)
}

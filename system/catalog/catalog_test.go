package catalog_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/catalog"
	"github.com/rollcall-go/rollcall/system/example"
)

func TestEveryShippedDefinitionIsComplete(t *testing.T) {
	names := catalog.Names()
	assert.Len(t, names, 16)
	assert.True(t, slices.IsSorted(names))

	for _, name := range names {
		entry, err := catalog.Load(name)
		require.NoError(t, err, name)

		text, found := catalog.File(name)
		require.True(t, found)
		assert.Equal(t, text, entry.Text)

		assert.Equal(t, name, entry.Name)
		assert.NotEmpty(t, entry.About.Title, name)
		assert.Regexp(t, "^https://", entry.About.Site, name)
		assert.NotEmpty(t, entry.About.Auth, name)
		assert.NotEmpty(t, entry.About.Limits, name)
		assert.NotEmpty(t, entry.About.Sources, name)
		assert.NotEmpty(t, entry.Class, name)
		assert.Contains(t, []string{"rest", "ws", "http-stream"}, entry.Transport(), name)

		require.NotEmpty(t, entry.Examples, name)
		assert.True(t, entry.Examples[0].Succeeds(), "%s: the first example shows quotes", name)

		for _, e := range entry.Examples {
			assert.NotEmpty(t, e.Symbols, "%s %s", name, e.Name)
			assert.NotEmpty(t, e.Instruments, "%s %s", name, e.Name)
		}

		for secret := range entry.About.Secrets {
			assert.Contains(t, string(text), "secret."+secret, "%s asks for a secret it does not use", name)
		}
	}
}

func TestUnknownNames(t *testing.T) {
	_, err := catalog.Load("nobody")
	require.ErrorIs(t, err, catalog.ErrUnknown)
	require.ErrorContains(t, err, `"nobody"`)

	for _, name := range []string{"", "nobody", "../catalog", "../../go", "kraken.yaml"} {
		_, found := catalog.File(name)
		assert.False(t, found, name)
	}
}

// whole uses every key there is.
const whole = `about:
  title: A vendor
  site: https://vendor.example/docs
  auth: key in the query
  limits: 8 a minute
  notes: [one]
  sources: [a recorded answer]
  secrets: {key: from the account's page}
class: crypto
url: https://vendor.example/{symbol}?k={secret.key}
parse: {price: p}
stream: {url: 'wss://vendor.example/', login: {send: '$secret.word + $secret.key'}}
examples:
  - name: polled
    symbols:
      - BTC/USD # the first
      - {PEPE/USD: pepe}
      - GOLD: {symbol: xau, with: {unit: "g: 1"}}
    answers:
      - {for: BTC, status: 200, headers: {ETag: '"1"', X-Count: 4}, body: '{"p":1, "s":"{secret.other}"}'}
      - {status: 304, conditional: true}
    expect:
      - {instrument: BTC/USD, price: '1.50', bid: '1', ask: '2', time: '2026-11-20T15:04:05.123456789Z', flags: [untimed, day], mid: '1.5',
         size: '3', volume: '4', currency: USD, unit: coin, sequence: 91827364050}
      - {instrument: GOLD, outcome: unknown_symbol}
  - name: limited
    answers: [{status: 429}]
    outcome: rate_limited
    retry: 17s
  - name: pushed
    symbols: {A: a, B: b}
    script:
      - {server: hello, packed: gzip}
      - {client: '{"op":"subscribe"}', within: 5s}
      - {client: ping, idle: 25s}
      - {client: beat, every: 20s}
      - {silent: 12s}
      - {close: 1013, reason: try again}
    outcome: disconnected
`

func TestEveryKeyIsRead(t *testing.T) {
	entry, err := catalog.Parse([]byte(whole), "/some/where/mine.yaml")
	require.NoError(t, err)

	assert.Equal(t, "mine", entry.Name)
	assert.Equal(t, "crypto", entry.Class)
	assert.Equal(t, "rest+ws", entry.Transport())
	assert.Equal(t, catalog.About{
		Title: "A vendor", Site: "https://vendor.example/docs", Auth: "key in the query", Limits: "8 a minute", Notes: []string{"one"},
		Sources: []string{"a recorded answer"}, Secrets: map[string]string{"key": "from the account's page"},
	}, entry.About)
	assert.Equal(t, []string{"key", "word"}, entry.Secrets, "not those of examples")
	assert.Equal(t, map[string]string{"key": "KEY", "word": "WORD"}, entry.TestSecrets())

	polledSymbols := `[BTC/USD, {PEPE/USD: pepe}, {GOLD: {symbol: xau, with: {unit: "g: 1"}}}]`
	assert.Equal(t, []example.Example{
		{
			Name: "polled", Symbols: polledSymbols, Instruments: []string{"BTC/USD", "PEPE/USD", "GOLD"},
			Answers: []example.Answer{
				{For: "BTC", Status: 200, Headers: map[string]string{"ETag": `"1"`, "X-Count": "4"}, Body: `{"p":1, "s":"{secret.other}"}`},
				{Status: 304, Conditional: true},
			},
			Expect: []example.Quote{
				{
					Instrument: "BTC/USD", Price: "1.50", Bid: "1", Ask: "2", Time: time.Date(2026, 11, 20, 15, 4, 5, 123456789, time.UTC),
					Flags: []string{"untimed", "day"}, Mid: "1.5", Size: "3", Volume: "4", Currency: "USD", Unit: "coin", Sequence: 91827364050,
				},
				{Instrument: "GOLD", Outcome: "unknown_symbol"},
			},
		},
		{
			Name: "limited", Symbols: polledSymbols, Instruments: []string{"BTC/USD", "PEPE/USD", "GOLD"},
			Answers: []example.Answer{{Status: 429}}, Outcome: "rate_limited", Retry: 17 * time.Second,
		},
		{
			Name: "pushed", Symbols: "{A: a, B: b}", Instruments: []string{"A", "B"}, Outcome: "disconnected",
			Script: []example.Step{
				{Server: "hello", Packed: "gzip"},
				{Client: `{"op":"subscribe"}`, Within: 5 * time.Second},
				{Client: "ping", Idle: 25 * time.Second},
				{Client: "beat", Every: 20 * time.Second},
				{Silent: 12 * time.Second},
				{Close: 1013, Reason: "try again"},
			},
		},
	}, entry.Examples)

	assert.True(t, entry.Examples[0].Succeeds())
	assert.True(t, entry.Examples[0].Conditional())
	assert.False(t, entry.Examples[0].Pushes())
	assert.False(t, entry.Examples[1].Succeeds())
	assert.True(t, entry.Examples[2].Pushes())
	assert.True(t, entry.Examples[2].Script[2].Beat())
	assert.False(t, entry.Examples[2].Script[1].Beat())
}

func TestTransports(t *testing.T) {
	for text, want := range map[string]string{
		"url: https://a.example":                                      "rest",
		"{stream: {url: wss://a.example}}":                            "ws",
		"{stream: {url: WS://a.example}}":                             "ws",
		"{stream: {url: 'https://a.example'}}":                        "http-stream",
		"{url: https://a.example, stream: {url: 'http://a.example'}}": "rest+http-stream",
		"class: x": "",
	} {
		entry, err := catalog.Parse([]byte(text), "f.yaml")
		require.NoError(t, err, text)
		assert.Equal(t, want, entry.Transport(), text)
	}
}

func TestEveryMistakeIsNamedWithItsPlace(t *testing.T) { // C01, C02, C03
	for _, c := range []struct{ text, want string }{
		{"a: [", "f.yaml:2:1: "},
		{"[]", "f.yaml:1:1: "},
		{"about: 3", "f.yaml:1:8: "},
		{"about:\n  titel: x", "f.yaml:2:3: field titel not found"},
		{"about:\n  notes: {a: b}", "f.yaml:2:10: "},
		{"examples: {a: b}", "f.yaml:1:11: examples: not a list"},
		{"examples:\n  - title: x", "f.yaml:2:5: field title not found"},
		{"examples:\n  - {answers: [{}], outcome: auth}", "f.yaml:2:5: the example has no name"},
		{"examples:\n  - {name: a}", "f.yaml:2:5: the example has neither answers nor a script"},
		{"examples:\n  - {name: a, answers: [{}]}", "f.yaml:2:5: the example says neither what to expect nor an outcome"},
		{"examples:\n  - {name: a, answers: [{}], outcome: broken}", `f.yaml:2:5: unknown outcome "broken"`},
		{"examples:\n  - {name: a, answers: [{}], outcome: auth, retry: -1s}", "f.yaml:2:5: retry is negative"},
		{"examples:\n  - {name: a, answers: [{}], outcome: auth, retry: soon}", "f.yaml:2:"},
		{"examples:\n  - {name: a, answers: [{}], outcome: auth}\n  - {name: a, answers: [{}], outcome: auth}", `f.yaml:3:5: example "a" comes twice`},
		{"examples:\n  - name: a\n    answers:\n      - {status: 99}", "f.yaml:4:9: status 99 is not between 200 and 599"},
		{"examples:\n  - name: a\n    answers:\n      - {stauts: 99}", "f.yaml:4:10: field stauts not found"},
		{"examples:\n  - name: a\n    symbols: [[A]]", "f.yaml:3:15: symbols: not an instrument"},
		{"examples:\n  - name: a\n    symbols: A", "f.yaml:3:14: symbols: not a list"},
		{"examples:\n  - name: a\n    script:\n      - {}", "f.yaml:4:9: a step is one of"},
		{"examples:\n  - name: a\n    script:\n      - {server: a, client: b}", "f.yaml:4:9: a step is one of"},
		{"examples:\n  - name: a\n    script:\n      - {silent: -1s}", "f.yaml:4:9: a time is negative"},
		{"examples:\n  - name: a\n    script:\n      - {server: a, within: 1s}", "f.yaml:4:9: within, every and idle belong to client"},
		{"examples:\n  - name: a\n    script:\n      - {client: a, packed: gzip}", "f.yaml:4:9: packed belongs to server"},
		{"examples:\n  - name: a\n    script:\n      - {server: a, packed: rar}", "f.yaml:4:9: packed: not gzip"},
		{"examples:\n  - name: a\n    script:\n      - {close: 99}", "f.yaml:4:9: close: 99 is not between"},
		{"examples:\n  - name: a\n    expect:\n      - {price: 1}", "f.yaml:4:9: expect: no instrument"},
		{"examples:\n  - name: a\n    expect:\n      - {instrument: A}", "f.yaml:4:9: expect: one of price and outcome"},
		{"examples:\n  - name: a\n    expect:\n      - {instrument: A, price: 1, outcome: auth}", "f.yaml:4:9: expect: one of price and outcome"},
		{"examples:\n  - name: a\n    expect:\n      - {instrument: A, outcome: bad}", `f.yaml:4:9: unknown outcome "bad"`},
		{"examples:\n  - name: a\n    expect:\n      - {instrument: A, price: '1,5'}", `f.yaml:4:9: "1,5": not a decimal number`},
		{"examples:\n  - name: a\n    expect:\n      - {instrument: A, price: 1, flags: [odd]}", `f.yaml:4:9: unknown flag "odd"`},
		{"examples:\n  - name: a\n    expect:\n      - {instrument: A, price: 1, time: today}", `f.yaml:4:9: time: "today" is not a time`},
		{"examples:\n  - name: a\n    expect:\n      - {instrument: A, price: 1, sequence: -1}", "f.yaml:4:"},
	} {
		_, err := catalog.Parse([]byte(c.text), "f.yaml")
		require.ErrorContains(t, err, c.want, c.text)
	}

	_, err := catalog.Parse([]byte("about: {a: 1, b: 2}\nexamples: [{c: 3}, {name: x}]"), "f.yaml")
	for _, part := range []string{"f.yaml:1:9:", "f.yaml:1:15:", "f.yaml:2:13:", "f.yaml:2:20:"} {
		require.ErrorContains(t, err, part, "all mistakes at once")
	}

	_, err = catalog.Parse([]byte(strings.Repeat("#", catalog.MaxFile+1)), "f.yaml")
	require.ErrorContains(t, err, "longer than")
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("examples: &a [*a]"))
	f.Add([]byte("a: &a [1]\nexamples: *a"))
	f.Add([]byte("{stream: {url: wss://a}, examples: [{name: a, symbols: [*x]}]}"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		_, _ = catalog.Parse(data, "f.yaml")
	})
}

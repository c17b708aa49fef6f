package streaming_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/streaming"
)

// everything is a definition that uses all of a session.
const everything = `
secrets: {key: s3cr3t-value}
symbols: {A: {symbol: a}, B: {symbol: b}}
stream:
  url: wss://vendor.example/feed
  frames: gzip
  max_frame: 4096
  login: {after: .hello, send: '{key: $secret.key}', done: .ok}
  subscribe: {send: '{subscribe: $symbols, id: $id}', per_message: 1, done: .done}
  replies: [{when: '.ping // (. == "ping")', send: '{pong: .}'}]
  remember: .state
  heartbeat: '$state.beat'
  counter: .count
  order: gapless
  ignore: [pong]
  merge: true
  parse: {jq: '.rows[]?', time_format: unix_ms}
  errors: [{when: .error, outcome: auth, detail: .error}, {when: .gone, outcome: unknown_symbol, scope: symbol, symbol: .gone}]
`

// FuzzSession feeds a session with frames, one a line, text or binary. Whatever comes, it answers: nothing it tells breaks the promises that
// the rest of the program lives by.
func FuzzSession(f *testing.F) {
	for _, seed := range []string{
		`{"hello":1}` + "\n" + `{"ok":true}` + "\n" + `{"done":2}` + "\n" + `{"rows":[{"key":"a","price":"185.20","time":1795187045123,"seq":7}]}`,
		`{"hello":1}` + "\n" + `{"error":"s3cr3t-value"}`,
		`{"state":{"beat":{"ping":0.001,"silence":"2"}}}` + "\n" + `{"count":7}` + "\n" + `{"count":{"seq":9,"previous":-1,"channel":[1]}}`,
		"ping\npong\n\n[]\nnull\n{\"state\":{\"x\":1}}",
		`{"gone":["a","b",7]}` + "\n" + `{"done":["a",true,null]}`,
		`{"rows":[{"key":"a","bid":"2","ask":"1"},{"key":"a","price":1e400},{"price":{}},7,null]}`,
	} {
		f.Add([]byte(seed), false)
		f.Add(packed(f, "gzip", seed), true)
	}

	stream, err := streaming.New(definitionOf(f, everything))
	require.NoError(f, err)

	f.Fuzz(func(t *testing.T, data []byte, binary bool) {
		now := noon
		session := stream.Converse([]messages.Instrument{"A", "B"}, nil, noon)
		lines := session.Open(t.Context(), now)

		frames := [][]byte{data}
		if !binary {
			frames = nil
			for text := range strings.SplitSeq(string(data), "\n") {
				frames = append(frames, []byte(text))
			}
		}

		for _, frame := range frames {
			now = now.Add(time.Second)
			lines = append(lines, session.Message(context.Background(), now, frame, binary)...)
		}

		for _, line := range lines {
			if strings.HasPrefix(line, "send ") {
				continue // to the vendor, which knows them
			}

			assert.NotContains(t, line, "s3cr3t-value")
			assert.LessOrEqual(t, len(line), 4*messages.MaxDetail)
		}
	})
}

// FuzzGuard sees that frames cannot be declared past the limit, however their heads are cut into pieces.
func FuzzGuard(f *testing.F) {
	f.Add([]byte{0x81, 1, 'x', 0x88, 0})
	f.Add(frame(0x81, 1<<40, "x"))
	f.Add([]byte{0x01, 0, 0x00, 0, 0x80, 0})

	f.Fuzz(func(t *testing.T, data []byte) {
		whole, pieces := streaming.Guard(1<<10, data), streaming.GuardPieces(1<<10, data)
		assert.Equal(t, whole, pieces)
	})
}

// FuzzUnpack sees that no frame unpacks to more than the limit, and that none spoils the next one.
func FuzzUnpack(f *testing.F) {
	for _, packing := range []string{"gzip", "zlib", "deflate"} {
		f.Add(packing, packed(f, packing, strings.Repeat("x", 2000)))
		f.Add(packing, packed(f, packing, "{}"))
	}

	f.Fuzz(func(t *testing.T, packing string, data []byte) {
		switch packing {
		case "gzip", "zlib", "deflate":
		default:
			return
		}

		unpack := streaming.Unpacker(packing, 1<<10)

		if plain, err := unpack(data); err == nil {
			assert.LessOrEqual(t, len(plain), 1<<10)
		}

		plain, err := unpack(packed(t, packing, "after"))
		require.NoError(t, err)
		assert.Equal(t, "after", string(plain))
	})
}

package streaming_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/streaming"
)

// FuzzLines sees that an answer that does not end means the same however the network cuts it, and that no message is longer than the limit.
func FuzzLines(f *testing.F) {
	for _, seed := range []string{
		"{\"key\":\"a\"}\n{\"key\":\"b\"}\r\n\n{", "retry: 1\n\n: hi\n\nid: 7\ndata: {\ndata:}\n\n", "data\ndata:\n\ndata: x", "\r\r\n\n\n", strings.Repeat("x", 70) + "\n",
	} {
		f.Add([]byte(seed), false)
		f.Add([]byte(seed), true)
	}

	const limit = 64

	f.Fuzz(func(t *testing.T, data []byte, events bool) {
		kind := "application/x-ndjson"
		if events {
			kind = "text/event-stream"
		}

		whole, end := streaming.Lines(bytes.NewReader(data), kind, limit)
		pieces, endOfPieces := streaming.Lines(iotest.OneByteReader(bytes.NewReader(data)), kind, limit)
		assert.Equal(t, whole, pieces)
		assert.Equal(t, end, endOfPieces)

		for _, message := range whole {
			assert.LessOrEqual(t, len(message), limit)

			if !events {
				assert.NotContains(t, message, "\n")
			}
		}

		assert.Contains(t, []messages.Outcome{messages.OutcomeDisconnected, messages.OutcomeTooLarge}, end.Outcome)
	})
}

// FuzzBootstrap sees that whatever the bootstrap says, the connection it leads to is encrypted, and that no secret is quoted in what is said
// about it.
func FuzzBootstrap(f *testing.F) {
	for _, seed := range []string{
		`{"url":"wss://vendor.example/feed","token":"t&1"}`, `{"url":"wss://vendor.example/feed?x=1#y","token":7}`, `{"url":"ws://vendor.example","token":""}`,
		`{"url":"https://u:s3cr3t-value@vendor.example","token":{}}`, `{"url":"//vendor.example","token":"a/../b"}`, `{"error":"s3cr3t-value"}`, `[]`, `{"url":"wss://[::1]:0/%zz"}`,
	} {
		f.Add([]byte(seed))
	}

	stream, err := streaming.New(definitionOf(f, `
secrets: {key: s3cr3t-value}
symbols: {A: {symbol: a}}
errors: [{when: .error, outcome: auth, detail: .error}]
stream:
  bootstrap: {url: https://vendor.example/token, take: .}
  url: '{boot.url}/v1?token={boot.token}&s={symbols}'
  parse: {key: key, price: price}
`))
	require.NoError(f, err)

	f.Fuzz(func(t *testing.T, body []byte) {
		target, err := stream.Boot(t.Context(), []messages.Instrument{"A"}, body)
		if err != nil {
			assert.NotContains(t, err.Error(), "s3cr3t-value")

			return
		}

		assert.Contains(t, []string{"wss", "https"}, target.Scheme)
		assert.NotEmpty(t, target.Hostname())
		assert.Nil(t, target.User)
	})
}

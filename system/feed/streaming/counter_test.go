package streaming_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/streaming"
)

// N25: a vendor cannot make us keep as many channels as it likes, nor as long names.
func TestChannelsAreBounded(t *testing.T) {
	t.Parallel()

	stream, err := streaming.New(definitionOf(t, `
symbols: {A: {symbol: a}}
stream: {url: wss://vendor.example/feed, counter: '{channel, seq: .n}', parse: {key: key, price: price}}
`))
	require.NoError(t, err)

	say := func(session *streaming.Conversation, channel string) string {
		lines := session.Message(t.Context(), noon, fmt.Appendf(nil, `{"n": 1, "channel": %q}`, channel), false)

		return strings.Join(lines, "\n")
	}

	session := stream.Converse([]messages.Instrument{"A"}, nil, noon)
	session.Open(t.Context(), noon)

	for i := range 4096 {
		assert.NotContains(t, say(session, strconv.Itoa(i)), "end")
	}

	assert.NotContains(t, say(session, "7"), "end", "it is known")
	assert.Contains(t, say(session, "one more"), "end too_large")

	session = stream.Converse([]messages.Instrument{"A"}, nil, noon)
	session.Open(t.Context(), noon)
	assert.Contains(t, say(session, strings.Repeat("x", 1025)), "end too_large")
}

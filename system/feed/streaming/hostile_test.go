package streaming_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/streaming"
)

// frame writes a frame of a server; the length is what it declares.
func frame(first byte, length uint64, payload string) []byte {
	return append(binary.BigEndian.AppendUint64([]byte{first, 127}, length), payload...)
}

// N24: whatever the frames of a vendor declare, the connection ends at once, and it is told why.
func TestHostileFrames(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		sent    []byte
		repeat  bool
		outcome messages.Outcome
		code    websocket.StatusCode
	}{
		"declares 2^40 bytes":        {frame(0x81, 1<<40, "{"), false, messages.OutcomeTooLarge, websocket.StatusMessageTooBig},
		"declares 2^63 bytes":        {frame(0x81, 1<<63, "{"), false, messages.OutcomeTooLarge, websocket.StatusMessageTooBig},
		"declares 2^64-1 bytes":      {frame(0x82, 1<<64-1, "{"), false, messages.OutcomeTooLarge, websocket.StatusMessageTooBig},
		"endless empty fragments":    {[]byte{0x00, 0}, true, messages.OutcomeMalformed, websocket.StatusProtocolError},
		"endless fragments":          {append([]byte{0x00, 125}, bytes.Repeat([]byte{' '}, 125)...), true, messages.OutcomeTooLarge, websocket.StatusMessageTooBig},
		"continues nothing":          {[]byte{0x80, 1, 'x'}, false, messages.OutcomeMalformed, websocket.StatusProtocolError},
		"begins anew in between":     {[]byte{0x01, 1, 'x', 0x81, 1, 'y'}, false, messages.OutcomeMalformed, websocket.StatusProtocolError},
		"masked":                     {[]byte{0x81, 0x81, 1, 2, 3, 4, 'x'}, false, messages.OutcomeMalformed, websocket.StatusProtocolError},
		"reserved bits":              {[]byte{0xc1, 1, 'x'}, false, messages.OutcomeMalformed, websocket.StatusProtocolError},
		"reserved opcode":            {[]byte{0x83, 1, 'x'}, false, messages.OutcomeMalformed, websocket.StatusProtocolError},
		"reserved control opcode":    {[]byte{0x8b, 0}, false, messages.OutcomeMalformed, websocket.StatusProtocolError},
		"fragmented ping":            {[]byte{0x09, 0}, false, messages.OutcomeMalformed, websocket.StatusProtocolError},
		"long ping":                  {append([]byte{0x89, 126, 1, 0}, make([]byte, 256)...), false, messages.OutcomeMalformed, websocket.StatusProtocolError},
		"close with half a code":     {[]byte{0x88, 1, 3}, false, messages.OutcomeMalformed, websocket.StatusProtocolError},
		"close with a reserved code": {[]byte{0x88, 2, 0x03, 0xed}, false, messages.OutcomeMalformed, websocket.StatusProtocolError},
		"invalid UTF-8":              {[]byte{0x81, 2, 0xc3, 0x28}, false, messages.OutcomeMalformed, websocket.StatusProtocolError},
		"half a frame":               {[]byte{0x81}, false, messages.OutcomeDisconnected, 0},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			answer := make(chan []byte, 1)
			url := raw(t, func(conn net.Conn) {
				sent := test.sent
				if test.repeat { // after the frame that begins the message
					_, _ = conn.Write([]byte{0x01, 0})
					sent = bytes.Repeat(sent, 20_000)
				}

				_, _ = conn.Write(sent)

				if name == "half a frame" {
					return
				}

				all, err := io.ReadAll(conn)
				if err != nil {
					all = nil // we were reset before we could read it: the other side had more of ours to read
				}

				answer <- all
			})

			began := time.Now()
			failure := play(t.Context(), t, shape+url, newListener())
			assert.Equal(t, test.outcome, failure.Outcome, failure.Detail)
			assert.Less(t, time.Since(began), 3*time.Second)

			if test.code == 0 {
				return
			}

			if sent := <-answer; sent != nil {
				assert.Equal(t, test.code, closeCodeIn(sent))
			}
		})
	}
}

// closeCodeIn finds the close frame among short masked frames.
func closeCodeIn(sent []byte) websocket.StatusCode {
	for len(sent) >= 6 {
		length := int(sent[1] & 0x7f)
		payload, mask := sent[6:6+length], sent[2:6]

		if sent[0] == 0x88 && length >= 2 {
			return websocket.StatusCode(binary.BigEndian.Uint16([]byte{payload[0] ^ mask[0], payload[1] ^ mask[1]}))
		}

		sent = sent[6+length:]
	}

	return 0
}

// N24: a message of the most bytes is read, one of a byte more is not.
func TestMessagesHaveALimit(t *testing.T) {
	t.Parallel()

	short := strings.Replace(shape, "stream:\n", "stream:\n  max_frame: 1024\n", 1)

	for length, outcome := range map[int]messages.Outcome{1024: messages.OutcomeDisconnected, 1025: messages.OutcomeTooLarge} {
		url := sockets(t, func(ctx context.Context, conn *websocket.Conn) {
			hear(ctx, t, conn)
			say(ctx, t, conn, `{"x":"`+strings.Repeat("x", length-8)+`"}`)
			_ = conn.Close(websocket.StatusNormalClosure, "") // the other side may be first
		})

		assert.Equal(t, outcome, play(t.Context(), t, short+url, newListener()).Outcome)
	}
}

// N10, N24: a packed frame of 16 MB costs no more than its limit.
func TestAPackedBombIsNotUnpacked(t *testing.T) { //nolint:paralleltest // it counts bytes
	bomb := packed(t, "gzip", strings.Repeat("0", 16<<20))

	var before, after runtime.MemStats

	runtime.ReadMemStats(&before)

	_, err := streaming.Unpacker("gzip", 1<<20)(bomb)

	runtime.ReadMemStats(&after)

	require.ErrorContains(t, err, "longer than stream.max_frame")
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(12<<20))
}

// P01, P02, P03: documents that cannot be read, and then one that can.
func TestHostileDocuments(t *testing.T) {
	t.Parallel()

	l := newListener()
	url := sockets(t, func(ctx context.Context, conn *websocket.Conn) {
		hear(ctx, t, conn)

		for _, text := range []string{
			"", "null", "{}", "[]", "7", `"text"`, "<html>", `{"a":1}{"a":1}`, strings.Repeat("[", 200_000), strings.Repeat(`{"a":`, 100_000),
			`{"key":"a","price":` + strings.Repeat("9", 900_000) + `}`,
		} {
			say(ctx, t, conn, text)
		}

		say(ctx, t, conn, `{"key":"a","price":"185.20"}`)
		assert.NoError(t, conn.Close(websocket.StatusNormalClosure, ""))
	})

	began := time.Now()
	assert.Equal(t, messages.OutcomeDisconnected, play(t.Context(), t, shape+url, l).Outcome)
	assert.Less(t, time.Since(began), 2*time.Second)

	quote, _ := l.quote("A")
	assert.Equal(t, "185.20", quote.Price.Text())
}

package main

import (
	"encoding/binary"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTickersAreWhatTheySay: each message is a whole frame of JSON of the promised size, newer than the one before, and about the next product.
func TestTickersAreWhatTheySay(t *testing.T) {
	t.Parallel()

	made, now := newTickers(), time.Date(2026, 11, 20, 15, 4, 5, 123456000, time.UTC)

	var last plainTicker

	for batch := range 8 {
		count := batchFrames - batch%2
		frames := made.next(count, now)
		require.Len(t, frames, count*(frameHead+tickerBytes))

		for ; len(frames) > 0; frames = frames[frameHead+tickerBytes:] {
			require.Equal(t, []byte{0x81, 126}, frames[:2], "a whole message of text, not masked, with a length of 16 bits")
			require.Equal(t, uint16(tickerBytes), binary.BigEndian.Uint16(frames[2:]))

			var ticker plainTicker

			require.NoError(t, json.Unmarshal(frames[frameHead:][:tickerBytes], &ticker))

			if last.Sequence > 0 {
				require.Equal(t, last.Sequence+1, ticker.Sequence)
			}

			require.Equal(t, productName(int(ticker.Sequence-firstNumber)%products), ticker.Product)
			require.Less(t, ticker.Bid, ticker.Price)
			require.Greater(t, ticker.Ask, ticker.Price)
			require.NotEqual(t, last.Price, ticker.Price)
			require.Equal(t, now, ticker.Time)

			last = ticker
		}
	}
}

func TestDigitsFillTheirPlace(t *testing.T) {
	t.Parallel()

	text := []byte("abcdef")
	digits(text[1:5], 42)
	assert.Equal(t, "a0042f", string(text))
}

package streaming_test

import (
	"context"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"

	"github.com/rollcall-go/rollcall/messages"
)

// Two instruments of one vendor symbol: it is put into the URL once, ordered once, and its price is for both.
func TestOneSubscriptionForSeveralInstruments(t *testing.T) {
	t.Parallel()

	l := newListener()
	url := sockets(t, func(ctx context.Context, conn *websocket.Conn) {
		assert.JSONEq(t, `{"subscribe":["usd"]}`, hear(ctx, t, conn))
		say(ctx, t, conn, `{"key":"usd","price":"1.25"}`)

		_ = conn.Close(websocket.StatusNormalClosure, "") // the other side may be first
	})

	failure := play(t.Context(), t, `
symbols: {EUR/USD: {symbol: usd}, USD/EUR: {symbol: usd, invert: true, digits: 4}}
client: {allow_private: true}
stream:
  subscribe: {send: '{subscribe: $symbols}'}
  parse: {key: key, price: price}
  url: `+url, l, "EUR/USD", "USD/EUR")
	assert.Equal(t, messages.OutcomeDisconnected, failure.Outcome, failure.Detail)

	for instrument, price := range map[messages.Instrument]string{"EUR/USD": "1.25", "USD/EUR": "0.8"} {
		quote, _ := l.quote(instrument)
		assert.Equal(t, price, quote.Price.Text(), instrument)
	}
}

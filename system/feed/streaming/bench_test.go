package streaming_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/streaming"
)

// ticker is a message of 400 bytes.
const ticker = `{"type":"ticker","sequence":91827364001,"product_id":"BTC-USD","price":"81234.56","open_24h":"80111.10",` +
	`"volume_24h":"1834.22871100","low_24h":"79870.00","high_24h":"81990.01","volume_30d":"61234.10000000","best_bid":"81234.55",` +
	`"best_bid_size":"0.41000000","best_ask":"81234.57","best_ask_size":"1.02000000","side":"buy","time":"2026-11-20T15:04:05.123456Z",` +
	`"trade_id":812345001,"last_size":"0.00410000"}`

// tickers are definitions that read it.
func tickers() map[string]string {
	const head = `
symbols: {BTC/USD: {symbol: BTC-USD}}
client: {allow_private: true}
stream:
  url: ws://127.0.0.1/
  subscribe: {send: '{subscribe: $symbols}'}
`

	return map[string]string{
		"paths": head + "  parse: {key: product_id, price: price, bid: best_bid, ask: best_ask, time: time, sequence: sequence}\n",
		"jq": head + `  parse: {jq: 'select(.type == "ticker") | {key: .product_id, price, bid: .best_bid, ask: .best_ask, time, seq: .sequence}'}
  errors: [{when: '.type == "error"', outcome: bad_request}]
`,
		"merge": head + "  merge: true\n  parse: {key: product_id, price: price, bid: best_bid, ask: best_ask, time: time, sequence: sequence}\n",
	}
}

// BenchmarkSession is what one message costs without its connection.
func BenchmarkSession(b *testing.B) {
	for name, definition := range tickers() {
		b.Run(name, func(b *testing.B) {
			stream, err := streaming.New(definitionOf(b, definition))
			require.NoError(b, err)

			work := stream.Work([]messages.Instrument{"BTC/USD"}, noon)
			require.Equal(b, 1, work(b.Context(), []byte(ticker)))
			b.ReportAllocs()

			for b.Loop() {
				work(b.Context(), []byte(ticker))
			}
		})
	}
}

// BenchmarkConnection is what one message costs from the socket to deliver; the server's part is in it.
func BenchmarkConnection(b *testing.B) {
	for name, text := range tickers() {
		b.Run(name, func(b *testing.B) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				conn, err := websocket.Accept(w, r, nil)
				if err != nil {
					return
				}

				_, _, _ = conn.Read(r.Context())

				for conn.Write(r.Context(), websocket.MessageText, []byte(ticker)) == nil {
				}
			}))
			defer server.Close()

			definition := definitionOf(b, text)
			definition.Stream.URL = "ws" + strings.TrimPrefix(server.URL, "http")

			stream, err := streaming.New(definition)
			require.NoError(b, err)

			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()

			b.ReportAllocs()
			b.ResetTimer()

			count := 0
			err = stream.Stream(ctx, []messages.Instrument{"BTC/USD"}, func(u messages.StreamUpdate) {
				if count += len(u.Quotes); count >= b.N {
					cancel()
				}
			})
			require.ErrorContains(b, err, "cancelled")
			b.ReportMetric(float64(count)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}

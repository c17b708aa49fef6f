package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The shape of what the streams send.
const (
	tickerBytes = 400      // of one message
	products    = 100      // on one connection
	frameHead   = 4        // bytes before a message of this length in a WebSocket
	batchFrames = 32       // messages written at once at most
	firstNumber = 10 << 30 // sequence numbers begin here, so that all have as many digits
	tickerTime  = "2006-01-02T15:04:05.000000Z"
)

// tickerText is a ticker as exchanges send it. What changes from message to message has a fixed width; # pads it.
const tickerText = `{"type":"ticker","sequence":00000000000,"product_id":"PRD-0000","price":"60000.56","open_24h":"60111.10",` +
	`"volume_24h":"1834.22871100","low_24h":"59870.00","high_24h":"61990.01","best_bid":"60000.55","best_bid_size":"0.41000000",` +
	`"best_ask":"60000.57","best_ask_size":"1.02000000","side":"buy","time":"2006-01-02T15:04:05.000000Z","trade_id":812345001,` +
	`"last_size":"0.00410000","conditions":"#"}`

// tickers makes the messages of one connection, a few at a time, by changing some bytes of those before.
type tickers struct {
	frames []byte // batchFrames of them
	sent   int

	sequence, product, price, bid, ask, at int // where they stand in a message
}

func newTickers() *tickers {
	text := strings.Replace(tickerText, "#", strings.Repeat("x", tickerBytes-len(tickerText)+1), 1)
	frame := binary.BigEndian.AppendUint16([]byte{0x81, 126}, tickerBytes) // a whole message of text, its length in 16 bits
	frame = append(frame, text...)
	after := func(name string) int { return strings.Index(text, `"`+name+`":`) + len(name) + len(`"":`) }

	return &tickers{
		frames: bytes.Repeat(frame, batchFrames), sequence: after("sequence"), product: after("product_id") + len(`"PRD-`),
		price: after("price") + len(`"6`), bid: after("best_bid") + len(`"6`), ask: after("best_ask") + len(`"6`), at: after("time") + len(`"`),
	}
}

// next returns the frames of the next messages, batchFrames at most. They are good until the next call.
func (t *tickers) next(count int, now time.Time) []byte {
	stamp := now.UTC().Format(tickerTime)

	for i := range count {
		message := t.frames[i*(frameHead+tickerBytes)+frameHead:][:tickerBytes]
		digits(message[t.sequence:][:11], firstNumber+t.sent)
		digits(message[t.product:][:4], t.sent%products)

		for _, place := range [...]int{t.price, t.bid, t.ask} {
			digits(message[place:][:4], t.sent%10_000)
		}

		copy(message[t.at:], stamp)

		t.sent++
	}

	return t.frames[:count*(frameHead+tickerBytes)]
}

// digits writes a number over all of the text.
func digits(text []byte, number int) {
	for i := len(text) - 1; i >= 0; i-- {
		text[i] = byte('0' + number%10)
		number /= 10
	}
}

// productName is what the vendor calls a product.
func productName(i int) string { return fmt.Sprintf("PRD-%04d", i) }

// streamURL is where a stream is; it sends so many messages a second, or with 0 as many as are read.
func streamURL(port, rate int) string {
	return "ws://127.0.0.1:" + strconv.Itoa(port) + "/tickers?rate=" + strconv.Itoa(rate)
}

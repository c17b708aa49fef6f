package service_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/example"
	"github.com/rollcall-go/rollcall/system/sim"
)

// silence is how long the pushing vendors of these tests may say nothing: the shortest there is.
const silence = time.Second

// socketVendor is the definition of a vendor that pushes over a WebSocket, which says that it lives by answering pings.
func socketVendor(name string) string {
	return strings.ReplaceAll(`    class: test
    symbols: [NAME.A, NAME.B, NAME.C]
    max_age: 1m
    stream:
      url: "wss://stream.example.com/v1?key=${QUERY}"
      headers: {Authorization: "Bearer ${HEADER}"}
      subscribe: {send: '{op: "subscribe", symbols: $symbols}', done: '.type == "subscribed"', within: 1s}
      ping: {every: 200ms}
      silence: 1s
      parse: {jq: '.quotes[]? | {key: .symbol, price, bid, ask, time, seq}'}
`, "NAME", name)
}

// linesVendor is the definition of a vendor that pushes lines in an HTTP answer that does not end.
func linesVendor(name string) string {
	return strings.ReplaceAll(`    class: test
    symbols: [NAME.A, NAME.B, NAME.C]
    max_age: 1m
    stream:
      url: "https://stream.example.com/v1?symbols={symbols}&key=${QUERY}"
      headers: {Authorization: "Bearer ${HEADER}"}
      silence: 1s
      parse: {jq: '.quotes[]? | {key: .symbol, price, bid, ask, time, seq}'}
`, "NAME", name)
}

// subscribing is how a script begins: what is asked for, and that it was understood.
func subscribing(name string) []example.Step {
	var symbols []string
	for _, instrument := range instruments(name) {
		symbols = append(symbols, strconv.Quote(string(instrument)))
	}

	return []example.Step{
		{Client: `{"op":"subscribe","symbols":[` + strings.Join(symbols, ",") + `]}`}, {Server: `{"type":"subscribed"}`},
	}
}

// pushed is a message with a quote of each of a vendor's instruments, of now.
func pushed(name string) string {
	var rows []string

	for _, instrument := range instruments(name) {
		rows = append(rows, fmt.Sprintf(`{"symbol":%q,"price":"2.50","bid":"2.49","ask":"2.51","time":%q}`, instrument, time.Now().UTC().Format(time.RFC3339Nano)))
	}

	return `{"quotes":[` + strings.Join(rows, ",") + `]}`
}

// talkative is a play whose prices come again and again.
func talkative(name string, pause time.Duration) *sim.Play {
	return &sim.Play{Script: append(subscribing(name), example.Step{Server: pushed(name)}), Repeat: pause}
}

// scripted is a play of a subscription and what follows.
func scripted(name string, steps ...example.Step) *sim.Play {
	return &sim.Play{Script: append(subscribing(name), steps...)}
}

// spoken are messages of the vendor's as steps.
func spoken(texts ...string) []example.Step {
	steps := make([]example.Step, len(texts))
	for i, text := range texts {
		steps[i].Server = text
	}

	return steps
}

// streamOf is how a vendor's stream stands in a snapshot; nothing is known where the vendor did not answer in time.
func streamOf(t *testing.T, s *messages.Snapshot, vendor string) messages.StreamStatus {
	t.Helper()

	report, known := s.Vendor(messages.Vendor(vendor))
	require.True(t, known)

	if report.Feed == nil || report.Feed.Stream == nil {
		return messages.StreamStatus{}
	}

	return *report.Feed.Stream
}

// spared checks that a vendor was called three times at will and at most ten times in a minute from then on. N23.
func (r *rig) spared(t *testing.T, vendor string, since time.Time) {
	t.Helper()

	const atWill, perMinute = 3, 10

	calls := len(r.sim.Requests(vendor))
	most := atWill + int(time.Since(since)*perMinute/time.Minute) + 1
	assert.LessOrEqual(t, calls, most, "N23: calls of %s in %s", vendor, time.Since(since).Round(time.Second))
}

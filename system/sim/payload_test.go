package sim_test

import (
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/sim"
)

func documentCases() []wireCase { // P01, P02, P03
	return []wireCase{
		{`body="{\"x\": 1}"`, isBody(`{"x": 1}`)},
		{"html", answers(200, "text/html; charset=utf-8", "<html>")},
		{"html-as-json", answers(200, "application/json", "<html>")},
		{"empty", isBody("")},
		{"null", isBody("null")},
		{"empty-object", isBody("{}")},
		{"empty-array", isBody("[]")},
		{"scalar", isBody("42")},
		{"error-text", isBody(`{"error":"simulated error"}`)},
		{"random-bytes=5000", inBody(func(t *testing.T, body string) {
			assert.Len(t, body, 5000)
			assert.False(t, utf8.ValidString(body))
		})},
		{"utf16", inBody(func(t *testing.T, body string) {
			codes := make([]uint16, len(body)/2)
			for i := range codes {
				codes[i] = binary.LittleEndian.Uint16([]byte(body[2*i:]))
			}

			assert.Equal(t, uint16(0xfeff), codes[0])
			assert.Len(t, parseRows(t, string(utf16.Decode(codes[1:]))), 3)
		})},
		{"bom", inBody(func(t *testing.T, body string) { assert.Len(t, parseRows(t, strings.TrimPrefix(body, "\ufeff")), 3) })},
		{"trailing-data", inBody(func(t *testing.T, body string) {
			assert.True(t, strings.HasSuffix(body, "]} and more"))
		})},
		{"two-documents", inBody(func(t *testing.T, body string) { assert.Equal(t, 2, strings.Count(body, `{"quotes"`)) })},
		{"duplicate-keys", inBody(func(t *testing.T, body string) {
			assert.True(t, json.Valid([]byte(body)))
			assert.Equal(t, 2, strings.Count(body, `"quotes":`))
		})},
		{"deep-arrays=1000000", isBody(strings.Repeat("[", 1e6) + strings.Repeat("]", 1e6))},
		{"deep-objects=3000", inBody(func(t *testing.T, body string) {
			assert.True(t, json.Valid([]byte(body)))
			assert.Equal(t, 3000, strings.Count(body, `{"a":`))
		})},
	}
}

func inBody(look func(t *testing.T, body string)) check {
	return func(t *testing.T, r *rig) {
		_, body := r.get(t, r.url())
		look(t, body)
	}
}

func isBody(want string) check {
	return inBody(func(t *testing.T, body string) {
		if body != want { // without a megabyte of differences
			assert.Failf(t, "another body", "%.100q", body)
		}
	})
}

func priceCases() []wireCase { // P04, P05, P06, P12, P14, P15, P16
	return []wireCase{
		{"price=+1.5", prices("+1.5", "+1.5", "+1.5")},
		{"nan", prices("NaN", "NaN", "NaN")},
		{"infinity", prices("Infinity", "Infinity", "Infinity")},
		{"huge-number", prices("1e400", "1e400", "1e400")},
		{"tiny-number", prices("1e-400", "1e-400", "1e-400")},
		{"zero-price", prices("0", "0", "0")},
		{"null-price", prices("null", "null", "null")},
		{"negative-price", prices("-185.20", "-1.08450", "-71")},
		{"plus-number", prices("+185.20", "+1.08450", "+71")},
		{"leading-zero", prices("0185.20", "01.08450", "071")},
		{"decimal-comma", prices(`"185,20"`, `"1,08450"`, `"71"`)},
		{"thousands-comma", prices(`"1,185.20"`, `"1,1.08450"`, `"1,71"`)},
		{"padded-price", prices(`" 185.20 "`, `" 1.08450 "`, `" 71 "`)},
		{"long-number=5000", inBody(func(t *testing.T, body string) { assert.Equal(t, 3, strings.Count(body, strings.Repeat("7", 5000))) })},
		{"spike=100", prices("18520.00", "108.45000", "7100")},
		{"swap", prices("1.08450", "71", "185.20")},
		{"crossed", func(t *testing.T, r *rig) {
			q := r.rows(t, "AAPL")[0]
			assert.Equal(t, []string{"185.21", "185.19"}, texts(q.Bid, q.Ask))
		}},
	}
}

// prices sees these raw texts between "price": and the next key.
func prices(want ...string) check {
	return inBody(func(t *testing.T, body string) { assert.Equal(t, want, between(body, `"price":`, `,"bid"`)) })
}

func between(body, from, to string) []string {
	var found []string

	for {
		_, rest, ok := strings.Cut(body, from)
		if !ok {
			return found
		}

		value, rest, _ := strings.Cut(rest, to)
		found, body = append(found, value), rest
	}
}

func symbolCases() []wireCase { // P07, P08, P09, P10, P11, P17
	return []wireCase{
		{"half-symbols", symbols("AAPL", "OIL")},
		{"wrong-symbols", symbols("WRONG-AAPL", "WRONG-EUR/USD", "WRONG-OIL")},
		{"extra-symbols=2000", func(t *testing.T, r *rig) { assert.Len(t, r.rows(t), 2003) }},
		{"hostile-symbols", func(t *testing.T, r *rig) { assert.Len(t, r.rows(t), 14) }},
		{"invalid-utf8", inBody(func(t *testing.T, body string) { assert.False(t, utf8.ValidString(body)) })},
		{"long-symbol=1MB", func(t *testing.T, r *rig) { assert.Len(t, r.rows(t)[3].Symbol, 1_000_000) }},
		{"time=null", stamp(func(t *testing.T, raw string) { assert.Equal(t, "null", raw) })},
		{"time=\"\\\"yesterday\\\"\"", stamp(func(t *testing.T, raw string) { assert.Equal(t, `"yesterday"`, raw) })},
		{"stale=1h", stamp(func(t *testing.T, raw string) { isAbout(t, raw, time.Now().Add(-time.Hour)) })},
		{"future=1h", stamp(func(t *testing.T, raw string) { isAbout(t, raw, time.Now().Add(time.Hour)) })},
		{"zero-time", stamp(func(t *testing.T, raw string) { assert.Equal(t, `"1970-01-01T00:00:00.000Z"`, raw) })},
		{"unix-seconds", stamp(func(t *testing.T, raw string) { assert.Regexp(t, `^\d{10}$`, raw) })},
	}
}

func symbols(want ...string) check {
	return func(t *testing.T, r *rig) {
		var got []string
		for _, q := range r.rows(t) {
			got = append(got, q.Symbol)
		}

		assert.Equal(t, want, got)
	}
}

func stamp(look func(t *testing.T, raw string)) check {
	return func(t *testing.T, r *rig) { look(t, string(r.rows(t)[0].Time)) }
}

func isAbout(t *testing.T, raw string, want time.Time) {
	t.Helper()

	at, err := time.Parse(`"`+time.RFC3339+`"`, raw)
	require.NoError(t, err)
	assert.WithinDuration(t, want, at, patience)
}

func TestEditsAddUpAndOneAnswers(t *testing.T) {
	r := newRig(t, sim.Settings{Vendors: []sim.Vendor{{
		Name: "v", Instruments: []sim.Instrument{{Symbol: "A", Start: "1.00"}},
		Faults: []sim.Fault{{Kind: sim.ZeroTime}, {Kind: sim.Spike, Size: 3}, {Kind: sim.TrailingData}, {Kind: sim.Status}},
	}}})

	response, body := r.get(t, r.url())
	assert.Equal(t, 200, response.StatusCode)

	answer, found := strings.CutSuffix(body, " and more")
	assert.True(t, found)
	assert.Equal(t, []row{{
		Symbol: "A", Price: json.RawMessage("3.00"), Bid: json.RawMessage("2.97"), Ask: json.RawMessage("3.03"),
		Time: json.RawMessage(`"1970-01-01T00:00:00.000Z"`),
	}}, parseRows(t, answer))
}

func TestFrozenPricesHaveFreshTimes(t *testing.T) { // P13
	r := newRig(t, sim.Settings{Vendors: []sim.Vendor{vendorV()}})
	require.NoError(t, r.SetFault("v", sim.Fault{Kind: sim.Freeze, First: 10}))

	prices := make(map[string]bool)

	for range 10 {
		q := r.rows(t)[0]
		prices[string(q.Price)] = true
		isAbout(t, string(q.Time), time.Now())
	}

	assert.Equal(t, map[string]bool{"185.20": true}, prices)

	for range 20 {
		prices[string(r.rows(t)[0].Price)] = true
	}

	assert.Greater(t, len(prices), 1, "they thaw")
}

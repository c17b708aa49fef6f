package reading_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/reading"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// one reads an answer about one instrument.
func one(t testing.TB, d definition, body string) messages.Quote {
	t.Helper()

	quotes, err := newDecoder(t, d).Decode([]byte(body))
	require.NoError(t, err)

	return quotes[0]
}

// P16: numbers are read as configured, or not at all.
func TestNotations(t *testing.T) {
	t.Parallel()

	european := spec.Numbers{Decimal: ",", Group: "."}
	spaced := spec.Numbers{Decimal: ",", Group: " "}
	grouped := spec.Numbers{Group: ","}
	comma := spec.Numbers{Decimal: ","}
	words := spec.Numbers{Missing: []string{"N/D", "-", "-999"}, Suffix: "%", Zero: "missing"}

	for _, c := range []struct {
		numbers spec.Numbers
		row     string
		want    string // the price, or the outcome
	}{
		{european, `"1.234,56"`, "1234.56"},
		{european, `"12.345.678,9"`, "12345678.9"},
		{european, `"234,56"`, "234.56"},
		{european, `"1234,56"`, "1234.56"},
		{european, `1234.56`, "1234.56"}, // a JSON number is one
		{european, `"12.34,5"`, "invalid_price"},
		{european, `"1.2345,6"`, "invalid_price"},
		{european, `".234,5"`, "invalid_price"},
		{european, `"1..234"`, "invalid_price"},
		{european, `"1.234,567.8"`, "invalid_price"},
		{european, `"1,234,5"`, "invalid_price"},
		{european, `"1.234"`, "1234"},
		{european, `"1234.567,8"`, "invalid_price"},
		{european, `"1e3"`, "1000"},
		{european, `","`, "invalid_price"},
		{spaced, `"18 520,50"`, "18520.50"},
		{spaced, "\"18\u00a0520,50\"", "18520.50"},
		{spaced, "\"18\u202f520,50\"", "18520.50"},
		{spaced, "\"1 234\u00a0567,5\"", "invalid_price"},
		{spaced, `" 185,20"`, "invalid_price"},
		{grouped, `"18,520.00"`, "18520.00"},
		{grouped, `"185,20"`, "invalid_price"},
		{grouped, `"1,234"`, "1234"},
		{comma, `"185,20"`, "185.20"},
		{comma, `"185.20"`, "invalid_price"},
		{comma, `"185,20,1"`, "invalid_price"},
		{comma, `"-185,20"`, "invalid_price"},
		{spec.Numbers{}, `"185,20"`, "invalid_price"},
		{spec.Numbers{}, `" 185.20"`, "invalid_price"},
		{spec.Numbers{}, `"185.20%"`, "invalid_price"},
		{spec.Numbers{}, `1.2345e-05`, "0.000012345"},
		{spec.Numbers{}, `"9.9887766e+08"`, "998877660"},
		{spec.Numbers{}, `1E2`, "100"},
		{spec.Numbers{}, `185.20`, "185.20"},
		{spec.Numbers{}, `0`, "invalid_price"},
		{words, `"N/D"`, "missing_symbol"},
		{words, `"-"`, "missing_symbol"},
		{words, `-999`, "missing_symbol"},
		{words, `0`, "missing_symbol"},
		{words, `"0.00"`, "missing_symbol"},
		{words, `0e5`, "missing_symbol"},
		{words, `"0.5173%"`, "0.5173"},
		{words, `"n/d"`, "invalid_price"},
		{words, `-1`, "invalid_price"},
	} {
		d := keyed("X")
		d.Parse.Numbers = c.numbers

		got := one(t, d, `{"X":{"p":`+c.row+`}}`)
		if got.Outcome == messages.OutcomeOK {
			assert.Equal(t, c.want, got.Price.Text(), c.row)
		} else {
			assert.Equal(t, c.want, string(got.Outcome), "%s: %s", c.row, got.Detail)
		}
	}
}

// P05: a side that the vendor leaves empty is absent; a price that is nowhere is missing.
func TestSidesMayBeAbsent(t *testing.T) {
	t.Parallel()

	d := keyed("X", "Y")
	d.Parse = spec.Parse{Price: "p", Bid: "b", Ask: "a", Mid: "m", Numbers: spec.Numbers{Zero: "missing", Missing: []string{"n/a"}}}

	for row, want := range map[string]string{
		`{"p":2,"b":null,"a":""}`:      "2 - -",
		`{"p":2,"b":0,"a":"n/a"}`:      "2 - -",
		`{"p":2,"b":1}`:                "2 1 -",
		`{"b":1.10,"a":1.20}`:          "1.15 1.10 1.20 mid",
		`{"p":null,"b":1,"a":2}`:       "invalid_price",
		`{"p":"","b":1,"a":2,"m":1.6}`: "invalid_price",
		`{"p":0,"b":1,"a":2}`:          "1.5 1 2 mid",
		`{"p":"n/a","m":1.6}`:          "1.6 - - mid",
		`{"m":"1.60"}`:                 "1.60 - - mid",
		`{"b":1,"a":0}`:                "missing_symbol",
		`{"b":1}`:                      "missing_symbol",
		`{"p":0}`:                      "missing_symbol",
		`{"p":"n/a","b":"n/a","a":1}`:  "missing_symbol",
		`{"p":null}`:                   "invalid_price",
		`{"p":""}`:                     "invalid_price",
		`{}`:                           "missing_symbol",
		`{"p":2,"b":"x"}`:              "invalid_price",
		`{"p":2,"m":true}`:             "invalid_price",
		`{"p":2,"b":3,"a":2}`:          "invalid_price", // P15
		`{"p":2,"b":9007199254740993,"a":9007199254740992}`: "invalid_price",
	} {
		quotes, err := newDecoder(t, d).Decode([]byte(`{"X":` + row + `}`))
		require.NoError(t, err)

		got := string(quotes[0].Outcome)
		if quotes[0].Usable() {
			got = quotes[0].Price.String() + " " + quotes[0].Bid.String() + " " + quotes[0].Ask.String()
			if quotes[0].Flags&messages.FlagMid != 0 {
				got += " mid"
			}
		}

		assert.Equal(t, want, got, "%s: %s", row, quotes[0].Detail)
	}
}

func TestConversions(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		name   string
		parse  spec.Parse
		symbol spec.Symbol
		row    string
		want   string // price, bid, ask; or the outcome
	}{
		{"pence", spec.Parse{}, spec.Symbol{Scale: "0.01"}, `{"p":"18520","b":18519.5,"a":18520.5}`, "185.2 185.195 185.205"},
		{"for all", spec.Parse{Scale: "0.01"}, spec.Symbol{}, `{"p":18520}`, "185.2 - -"},
		{"the symbol's own", spec.Parse{Scale: "0.01"}, spec.Symbol{Scale: "1"}, `{"p":18520}`, "18520 - - plain"},
		{"gram to ounce", spec.Parse{}, spec.Symbol{Scale: "31.1034768"}, `{"p":86.4448}`, "2688.73383128064 - -"},
		{"inverse", spec.Parse{}, spec.Symbol{Invert: true}, `{"p":0.86120}`, "1.1611704598 - -"},
		{"inverse of both sides", spec.Parse{Invert: true, Digits: 4}, spec.Symbol{}, `{"b":0.8,"a":1.25}`, "1.025 0.8 1.25 mid"},
		{"digits", spec.Parse{Digits: 3}, spec.Symbol{Invert: true, Digits: 2}, `{"p":3}`, "0.33 - -"},
		{"inverse, then scale", spec.Parse{}, spec.Symbol{Invert: true, Scale: "100"}, `{"p":179.20}`, "0.55803571 - -"},
		{"half to even, down", spec.Parse{}, spec.Symbol{Invert: true, Digits: 2}, `{"p":8}`, "0.12 - -"}, // 0.125
		{"half to even, up", spec.Parse{}, spec.Symbol{Invert: true, Digits: 3}, `{"p":16}`, "0.062 - -"}, // 0.0625
		{"half to even, odd", spec.Parse{}, spec.Symbol{Invert: true, Digits: 1}, `{"p":4}`, "0.2 - -"},   // 0.25
		{"more than half", spec.Parse{}, spec.Symbol{Invert: true, Digits: 2}, `{"p":1.5}`, "0.67 - -"},
		{"per 100", spec.Parse{Per: "n"}, spec.Symbol{}, `{"p":56.4800,"n":100}`, "0.5648 - -"},
		{"per 1", spec.Parse{Per: "n"}, spec.Symbol{}, `{"p":56.4800,"n":1}`, "56.4800 - - plain"},
		{"per text", spec.Parse{Per: "n"}, spec.Symbol{}, `{"p":10,"n":"8"}`, "1.25 - -"},
		{"per 3", spec.Parse{Per: "n", Digits: 4}, spec.Symbol{}, `{"p":10,"n":3}`, "3.3333 - -"},
		{"per 0", spec.Parse{Per: "n"}, spec.Symbol{}, `{"p":10,"n":0}`, "invalid_price"},
		{"per less than 0", spec.Parse{Per: "n"}, spec.Symbol{}, `{"p":10,"n":-1}`, "invalid_price"},
		{"per nothing", spec.Parse{Per: "n"}, spec.Symbol{}, `{"p":10}`, "10 - - plain"},
		{"vanishes", spec.Parse{}, spec.Symbol{Invert: true, Digits: 2}, `{"p":1000}`, "invalid_price"},
		{"too large", spec.Parse{}, spec.Symbol{Scale: "1e20"}, `{"p":1e20}`, "invalid_price"},
		{"signed", spec.Parse{}, spec.Symbol{Signed: true}, `{"p":-37.63,"b":-37.70,"a":0}`, "-37.63 -37.70 0 plain"},
		{"signed zero", spec.Parse{}, spec.Symbol{Signed: true}, `{"p":0}`, "0 - - plain"},
		{"signed inverse", spec.Parse{}, spec.Symbol{Signed: true, Invert: true, Digits: 2}, `{"p":-1.5}`, "-0.67 - -"},
		{"inverse of zero", spec.Parse{}, spec.Symbol{Signed: true, Invert: true}, `{"p":0}`, "invalid_price"},
		{"not signed", spec.Parse{}, spec.Symbol{}, `{"p":-37.63}`, "invalid_price"},
	} {
		c.parse.Price, c.parse.Bid, c.parse.Ask = "p", "b", "a"
		c.symbol.Instrument, c.symbol.Key = "X", "X"

		got := one(t, definition{Parse: c.parse, Symbols: []spec.Symbol{c.symbol}}, `{"X":`+c.row+`}`)
		shown := string(got.Outcome)

		if got.Outcome == messages.OutcomeOK {
			shown = got.Price.String() + " " + got.Bid.String() + " " + got.Ask.String()
			if got.Flags&messages.FlagMid != 0 {
				shown += " mid"
			}

			assert.Equal(t, got.Price.Sign() <= 0, got.Flags&messages.FlagSigned != 0, c.name)

			if got.Flags&messages.FlagConverted == 0 {
				shown += " plain"
			}
		}

		assert.Equal(t, c.want, shown, "%s: %s", c.name, got.Detail)
	}
}

// An inverse is never further from the truth than half a unit of its last digit.
func TestInverses(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.StringMatching(`[1-9][0-9]{0,8}(\.[0-9]{1,8})?`).Draw(rt, "price")
		digits := rapid.IntRange(1, 15).Draw(rt, "digits")

		r, problems := reading.Compile(spec.Parse{Price: "p"}, nil, reading.Veil{})
		require.Empty(rt, problems)

		quotes := make([]messages.Quote, 1)
		targets := reading.NewTargets([]spec.Symbol{{Instrument: "X", Key: "X", Invert: true, Digits: digits}})
		require.Nil(rt, r.Read(t.Context(), reading.Answer{Status: http.StatusOK, Body: []byte(`{"p":"` + text + `"}`)}, targets, quotes))

		if quotes[0].Outcome == messages.OutcomeInvalidPrice {
			return // nothing is left of it
		}

		distance := quotes[0].Price.Decimal().Mul(decimal.RequireFromString(text)).Sub(decimal.New(1, 0)).Abs()
		bound := decimal.RequireFromString(text).Mul(decimal.New(5, -int32(digits)-1))
		require.LessOrEqual(rt, distance.Cmp(bound), 0, "%s → %s", text, quotes[0].Price)
	})
}

func TestWhatGoesWithThePrice(t *testing.T) {
	t.Parallel()

	d := keyed("X")
	d.Parse = spec.Parse{Price: "p", Size: "s", Volume: "v", Currency: "c", Unit: "u", Sequence: "n"}
	d.Symbols[0].Currency = "USD"

	q := one(t, d, `{"X":{"p":1,"s":0.5,"v":"12345678901234567890123456789012345678","c":"EUR","u":"barrel","n":18446744073709551615}}`)
	require.NotNil(t, q.More, q.Detail)
	assert.Equal(t, "0.5", q.More.Size.Text())
	assert.Equal(t, "EUR", q.More.Currency)
	assert.Equal(t, "barrel", q.More.Unit)
	assert.Equal(t, uint64(18446744073709551615), q.More.Sequence)

	q = one(t, d, `{"X":{"p":1,"s":"many","v":null,"c":"E\u202eUR","u":"`+strings.Repeat("x", 100)+`"}}`) // P07
	assert.True(t, q.Usable())
	assert.Equal(t, &messages.More{Currency: "USD"}, q.More, "what cannot be read is left out")

	for _, sequence := range []string{`-1`, `1.5`, `"x"`, `18446744073709551616`, `{}`} {
		assert.Equal(t, messages.OutcomeMalformed, one(t, d, `{"X":{"p":1,"n":`+sequence+`}}`).Outcome)
	}
}

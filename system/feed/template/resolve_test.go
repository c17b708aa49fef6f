package template_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/feed/template"
)

func TestResolve(t *testing.T) {
	t.Parallel()

	symbols, problems := template.Resolve(spec.Definition{
		Naming: "{base|lower}{quote|lower}{with.suffix}", Matching: "{symbol|upper}:{base}",
		Endpoint: spec.Endpoint{URL: "https://h/{symbols}"},
		Symbols: []spec.Symbol{
			{Instrument: "EUR/USD", With: map[string]string{"suffix": ".fx"}},
			{Instrument: "GBP/USD", VendorSymbol: "cable"},
			{Instrument: "XAU/USD", VendorSymbol: "gold", Key: "g"},
		},
	})
	require.Empty(t, problems)

	for i, want := range [][2]string{{"eurusd.fx", "EURUSD.FX:EUR"}, {"cable", "CABLE:GBP"}, {"gold", "g"}} {
		assert.Equal(t, want, [2]string{symbols[i].VendorSymbol, symbols[i].Key})
	}

	symbols, problems = template.Resolve(spec.Definition{Endpoint: spec.Endpoint{URL: "https://h/{symbols}"}, Symbols: []spec.Symbol{{Instrument: "AAPL"}}})
	require.Empty(t, problems)
	assert.Equal(t, "AAPL", symbols[0].VendorSymbol)
	assert.Equal(t, "AAPL", symbols[0].Key)
}

func TestSymbolsThatAreRefused(t *testing.T) {
	t.Parallel()

	one := func(symbols ...spec.Symbol) spec.Definition {
		return spec.Definition{Endpoint: spec.Endpoint{URL: "https://h/{symbols}"}, Symbols: symbols}
	}
	with := func(change func(*spec.Definition), symbols ...spec.Symbol) spec.Definition {
		d := one(symbols...)
		change(&d)

		return d
	}
	btc := func(name, key string) spec.Symbol {
		return spec.Symbol{Instrument: targets(name)[0].Instrument, VendorSymbol: "bitcoin", Key: key}
	}

	cases := map[string]struct {
		d          spec.Definition
		field, why string // empty: it is right
	}{
		"none":                  {one(), "symbols", "empty"},
		"control characters":    {one(spec.Symbol{Instrument: "A\x00"}), "symbols[0]", "control"},
		"bidi":                  {one(spec.Symbol{Instrument: "A", VendorSymbol: "x\u202e"}), "symbols[0]", "bidirectional"},
		"long":                  {one(spec.Symbol{Instrument: "A", Key: strings.Repeat("k", 65)}), "symbols[0]", "longer than 64"},
		"invalid UTF-8":         {one(spec.Symbol{Instrument: "A", VendorSymbol: "\xff"}), "symbols[0]", "UTF-8"},
		"space":                 {one(spec.Symbol{Instrument: " A"}), "symbols[0]", "space"},
		"with":                  {one(spec.Symbol{Instrument: "A", With: map[string]string{"x": "a\nb"}}), "symbols[0]", "under with"},
		"an instrument twice":   {one(btc("A", "1"), btc("A", "2")), "symbols[1]", "instrument twice"},
		"a symbol twice":        {one(btc("A", ""), btc("B", "")), "", ""},
		"two symbols, one key":  {one(btc("A", "k"), spec.Symbol{Instrument: "B", Key: "k"}), "symbols[1]", "key of another"},
		"keys that differ":      {one(btc("BTC/USD", "bitcoin/usd"), btc("BTC/EUR", "bitcoin/eur")), "", ""},
		"unknown endpoint":      {one(spec.Symbol{Instrument: "A", Endpoint: "fx"}), "symbols[0]", "endpoint that is not there"},
		"naming needs a pair":   {with(func(d *spec.Definition) { d.Naming = "{base}" }, spec.Symbol{Instrument: "A"}), "symbols[0]", "no slash"},
		"naming is wrong":       {with(func(d *spec.Definition) { d.Naming = "{symbol}" }, spec.Symbol{Instrument: "A"}), "naming", "cannot stand here"},
		"matching is wrong":     {with(func(d *spec.Definition) { d.Matching = "{" }, spec.Symbol{Instrument: "A"}), "matching", "not closed"},
		"the URL needs a value": {with(func(d *spec.Definition) { d.URL = "https://h/{with.id}" }, spec.Symbol{Instrument: "A"}), "symbols[0]", "with.id"},
		"groups apart": {
			with(func(d *spec.Definition) { d.URL, d.Naming = "https://h/{base}?s={symbols}", "{quote}" }, targets("EUR/USD")[0], spec.Symbol{Instrument: "GBP/USD"}),
			"", "",
		},
		"a request each": {with(func(d *spec.Definition) { d.URL, d.Matching = "https://h/{symbol}", "price" }, spec.Symbol{Instrument: "A"}, spec.Symbol{Instrument: "B"}), "", ""},
		"endpoints apart": {
			with(func(d *spec.Definition) { d.Endpoints = map[string]spec.Endpoint{"b": {URL: "https://h/{symbols}"}} },
				btc("A", ""), spec.Symbol{Instrument: "B", VendorSymbol: "bitcoin", Endpoint: "b"}),
			"", "",
		},
		"a stream may have several for one": {
			with(func(d *spec.Definition) { d.Stream.URL = "wss://h/" }, btc("A", ""), btc("B", "")), "", "",
		},
		"a stream, keys of two symbols": {
			with(func(d *spec.Definition) { d.Stream.URL = "wss://h/" }, btc("A", "x"), spec.Symbol{Instrument: "B", VendorSymbol: "ether", Key: "x"}),
			"symbols[1]", "the key of another",
		},
		"a stream tells by the key alone": {
			with(func(d *spec.Definition) {
				d.URL, d.Naming, d.Stream.URL = "https://h/{base}?s={symbols}", "{quote}", "wss://h/"
			},
				spec.Symbol{Instrument: "EUR/USD"}, spec.Symbol{Instrument: "GBP/USD"}),
			"symbols[1]", "the key of another",
		},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, problems := template.Resolve(c.d)
			if c.field == "" {
				assert.Empty(t, problems)

				return
			}

			require.Len(t, problems, 1)
			assert.Equal(t, c.field, problems[0].Field)
			assert.Contains(t, problems[0].Problem, c.why)
		})
	}
}

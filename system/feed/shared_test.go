package feed_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// fixings is a vendor with currencies, of which several instruments are made: a rate, its inverse, and the rate for a hundred.
func fixings(url string) feed.Definition {
	return feed.Definition{
		Endpoint: feed.Endpoint{URL: url, Parse: feed.Parse{Price: "p"}},
		Symbols: []feed.Symbol{
			{Instrument: "EUR/USD", VendorSymbol: "USD"},
			{Instrument: "EUR/JPY", VendorSymbol: "JPY"},
			{Instrument: "USD/EUR", VendorSymbol: "USD", Invert: true, Digits: 4},
			{Instrument: "EUR/USD.100", VendorSymbol: "USD", Scale: "100"},
		},
		Client: feed.ClientSettings{AllowPrivate: true},
	}
}

func prices(quotes []messages.Quote) string {
	var all []string

	for i := range quotes {
		if quotes[i].Usable() {
			all = append(all, string(quotes[i].Instrument)+"="+quotes[i].Price.Text())
		} else {
			all = append(all, string(quotes[i].Instrument)+": "+string(quotes[i].Outcome))
		}
	}

	return strings.Join(all, " ")
}

// One vendor symbol is asked for once, however many instruments are made of it, and whatever the requests look like.
func TestOneVendorSymbolForSeveralInstruments(t *testing.T) {
	t.Parallel()

	const (
		table = `{"USD":{"p":"1.25"},"JPY":{"p":"160"}}`
		list  = `{"rows":[{"s":"USD","p":1.25},{"s":"JPY","p":160}]}`
		one   = `{"p":"1.25"}`
		want  = "EUR/USD=1.25 EUR/JPY=160 USD/EUR=0.8 EUR/USD.100=125"
	)

	cases := map[string]struct {
		query, answer string
		change        func(d *feed.Definition)
		requests      []string
		want          string
	}{
		"all at once":   {"s={symbols}&k={keys}", table, nil, []string{"s=USD,JPY&k=USD,JPY"}, want},
		"none named":    {"", table, nil, []string{""}, want},
		"one each":      {"s={symbol}", one, nil, []string{"s=USD", "s=JPY"}, "EUR/USD=1.25 EUR/JPY=1.25 USD/EUR=0.8 EUR/USD.100=125"},
		"by instrument": {"i={instrument}", one, func(d *feed.Definition) { d.Symbols = d.Symbols[2:] }, []string{"i=USD%2FEUR", "i=EUR%2FUSD.100"}, "USD/EUR=0.8 EUR/USD.100=125"},
		"in batches": {
			"s={symbols}", table, func(d *feed.Definition) { d.Batch = 1 }, []string{"s=USD", "s=JPY"}, want,
		},
		"repeated": {
			"", table, func(d *feed.Definition) { d.Query = secrets("s", "{symbols|repeat}") }, []string{"s=USD&s=JPY"}, want,
		},
		"rows with keys": {
			"s={symbols}", list, func(d *feed.Definition) { d.Parse = feed.Parse{Rows: "rows", Key: "s", Price: "p"} }, []string{"s=USD,JPY"}, want,
		},
		"paths with the symbol": {
			"s={symbols}", table, func(d *feed.Definition) { d.Parse = feed.Parse{Price: "{symbol}.p"} }, []string{"s=USD,JPY"}, want,
		},
		"the tree": {
			"s={symbols}", table, func(d *feed.Definition) { d.Parse.Choose = "last" }, []string{"s=USD,JPY"}, want,
		},
		"the tree, and one symbol": {
			"s={symbols}", table, func(d *feed.Definition) { d.Parse.Choose, d.Symbols = "last", append(d.Symbols[:1:1], d.Symbols[2]) },
			[]string{"s=USD"},
			"EUR/USD=1.25 USD/EUR=0.8",
		},
		"a key around the one row": {
			"s={symbols}", `{"USD":{"p":"1.25"}}`, func(d *feed.Definition) { d.Symbols = append(d.Symbols[:1:1], d.Symbols[2]) },
			[]string{"s=USD"},
			"EUR/USD=1.25 USD/EUR=0.8",
		},
		"an expression": {
			"s={symbols}", table, func(d *feed.Definition) { d.Parse = feed.Parse{JQ: `to_entries[] | {key, price: .value.p}`} }, []string{"s=USD,JPY"}, want,
		},
		"an expression without keys": {
			"s={symbols}", one, func(d *feed.Definition) {
				d.Parse, d.Symbols = feed.Parse{JQ: `{price: .p}`}, append(d.Symbols[:1:1], d.Symbols[2])
			}, []string{"s=USD"}, "EUR/USD=1.25 USD/EUR=0.8",
		},
		"missing": {
			"s={symbols}", `{"JPY":{"p":160}}`, nil,
			[]string{"s=USD,JPY"},
			"EUR/USD: missing_symbol EUR/JPY=160 USD/EUR: missing_symbol EUR/USD.100: missing_symbol",
		},
		"twice": {
			"", `{"rows":[{"s":"USD","p":1.25},{"s":"USD","p":2},{"s":"JPY","p":160}]}`,
			func(d *feed.Definition) { d.Parse = feed.Parse{Rows: "rows", Key: "s", Price: "p"} },
			[]string{""},
			"EUR/USD: malformed EUR/JPY=160 USD/EUR: malformed EUR/USD.100: malformed",
		},
		"refused by a rule": {
			"s={symbols}", `{"JPY":{"p":160},"bad":"USD"}`, func(d *feed.Definition) {
				d.Errors = []spec.Rule{{When: ".bad", Outcome: "not_entitled", Scope: "symbol", Symbol: ".bad"}}
			}, []string{"s=USD,JPY"}, "EUR/USD: not_entitled EUR/JPY=160 USD/EUR: not_entitled EUR/USD.100: not_entitled",
		},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			url, asked := vendor(t, says(c.answer))
			d := fixings(url + "/q")

			if c.query != "" {
				d.URL += "?" + c.query
			}

			if c.change != nil {
				c.change(&d)
			}

			s := compiled(t, d)
			assert.Equal(t, len(c.requests), s.Cost(instruments(d)))

			quotes, err := all(t, s, d)
			require.NoError(t, err)
			assert.Equal(t, c.want, prices(quotes))

			var requests []string

			for _, line := range asked.asked() {
				_, query, _ := strings.Cut(line, "?")
				requests = append(requests, query)
			}

			assert.Equal(t, c.requests, requests)
		})
	}
}

// A budget that counts symbols counts each once, and so does the expression of a body.
func TestSharedSymbolsCostOnce(t *testing.T) {
	t.Parallel()

	url, asked := vendor(t, says(`{"USD":{"p":"1.25"},"JPY":{"p":"160"}}`))
	d := fixings(url)
	d.CreditsPer, d.Body = "symbol", `{symbols: $symbols, keys: $keys, n: ($instruments | length)}`
	s := compiled(t, d)
	assert.Equal(t, 2, s.Cost(instruments(d)))

	_, err := all(t, s, d)
	require.NoError(t, err)
	assert.Equal(t, []string{`POST / {"keys":["USD","JPY"],"n":4,"symbols":["USD","JPY"]}`}, asked.asked())
}

// Instruments that share an unknown symbol are found together, and left out together.
func TestSharedSymbolThatIsUnknown(t *testing.T) {
	t.Parallel()

	url, _ := vendor(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Query().Get("s"), "USD") {
			w.WriteHeader(http.StatusNotFound)
		}

		_, _ = w.Write([]byte(`{"JPY":{"p":"160"}}`))
	})
	d := fixings(url + "/q?s={symbols}")
	d.Errors = []spec.Rule{{Status: 404, Outcome: "unknown_symbol"}}
	s := compiled(t, d)

	for range 3 {
		_, _ = all(t, s, d) // by halves
	}

	quotes, err := all(t, s, d)
	require.NoError(t, err)
	assert.Equal(t, "EUR/USD: unknown_symbol EUR/JPY=160 USD/EUR: unknown_symbol EUR/USD.100: unknown_symbol", prices(quotes))
}

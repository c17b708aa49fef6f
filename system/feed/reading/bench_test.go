package reading_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/reading"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/internal/expr"
	"github.com/rollcall-go/rollcall/system/internal/tree"
)

// tickers is an answer with rows like a vendor's, and the definition that reads them.
func tickers(n int) (body []byte, d definition) {
	var b strings.Builder

	symbols := make([]string, n)

	b.WriteString(`{"status":"ok","data":[`)

	for i := range symbols {
		symbols[i] = "SYM" + strconv.Itoa(i)

		if i > 0 {
			b.WriteByte(',')
		}

		b.WriteString(`{"symbol":"` + symbols[i] + `","price":"185.20","bid":185.19,"ask":185.21,"volume":123456,"time":1795187045123}`)
	}

	b.WriteString(`]}`)

	d = keyed(symbols...)
	d.Parse = spec.Parse{Rows: "data", Key: "symbol", Price: "price", Bid: "bid", Ask: "ask", Time: "time", TimeFormat: "unix_ms"}

	return []byte(b.String()), d
}

// BenchmarkRead reads a poll's answer in one pass, by paths in a tree, and by an expression.
func BenchmarkRead(b *testing.B) {
	for _, n := range []int{3, 1000} {
		body, d := tickers(n)
		targets := reading.NewTargets(d.Symbols)
		quotes := make([]messages.Quote, n)
		ruled, asked := d, d
		ruled.Rules = []spec.Rule{{When: `.status == "error"`, Outcome: "unavailable"}}
		asked.Parse = spec.Parse{JQ: `.data[] | {key: .symbol, price, bid, ask, time}`, TimeFormat: "unix_ms"}

		for _, engine := range []struct {
			name string
			d    *definition
		}{{"direct", &d}, {"tree", &ruled}, {"jq", &asked}} {
			r := compiled(b, engine.d)

			b.Run(engine.name+"/"+strconv.Itoa(n), func(b *testing.B) {
				b.ReportAllocs()

				for b.Loop() {
					failure := r.Read(b.Context(), reading.Answer{Status: http.StatusOK, Body: body}, targets, quotes)
					if failure != nil || !quotes[n-1].Usable() {
						b.Fatal(failure, quotes[n-1])
					}
				}
			})
		}
	}
}

// BenchmarkMessage reads a stream's message: tree, rules, row, quote.
func BenchmarkMessage(b *testing.B) {
	message := []byte(`{"type":"ticker","sequence":91827364001,"product_id":"BTC-USD","price":"81234.56","best_bid":"81234.55","best_ask":"81234.57","time":"2026-11-20T15:04:05.123456Z"}`)
	rules := []spec.Rule{
		{When: `.type == "error" and (.message | test("rate limit"))`, Outcome: "rate_limited"},
		{When: `.type == "error"`, Outcome: "unknown_symbol"},
		{When: `.type == "notice" or .code == 402`, Outcome: "unavailable"},
	}
	d := keyed("BTC-USD", "ETH-EUR")
	paths := spec.Parse{Key: "product_id", Price: "price", Bid: "best_bid", Ask: "best_ask", Time: "time", Sequence: "sequence"}
	query := spec.Parse{JQ: `select(.type == "ticker") | {key: .product_id, price, bid: .best_bid, ask: .best_ask, time, seq: .sequence}`}
	targets := reading.NewTargets(d.Symbols)

	for name, parse := range map[string]spec.Parse{"paths": paths, "jq": query} {
		r := compiled(b, &definition{Parse: parse, Rules: rules})

		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()

			vars := &expr.Vars{Keys: []string{"BTC-USD", "ETH-EUR"}}

			for b.Loop() {
				document, err := tree.Parse(message, tree.Options{})
				require.NoError(b, err)

				match, err := r.Match(b.Context(), document, vars)
				if match != nil || err != nil {
					b.Fatal(match, err)
				}

				rows, err := r.Rows(b.Context(), document, vars)
				if err != nil || len(rows) != 1 {
					b.Fatal(rows, err)
				}

				at, _ := targets.Find(rows[0].Key)
				if q := r.Quote(targets.Symbol(at), rows[0]); !q.Usable() {
					b.Fatal(q)
				}
			}
		})
	}
}

package reading_test

import (
	"net/http"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/reading"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/internal/expr"
	"github.com/rollcall-go/rollcall/system/internal/tree"
)

// shapes are definitions of every layout, for one instrument and for two.
func shapes() []definition {
	parses := []spec.Parse{
		{Price: "p", Bid: "b", Ask: "a", Time: "t", Error: "error"},
		{Rows: "data", Key: "s", Bid: "b", Ask: "a", Time: "t", TimeFormat: "unix_ms"},
		{Rows: "data[0]", Key: "[0]", Price: "[1]", Time: "[2]", TimeFormat: "unix"},
		{Price: "rates.{symbol}.p", Time: "t", Error: "error.text"},
		{Rows: "{symbol}.trades", Price: "p", Scale: "0.01", Invert: true},
		{Price: "p", Key: "s", Error: "error", Mid: "m", Sequence: "n", Currency: "c", Numbers: spec.Numbers{Decimal: ",", Group: ".", Zero: "missing"}},
		{Price: "[6]", Time: "[1]", TimeFormat: "unix_ns"},
	}

	definitions := make([]definition, 0, 2*len(parses))

	for _, parse := range parses {
		for _, symbols := range [][]string{{"X"}, {"X", "A/B"}} {
			d := keyed(symbols...)
			d.Parse = parse
			definitions = append(definitions, d)
		}
	}

	return definitions
}

// FuzzDecode reads any bytes with every layout: no panic, every failure is a clean one, every usable price is positive, and both engines agree.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		good, `{"data":[{"s":"X","b":1,"a":2,"t":1795187045123}]}`, `{"data":[[["X",1.5,1795187045]]]}`, `{"rates":{"X":{"p":1}},"t":"2026-11-20T15:04:05Z"}`,
		`{"X":{"trades":[{"p":1}]},"A\/B":{"trades":{"p":"2"}}}`, `[1,1795187045000000000,3,4,5,6,7]`, `{"error":["x",{"y":[1]}]}`, `[`, `{"a":1,"A":2}`, "\xef\xbb\xbf{}",
		`[{"s":"X","p":"1.234,5","m":0,"n":7,"c":"USD"}]`, `{"p":1,"X":{"p":2}}`, `{"X":7,"p":1}`,
	} {
		f.Add([]byte(seed))
	}

	definitions := shapes()

	f.Fuzz(func(t *testing.T, body []byte) {
		for _, d := range definitions {
			quotes, err := newDecoder(t, d).Decode(body)
			if err != nil {
				require.Equal(t, messages.OutcomeMalformed, outcomeOf(t, err))
			}

			for i := range quotes {
				checkQuote(t, &quotes[i])
			}
		}
	})
}

func checkQuote(t *testing.T, q *messages.Quote) {
	t.Helper()

	require.True(t, q.Outcome.Valid())
	require.LessOrEqual(t, len(q.Detail), messages.MaxDetail)
	require.True(t, utf8.ValidString(q.Detail))
	require.Equal(t, q.Outcome == messages.OutcomeOK, q.Usable(), "%+v", q)

	if q.Usable() {
		require.Positive(t, q.Price.Decimal().Sign())

		again, err := messages.ParsePrice(q.Price.Text())
		require.NoError(t, err)
		require.Equal(t, q.Price, again)
	}
}

// FuzzRead reads any bytes in any format with expressions and rules, as a poll and as a message.
func FuzzRead(f *testing.F) {
	formats := []string{"json", "ndjson", "csv", "xml", "text"}
	for i, seed := range []string{
		`{"key":"X","price":1.5,"time":1795187045,"error":null}`, "{\"key\":\"X\",\"price\":1}\n{\"key\":\"A/B\"}\n", "key,price\nX,1.5\nA/B,N/D\n",
		`<a><b key="X" price="1.5"/><b key="A/B"/></a>`, "1.5", `{"error":"busy","code":7}`, `[{"key":"X","price":1,"flags":["mid",7]},{"error":{"outcome":"auth"}}]`,
	} {
		f.Add(uint8(i), 200, []byte(seed))
		f.Add(uint8(i), 500, []byte(seed))
	}

	rules := []spec.Rule{
		{When: `.error == "busy"`, Outcome: "unavailable", Retry: "next_minute"},
		{When: `.code == 7`, Outcome: "unknown_symbol", Scope: "symbol", Symbol: `.key`},
		{Text: "limit", Outcome: "rate_limited", Detail: `.error`},
		{Status: 500, Outcome: "unavailable"},
	}
	targets := reading.NewTargets(keyed("X", "A/B").Symbols)

	readers := make([]*reading.Reader, len(formats))

	for i, format := range formats {
		r, problems := reading.Compile(spec.Parse{
			Format: format, TimeFormat: "unix", Choose: "newest",
			JQ: `.. | if type == "object" then (if .attr then .attr else . end) elif type == "string" then {key: "X", price: .} else empty end`,
		}, rules, reading.NewVeil("hunter2-secret"))
		require.Empty(f, problems)

		readers[i] = r
	}

	f.Fuzz(func(t *testing.T, which uint8, status int, body []byte) {
		r := readers[int(which)%len(readers)]
		quotes := make([]messages.Quote, targets.Len())
		answer := reading.Answer{Status: status, Header: http.Header{}, Body: body}

		for _, failure := range []*messages.Failure{r.Read(t.Context(), answer, targets, quotes), r.Refused(t.Context(), answer)} {
			if failure != nil {
				require.True(t, failure.Outcome.Valid())
				require.LessOrEqual(t, len(failure.Detail), messages.MaxDetail)
				require.NotContains(t, failure.Detail, "hunter2")
			}
		}

		document, err := tree.Parse(body, tree.Options{Format: formats[int(which)%len(formats)]})
		if err != nil {
			return
		}

		vars := &expr.Vars{Keys: []string{"X", "A/B"}, Text: string(body)}
		_, _ = r.Match(t.Context(), document, vars)

		rows, err := r.Rows(t.Context(), document, vars)
		if err != nil {
			return
		}

		for _, row := range rows {
			q := r.Quote(targets.Symbol(0), row)
			checkQuote(t, &q)
		}
	})
}

// FuzzPath reads any text as a path; where it is one, both engines follow it to the same place.
func FuzzPath(f *testing.F) {
	for _, seed := range []string{"a.b[0]", `["a.b"].c`, "rates.{symbol}", "[", `["\u0041"]`, "a..b"} {
		f.Add(seed)
	}

	f.Fuzz(func(t *testing.T, text string) {
		d := keyed("X")
		d.Parse = spec.Parse{Price: "p", Rows: text}

		if _, problems := reading.Compile(d.Parse, nil, reading.Veil{}); len(problems) > 0 {
			require.Equal(t, "parse.rows", problems[0].Field)
			require.True(t, utf8.ValidString(problems[0].Problem))

			return
		}

		_, _ = newDecoder(t, d).Decode([]byte(good))
	})
}

package reading_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/reading"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/internal/expr"
)

func TestRetries(t *testing.T) {
	t.Parallel()

	for retry, want := range map[string]time.Duration{
		"": 0, "90s": 90 * time.Second, "reconnect": 0, "never": -1,
		"next_minute": 5 * time.Second, "next_hour": 25*time.Minute + 5*time.Second, "next_day": 9*time.Hour + 25*time.Minute + 5*time.Second,
		"next_month": 81*time.Hour + 25*time.Minute + 5*time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(time.Date(2000, 2, 26, 14, 34, 55, 0, time.UTC)))

			d := definition{Parse: spec.Parse{Price: "p"}, Rules: []spec.Rule{{Status: 503, Outcome: "unavailable", Retry: retry}}}
			failure := compiled(t, &d).Refused(t.Context(), reading.Answer{Status: http.StatusServiceUnavailable})
			require.NotNil(t, failure)

			if want < 0 {
				assert.True(t, failure.Final)
				assert.Zero(t, failure.RetryAfter)
			} else {
				assert.False(t, failure.Final)
				assert.Equal(t, want, failure.RetryAfter, retry)
			}
		})
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		name   string
		rule   spec.Rule
		status int
		body   string
		fits   bool
	}{
		{"status", spec.Rule{Status: 403}, 403, "", true},
		{"another status", spec.Rule{Status: 403}, 401, "", false},
		{"text", spec.Rule{Text: "Daily Limit"}, 500, "<b>your DAILY limit</b>", true},
		{"no such text", spec.Rule{Text: "daily limit"}, 500, "daily  limit", false},
		{"longer than the answer", spec.Rule{Text: "daily limit"}, 500, "daily", false},
		{"status and text", spec.Rule{Status: 403, Text: "quota"}, 403, `{"error":"Quota"}`, true},
		{"status without text", spec.Rule{Status: 403, Text: "quota"}, 403, `{"error":"plan"}`, false},
		{"expression", spec.Rule{When: `.code == 7`}, 400, `{"code":7}`, true},
		{"expression over another shape", spec.Rule{When: `.code.x == 7`}, 400, `{"code":7}`, false},
		{"expression over no JSON", spec.Rule{When: `.code == 7`}, 400, `<html>`, false},
		{"status variable", spec.Rule{When: `$status >= 500`}, 502, ``, true},
		{"text variable", spec.Rule{When: `$text | test("busy"; "i")`}, 502, `BUSY`, true},
		{"header", spec.Rule{When: `$headers["x-reason"] == "plan"`}, 403, ``, true},
		{"secrets are not there", spec.Rule{When: `$secret == {}`}, 403, ``, true},
		{"endless", spec.Rule{When: `def f: f; f`}, 403, ``, false},
	} {
		c.rule.Outcome = "not_entitled"
		d := definition{Parse: spec.Parse{Price: "p"}, Rules: []spec.Rule{c.rule}}
		answer := reading.Answer{Status: c.status, Header: http.Header{"X-Reason": {"plan"}}, Body: []byte(c.body)}
		assert.Equal(t, c.fits, compiled(t, &d).Refused(t.Context(), answer) != nil, c.name)
	}
}

func TestDetails(t *testing.T) {
	t.Parallel()

	long := strings.Repeat("x", 10_000)

	for _, c := range []struct{ detail, body, want string }{
		{"", `{"message":"no"}`, `{"message":"no"}`}, // too short to be words
		{"", `{"status":"error","code":3,"msg":"Bad key"}`, "Bad key"},
		{"", `{"error":{"code":1,"info":"Bad key"}}`, "Bad key"},
		{"", `{"errors":["Bad key","Bad name"]}`, "Bad key: Bad name"},
		{"", `{"Error Message":"Bad call"}`, "Bad call"},
		{"", `[{"msg":"auth failed"}]`, "auth failed"},
		{"", `{"message":"Failed","reason":"X is not a product"}`, "X is not a product"},
		{"", `{"error":true}`, `{"error":true}`},
		{"", `plain text`, "plain text"},
		{"", ``, ""},
		{"", `{"message":"your key hunter2-secret is bad"}`, "your key *** is bad"},
		{"", `key hunter2-secret` + "\r\n\x1b[31m", "key *** [31m"}, // P17
		{`.code | tostring`, `{"code":7,"message":"Bad key"}`, "7"},
		{`{code}`, `{"code":7,"message":"Bad key"}`, `{"code":7}`},
		{`.nothing`, `{"code":7,"message":"Bad key"}`, "Bad key"},
		{`"key: " + .key`, `{"key":"hunter2-secret"}`, "key: ***"},
		{`.a.b`, `{"a":1,"message":"Bad key"}`, "Bad key"},
		{"", `{"message":"` + long + `"}`, long[:253] + "…"},
		{"", long, long[:253] + "…"},
	} {
		d := definition{Parse: spec.Parse{Price: "p"}, Rules: []spec.Rule{{Status: 400, Outcome: "bad_request", Detail: c.detail}}}
		failure := compiled(t, &d).Refused(t.Context(), reading.Answer{Status: http.StatusBadRequest, Body: []byte(c.body)})
		require.NotNil(t, failure)

		want := strings.ReplaceAll(c.want, "***", maskOf(t))
		assert.Equal(t, want, failure.Detail, c.body[:min(len(c.body), 60)])
	}
}

// maskOf returns what stands in place of a secret.
func maskOf(t *testing.T) string {
	t.Helper()

	return reading.NewVeil("abcdef").Mask("abcdef")
}

// The first rule that fits counts; a warning ends the search.
func TestTheFirstRuleCounts(t *testing.T) {
	t.Parallel()

	d := keyed("X", "Y")
	d.Rules = []spec.Rule{
		{When: `.warn`, Outcome: "ok"},
		{When: `.bad`, Outcome: "unknown_symbol", Scope: "symbol", Symbol: `.bad[]`},
		{When: `.bad`, Outcome: "not_entitled", Scope: "symbol"},
		{When: `.error`, Outcome: "unavailable"},
		{When: `.error`, Outcome: "auth"},
	}

	for body, want := range map[string]string{
		`{"X":{"p":1},"Y":{"p":2}}`:                          "ok ok",
		`{"warn":true,"error":"x","X":{"p":1},"Y":{"p":2}}`:  "ok ok",
		`{"bad":["Y"],"X":{"p":1},"Y":{"p":2}}`:              "not_entitled unknown_symbol",
		`{"bad":[],"X":{"p":1},"Y":{"p":2}}`:                 "not_entitled not_entitled",
		`{"bad":["Z"],"error":"busy","X":{"p":1}}`:           "unavailable",
		`{"error":"busy"}`:                                   "unavailable",
		`{"bad":["Y"],"warn":1}`:                             "missing_symbol missing_symbol",
		`{"error":null,"bad":null,"X":{"p":1},"Y":{"p":-2}}`: "ok invalid_price",
	} {
		quotes, err := newDecoder(t, d).Decode([]byte(body))

		var got string
		if err != nil {
			got = string(outcomeOf(t, err))
		} else {
			got = string(quotes[0].Outcome) + " " + string(quotes[1].Outcome)
		}

		assert.Equal(t, want, got, body)
	}
}

func TestRowsChosen(t *testing.T) {
	t.Parallel()

	const body = `[{"s":"X","p":1,"t":1795187045,"n":7},{"s":"X","p":2,"t":1795187047,"n":5},{"s":"Y","p":9,"t":1795187045,"n":1},{"s":"X","p":3,"t":1795187046,"n":6}]`

	for choose, want := range map[string]string{"first": "1", "last": "3", "newest": "2", "sequence": "1"} {
		d := keyed("X", "Y")
		d.Parse = spec.Parse{Key: "s", Price: "p", Time: "t", TimeFormat: "unix", Sequence: "n", Choose: choose}

		quotes, err := newDecoder(t, d).Decode([]byte(body))
		require.NoError(t, err)
		assert.Equal(t, want, quotes[0].Price.Text(), choose)
		assert.Equal(t, "9", quotes[1].Price.Text())
	}
}

// A row may carry its own error, and what an expression gives may be anything.
func TestRowsOfExpressions(t *testing.T) {
	t.Parallel()

	for jq, want := range map[string]string{
		`{price: 1}`: "ok",
		`{price: "1", flags: ["not_tradeable", null]}`:       "ok",
		`{price: 1, flags: "day"}`:                           "ok",
		`{price: 1, flags: ["nonsense"]}`:                    "malformed",
		`{price: 1, flags: 7}`:                               "malformed",
		`{key: "X", price: 1}`:                               "ok",
		`{key: "Y", price: 1}`:                               "missing_symbol",
		`{error: "auth"}`:                                    "auth",
		`{error: "no such thing"}`:                           "malformed",
		`{error: {outcome: "not_entitled", detail: "plan"}}`: "not_entitled",
		`{error: {code: 7}}`:                                 "malformed",
		`{error: ["a", 7]}`:                                  "malformed",
		`{error: true}`:                                      "malformed",
		`{price: 1, error: false}`:                           "ok",
		`{price: 1, error: ""}`:                              "ok",
		`{price: 1, error: null}`:                            "ok",
		`{price: null}`:                                      "missing_symbol",
		`{price: null, bid: 1, ask: 2}`:                      "ok",
		`{price: "", bid: 1, ask: 2}`:                        "ok",
		`{price: [1]}`:                                       "invalid_price",
		`{price: (1/3)}`:                                     "ok",
		`null?`:                                              "missing_symbol",
		`empty?`:                                             "missing_symbol",
		`{price: 1}, {price: 2}`:                             "malformed",
		`"text"`:                                             "failure malformed",
		`.a.b.c`:                                             "failure malformed",
		`error("x")`:                                         "failure malformed",
		`def f: f; f`:                                        "failure malformed",
		`{price: infinite}`:                                  "invalid_price",
		`{price: nan}`:                                       "invalid_price",
		`{price: 1e400}`:                                     "invalid_price",
		`{price: (.[0].p), time: "x"}`:                       "invalid_time",
		`{price: $instruments[0].with.price, size: $status}`:     "ok",
		`{price: ($headers["x-price"])}`:                         "ok",
		`{price: (if $text | test("\"p\"") then 5 else 6 end)}`:  "ok",
		`{price: 1, currency: $symbols[0], unit: $keys[0]}`:      "ok",
		`{price: ("9" * 1000000)}`:                               "invalid_price",
		`{key: ("k" * 1000000), price: 1}`:                       "missing_symbol",
		`{price: 1, seq: 9007199254740993, volume: 12345678.90}`: "ok",
	} {
		r, problems := reading.Compile(spec.Parse{JQ: jq}, nil, reading.Veil{})
		require.Empty(t, problems, jq)

		quotes := make([]messages.Quote, 1)
		targets := reading.NewTargets([]spec.Symbol{{Instrument: "X", VendorSymbol: "x", Key: "X", With: map[string]string{"price": "1.50"}}})
		answer := reading.Answer{Status: http.StatusOK, Header: http.Header{"X-Price": {"7"}}, Body: []byte(`[{"p":1}]`)}

		var got string
		if failure := r.Read(t.Context(), answer, targets, quotes); failure != nil {
			got = "failure " + string(failure.Outcome)
		} else {
			got = string(quotes[0].Outcome)
		}

		assert.Equal(t, want, got, "%s: %s", jq, quotes[0].Detail)
	}
}

func TestMistakesInDefinitions(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		field string
		parse spec.Parse
		rules []spec.Rule
	}{
		{"parse.price", spec.Parse{}, nil},
		{"parse.price", spec.Parse{Bid: "b"}, nil},
		{"parse.price", spec.Parse{Price: "a..b"}, nil},
		{"parse.volume", spec.Parse{Price: "p", Volume: "["}, nil},
		{"parse.jq", spec.Parse{JQ: ".a |"}, nil},
		{"parse.jq", spec.Parse{JQ: "$nosuch"}, nil},
		{"parse.jq", spec.Parse{JQ: "empty"}, nil},
		{"parse.price", spec.Parse{JQ: ".", Price: "p"}, nil},
		{"parse.rows", spec.Parse{JQ: ".", Rows: "p"}, nil},
		{"parse.format", spec.Parse{Price: "p", Format: "yaml"}, nil},
		{"parse.format", spec.Parse{Price: "p", Format: "text"}, nil},
		{"parse.charset", spec.Parse{Price: "p", Charset: "klingon"}, nil},
		{"parse.csv", spec.Parse{Price: "p", CSV: spec.CSV{Separator: ";"}}, nil},
		{"parse.csv.separator", spec.Parse{Price: "p", Format: "csv", CSV: spec.CSV{Separator: ";;"}}, nil},
		{"parse.csv.separator", spec.Parse{Price: "p", Format: "csv", CSV: spec.CSV{Separator: "\n"}}, nil},
		{"parse.csv.comment", spec.Parse{Price: "p", Format: "csv", CSV: spec.CSV{Comment: ","}}, nil},
		{"parse.csv.skip", spec.Parse{Price: "p", Format: "csv", CSV: spec.CSV{Skip: -1}}, nil},
		{"parse.time_format", spec.Parse{Price: "p", TimeFormat: "unix"}, nil},
		{"parse.numbers.decimal", spec.Parse{Price: "p", Numbers: spec.Numbers{Decimal: "ab"}}, nil},
		{"parse.numbers.decimal", spec.Parse{Price: "p", Numbers: spec.Numbers{Decimal: "1"}}, nil},
		{"parse.numbers.group", spec.Parse{Price: "p", Numbers: spec.Numbers{Group: "."}}, nil},
		{"parse.numbers.group", spec.Parse{Price: "p", Numbers: spec.Numbers{Group: ",", Decimal: ","}}, nil},
		{"parse.numbers.zero", spec.Parse{Price: "p", Numbers: spec.Numbers{Zero: "none"}}, nil},
		{"parse.scale", spec.Parse{Price: "p", Scale: "-1"}, nil},
		{"parse.scale", spec.Parse{Price: "p", Scale: "x"}, nil},
		{"parse.digits", spec.Parse{Price: "p", Digits: 99}, nil},
		{"parse.choose", spec.Parse{Price: "p", Choose: "best"}, nil},
		{"parse.choose", spec.Parse{Price: "p", Choose: "newest"}, nil},
		{"parse.choose", spec.Parse{Price: "p", Choose: "sequence"}, nil},
		{"parse.rows", spec.Parse{Rows: "{symbol}", Price: "{symbol}.p"}, nil},
		{"parse.key", spec.Parse{Key: "s", Price: "{symbol}.p"}, nil},
		{"parse.error", spec.Parse{Price: "p", Error: "{symbol}"}, nil},
		{"errors[0]", spec.Parse{Price: "p"}, []spec.Rule{{Outcome: "auth"}}},
		{"errors[1].when", spec.Parse{Price: "p"}, []spec.Rule{{Status: 400, Outcome: "auth"}, {When: ".a ==", Outcome: "auth"}}},
		{"errors[0].when", spec.Parse{Price: "p"}, []spec.Rule{{When: "false", Outcome: "auth"}}},
		{"errors[0].detail", spec.Parse{Price: "p"}, []spec.Rule{{Status: 400, Outcome: "auth", Detail: "["}}},
		{"errors[0].outcome", spec.Parse{Price: "p"}, []spec.Rule{{Status: 400, Outcome: "oops"}}},
		{"errors[0].scope", spec.Parse{Price: "p"}, []spec.Rule{{Status: 400, Outcome: "auth", Scope: "world"}}},
		{"errors[0].symbol", spec.Parse{Price: "p"}, []spec.Rule{{Status: 400, Outcome: "auth", Symbol: "."}}},
		{"errors[0].retry", spec.Parse{Price: "p"}, []spec.Rule{{Status: 400, Outcome: "auth", Retry: "soon"}}},
		{"errors[0].retry", spec.Parse{Price: "p"}, []spec.Rule{{Status: 400, Outcome: "auth", Retry: "-1s"}}},
		{"errors[0].status", spec.Parse{Price: "p"}, []spec.Rule{{Status: 7, Outcome: "auth"}}},
	} {
		r, problems := reading.Compile(c.parse, c.rules, reading.Veil{})
		require.Nil(t, r)
		require.NotEmpty(t, problems, "%+v", c)
		assert.Equal(t, c.field, problems[0].Field, problems[0].Error())
		assert.NotEmpty(t, problems[0].Problem)
	}
}

// Rows of messages that say nothing about a price are counted, not read.
func TestCount(t *testing.T) {
	t.Parallel()

	d := keyed("X")
	d.Parse = spec.Parse{Rows: "rows", Key: "s", Price: "p"}
	r := compiled(t, &d)
	document := map[string]any{"rows": []any{map[string]any{"s": "X", "p": "1"}, map[string]any{"s": "Y"}, map[string]any{"x": nil}}}

	rows, err := r.Rows(t.Context(), document, &expr.Vars{})
	require.NoError(t, err)
	assert.Len(t, rows, 1)
	assert.Equal(t, "1", rows[0].Price.Text())

	count, err := r.Count(t.Context(), document, nil)
	require.NoError(t, err)
	assert.Equal(t, 2, count)
}

func TestVeil(t *testing.T) {
	t.Parallel()

	mask := maskOf(t)
	veil := reading.NewVeil("Bearer hunter2hunter2", "hunter2hunter2-longer", "abc", "")
	assert.Equal(t, "a "+mask+" b "+mask+" c abc", veil.Mask("a hunter2hunter2 b hunter2hunter2-longer c abc"))
	assert.Equal(t, "x", reading.Veil{}.Mask("x"))
	assert.Equal(t, "x y", reading.Veil{}.Clean("x\ny"))
}

// P05: a stream's message may leave out the last price, or say null; bid and ask are news all the same.
func TestStreamsMayLeaveThePriceOut(t *testing.T) {
	t.Parallel()

	r, problems := reading.Compile(spec.Parse{Key: "s", Price: "p", Bid: "b", Ask: "a"}, nil, reading.Veil{})
	require.Empty(t, problems)

	rows, err := r.Rows(t.Context(), map[string]any{"s": "X", "p": nil, "b": json.Number("1"), "a": json.Number("2")}, &expr.Vars{})
	require.NoError(t, err)
	require.Len(t, rows, 1)

	q := r.Quote(spec.Symbol{Instrument: "X", Key: "X"}, rows[0])
	assert.Equal(t, "1.5", q.Price.Text())
	assert.Equal(t, messages.FlagMid, q.Flags&messages.FlagMid)
}

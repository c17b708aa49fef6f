package reading_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

func outcomeOf(t *testing.T, err error) messages.Outcome {
	t.Helper()

	var failure *messages.Failure

	require.ErrorAs(t, err, &failure)
	assert.LessOrEqual(t, len(failure.Detail), messages.MaxDetail)
	assert.NotEmpty(t, failure.Detail)

	return failure.Outcome
}

func TestShapesOfAnswers(t *testing.T) {
	t.Parallel()

	cases := []struct {
		name  string
		parse spec.Parse
		body  string
	}{
		{
			"rows keyed by symbol",
			spec.Parse{Price: "c[0]", Rows: "result"},
			`{"error":[],"result":{"A/B":{"c":["1.50","9"]},"X":{"c":["2.0","1"]},"other":{"c":["7"]}}}`,
		},
		{
			"rows in an array",
			spec.Parse{Rows: "data.rows", Key: "sym", Price: "last"},
			`{"data":{"rows":[{"last":2.0,"sym":"X"},{"sym":"other","last":3},{"sym":"A/B","last":1.50}]}}`,
		},
		{"rows as tuples", spec.Parse{Key: "[0]", Price: "[1]"}, `[["X",2.0],["A/B","1.50"]]`},
		{
			"rows in an object with their own symbol",
			spec.Parse{Key: "sym", Price: "last"},
			`{"0":{"sym":"X","last":2.0},"1":{"sym":"A/B","last":"1.50"}}`,
		},
		{"one row for all", spec.Parse{Price: "rates.{symbol}"}, `{"base":"EUR","rates":{"X":2.0,"A/B":1.50,"Z":3}}`},
		{"one row for all, nested", spec.Parse{Rows: "d[1]", Price: "{symbol}.last"}, `{"d":[0,{"X":{"last":2.0},"A/B":{"last":1.50}}]}`},
		{"symbol in the rows' path", spec.Parse{Rows: "{symbol}.trades", Price: "p"}, `{"X":{"trades":[{"p":2.0}]},"A/B":{"trades":{"p":"1.50"}}}`},
		{"escaped key", spec.Parse{Price: `["last price"]`}, `{"A\/B":{"last price":"1.50"},"\u0058":{"last price":"2.0"}}`},
		{"middle of bid and ask", spec.Parse{Bid: "b", Ask: "a"}, `{"X":{"b":1.9,"a":2.1},"A/B":{"b":"1.50","a":"1.50"}}`},
	}

	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()

			d := keyed("A/B", "X")
			d.Parse = c.parse

			quotes, err := newDecoder(t, d).Decode([]byte(c.body))
			require.NoError(t, err)
			require.Len(t, quotes, 2)

			for i, want := range []string{"1.5", "2"} {
				assert.Equal(t, messages.OutcomeOK, quotes[i].Outcome, quotes[i].Detail)
				assert.Equal(t, want, quotes[i].Price.Decimal().String())
			}
		})
	}
}

func TestOneSymbolPerRequest(t *testing.T) {
	t.Parallel()

	d := keyed("X")
	d.Parse = spec.Parse{Price: "c", Time: "t", TimeFormat: "unix"}
	decoder := newDecoder(t, d)

	for _, body := range []string{`{"c":185.20,"t":1795187045}`, `[{"t":1795187045,"c":185.20}]`} {
		quotes, err := decoder.Decode([]byte(body))
		require.NoError(t, err)
		assert.Equal(t, "185.20", quotes[0].Price.Text())
		assert.Equal(t, time.Unix(1795187045, 0).UTC(), quotes[0].VendorTime)
	}

	quotes, err := decoder.Decode([]byte(`[{"c":1,"t":1795187045},{"c":2,"t":1795187045}]`))
	require.NoError(t, err)
	assert.Equal(t, messages.OutcomeMalformed, quotes[0].Outcome, "two rows for one symbol")

	d.Parse = spec.Parse{Key: "s", Price: "p"}
	quotes, err = newDecoder(t, d).Decode([]byte(`{"s":"Y","p":1}`))
	require.NoError(t, err)
	assert.Equal(t, messages.OutcomeMissingSymbol, quotes[0].Outcome, "the row is another symbol's")
}

// Vendors drop the array around a single row.
func TestASingleRowOfSeveral(t *testing.T) {
	t.Parallel()

	for _, format := range []string{"json", "ndjson"} { // in one pass, and as a tree
		d := keyed("X", "bid", "sym")
		d.Parse = spec.Parse{Format: format, Rows: "q", Key: "sym", Price: "last.p", Bid: "bid"}

		if format == "ndjson" {
			d.Parse.Rows = "[0].q"
		}

		decoder := newDecoder(t, d)

		quotes, err := decoder.Decode([]byte(`{"q":{"last":{"p":2.0},"sym":"X","bid":1.9,"more":{"sym":"no","last":{"p":7}}}}`))
		require.NoError(t, err)
		assert.Equal(t, "2.0", quotes[0].Price.Text(), format)
		assert.Equal(t, messages.OutcomeMissingSymbol, quotes[1].Outcome)

		quotes, err = decoder.Decode([]byte(`{"q":{"X":{"sym":"X","last":{"p":2}},"bid":{"sym":"bid","last":{"p":3}},"sym":{"sym":"sym","last":{"p":4}}}}`))
		require.NoError(t, err)

		for i, want := range []string{"2", "3", "4"} {
			assert.Equal(t, want, quotes[i].Price.Text(), "rows behind names that are also fields: %s", format)
		}
	}
}

// P01, P02, P03, P04: answers that are no answers.
func TestUnreadableAnswersAreMalformed(t *testing.T) {
	t.Parallel()

	d := keyed("X")
	d.Parse.Error = "error"

	cases := map[string]string{
		"html":               "<html><body>Gateway</body></html>",
		"html as json text":  `"<html></html>"`,
		"error inside 200":   `{"error":"unknown key"}`,
		"error list":         `{"error":["EService:Busy"],"X":{"p":1}}`,
		"error object":       `{"error":{"code":7}}`,
		"empty":              "",
		"blank":              " \n",
		"null":               "null",
		"scalar":             "42",
		"array without key":  `[{"p":1},{"p":2}]x`,
		"random bytes":       "\x01\xfe\x80abc",
		"UTF-16":             "\xff\xfe{\x00}\x00",
		"trailing data":      `{"X":{"p":1}} x`,
		"two documents":      `{"X":{"p":1}}{"X":{"p":2}}`,
		"cut":                `{"X":{"p":1`,
		"invalid UTF-8 key":  "{\"X\xff\":{\"p\":1}}",
		"duplicate key":      `{"X":{"p":1},"X":{"p":2}}`,
		"duplicate inside":   `{"X":{"p":1,"p":2}}`,
		"case variant":       `{"X":{"p":1,"P":2}}`,
		"escaped duplicate":  `{"X":{"p":1,"\u0070":2}}`,
		"Kelvin sign":        "{\"k\":1,\"\u212a\":2}",
		"duplicate unasked":  `{"X":{"p":1},"Y":{"z":{"a":1,"a":2}}}`,
		"NaN":                `{"X":{"p":NaN}}`,
		"Infinity":           `{"X":{"p":Infinity}}`,
		"plus sign":          `{"X":{"p":+1}}`,
		"leading zero":       `{"X":{"p":0185.2}}`,
		"17 levels":          `{"Y":` + strings.Repeat("[", 16) + strings.Repeat("]", 16) + `}`,
		"9999 levels":        strings.Repeat("[", 9999) + strings.Repeat("]", 9999),
		"a million levels":   strings.Repeat("[", 1_000_000),
		"200000 objects":     strings.Repeat(`{"a":`, 200_000),
		"levels in a row":    `{"X":` + strings.Repeat(`{"p":`, 30) + "1" + strings.Repeat("}", 31),
		"lone surrogate key": `{"\ud800":1}`,
	}

	for name, body := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			begun := time.Now()
			_, err := newDecoder(t, d).Decode([]byte(body))
			assert.Equal(t, messages.OutcomeMalformed, outcomeOf(t, err), body[:min(len(body), 100)])
			assert.Less(t, time.Since(begun), 2*time.Second)
		})
	}
}

// P01, P05, P06, P09, P15, P16: symbols without a usable price.
func TestSymbolsWithoutAPrice(t *testing.T) {
	t.Parallel()

	d := keyed("X", "OK")
	d.Parse = spec.Parse{Price: "p", Bid: "b", Ask: "a"}

	cases := map[string]struct {
		row  string
		want messages.Outcome
	}{
		"zero":              {`{"p":0}`, messages.OutcomeInvalidPrice},
		"minus zero":        {`{"p":-0}`, messages.OutcomeInvalidPrice},
		"negative":          {`{"p":-1.5}`, messages.OutcomeInvalidPrice},
		"underflow":         {`{"p":1e-400}`, messages.OutcomeInvalidPrice},
		"overflow":          {`{"p":1e400}`, messages.OutcomeInvalidPrice},
		"denormal":          {`{"p":5e-324}`, messages.OutcomeInvalidPrice},
		"largest double":    {`{"p":1.7e308}`, messages.OutcomeInvalidPrice},
		"null":              {`{"p":null}`, messages.OutcomeInvalidPrice},
		"true":              {`{"p":true}`, messages.OutcomeInvalidPrice},
		"object":            {`{"p":{"v":1}}`, messages.OutcomeInvalidPrice},
		"million digits":    {`{"p":` + strings.Repeat("9", 1_000_000) + `}`, messages.OutcomeInvalidPrice},
		"million in text":   {`{"p":"` + strings.Repeat("9", 1_000_000) + `"}`, messages.OutcomeInvalidPrice},
		"decimal comma":     {`{"p":"185,20"}`, messages.OutcomeInvalidPrice},
		"thousands space":   {`{"p":"18 520"}`, messages.OutcomeInvalidPrice},
		"thousands comma":   {`{"p":"18,520.00"}`, messages.OutcomeInvalidPrice},
		"padded":            {`{"p":" 185.20 "}`, messages.OutcomeInvalidPrice},
		"empty text":        {`{"p":""}`, messages.OutcomeInvalidPrice},
		"word":              {`{"p":"N/A"}`, messages.OutcomeInvalidPrice},
		"NaN in text":       {`{"p":"NaN"}`, messages.OutcomeInvalidPrice},
		"leading zero text": {`{"p":"0185.2"}`, messages.OutcomeInvalidPrice},
		"hexadecimal text":  {`{"p":"0x10"}`, messages.OutcomeInvalidPrice},
		"crossed":           {`{"p":1,"b":2,"a":1}`, messages.OutcomeInvalidPrice},
		"unreadable bid":    {`{"p":1,"b":"x"}`, messages.OutcomeInvalidPrice},
		"no price":          {`{"b":1}`, messages.OutcomeMissingSymbol},
		"no row":            {`null`, messages.OutcomeMissingSymbol},
		"scalar row":        {`185.20`, messages.OutcomeMissingSymbol},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			quotes, err := newDecoder(t, d).Decode([]byte(`{"X":` + c.row + `,"OK":{"p":1.0,"b":null}}`))
			require.NoError(t, err)
			assert.Equal(t, c.want, quotes[0].Outcome, quotes[0].Detail)
			assert.True(t, quotes[0].Price.IsZero())
			assert.NotEmpty(t, quotes[0].Detail)
			assert.LessOrEqual(t, len(quotes[0].Detail), messages.MaxDetail)
			assert.True(t, quotes[1].Usable(), "the other symbol is not affected: %s", quotes[1].Detail)
		})
	}

	for _, body := range []string{`{}`, `{"Y":{"p":1}}`} { // P01, P09
		quotes, err := newDecoder(t, d).Decode([]byte(body))
		require.NoError(t, err)
		assert.Equal(t, messages.OutcomeMissingSymbol, quotes[0].Outcome)
		assert.Equal(t, messages.OutcomeMissingSymbol, quotes[1].Outcome)
	}
}

func TestByteOrderMarkIsAccepted(t *testing.T) { // P02
	t.Parallel()

	quotes, err := newDecoder(t, keyed("X")).Decode([]byte("\xef\xbb\xbf{\"X\":{\"p\":\"185.20\"}}"))
	require.NoError(t, err)
	assert.Equal(t, "185.20", quotes[0].Price.Text())
}

// P07: what was not asked is dropped, whatever it is called; the rest stays usable.
func TestHostileSymbolsAreDropped(t *testing.T) {
	t.Parallel()

	for _, name := range []string{strings.Repeat("A", 1<<20), `A\u0000`, "A\u202eB", `__proto__`, `A\r\n`, `../../x`} {
		quotes, err := newDecoder(t, keyed("A")).Decode([]byte(`{"` + name + `":{"p":9},"A":{"p":1.0}}`))
		require.NoError(t, err)
		assert.Equal(t, "1.0", quotes[0].Price.Text())

		d := keyed("A")
		d.Parse = spec.Parse{Key: "s", Price: "p"}
		quotes, err = newDecoder(t, d).Decode([]byte(`[{"s":"` + name + `","p":9},{"s":"A","p":1.0}]`))
		require.NoError(t, err)
		assert.Equal(t, "1.0", quotes[0].Price.Text())
	}
}

// P08: half a million symbols that nobody asked for, in the largest body there is, cost no more than a table of hashes.
func TestUnaskedSymbolsAreCheap(t *testing.T) {
	var body strings.Builder

	body.WriteString(`{"X":{"p":1.0}`)

	for i := 0; body.Len() < 4_000_000; i++ {
		body.WriteString(`,"`)
		body.WriteString(strconv.Itoa(i))
		body.WriteString(`":1`)
	}

	body.WriteString(`}`)

	decoder, text := newDecoder(t, keyed("X", "Z")), []byte(body.String())
	result := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()

		for b.Loop() {
			quotes, failure := decoder.read(decoder.direct, text)
			if failure != nil || !quotes[0].Usable() {
				b.Fatal(failure)
			}
		}
	})

	assert.Less(t, result.AllocedBytesPerOp(), int64(24<<20))
	assert.Less(t, result.AllocsPerOp(), int64(100))

	begun := time.Now()
	_, failure := decoder.read(decoder.tree, text)
	require.Error(t, failure, "a tree has no room for them")
	assert.Less(t, time.Since(begun), 2*time.Second)
	t.Logf("%d bytes in %s, %d bytes allocated", len(text), time.Duration(result.NsPerOp()), result.AllocedBytesPerOp())
}

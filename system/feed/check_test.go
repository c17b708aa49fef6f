package feed_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed"
	"github.com/rollcall-go/rollcall/system/secret"
)

func TestTemplates(t *testing.T) {
	t.Parallel()

	cases := []struct{ text, want string }{
		{"https://h/q?s={symbols}", "https://h/q?s=EUR%2FUSD,A+B"},
		{"https://h/q/{symbols}/last", "https://h/q/EUR%2FUSD,A%20B/last"},
		{"https://h:8443/all.json", "https://h:8443/all.json"},
		{"http://[::1]:80/?a=%20&s={symbols}&z", "http://[::1]:80/?a=%20&s=EUR%2FUSD,A+B&z"},
	}

	for _, c := range cases {
		got, problems := feed.RenderTemplate(c.text, []string{"EUR/USD", "A B"})
		assert.Empty(t, problems)
		assert.Equal(t, c.want, got)
	}

	got, problems := feed.RenderTemplate("https://h/{symbol}/q?s={symbol}", []string{".."})
	assert.Empty(t, problems)
	assert.Equal(t, "https://h/%2E%2E/q?s=..", got, "a symbol does not climb out of its path segment")

	got, problems = feed.RenderTemplate("https://h/q?s={symbol}", []string{"a&b=c#d\r\n"})
	assert.Empty(t, problems)
	assert.Equal(t, "https://h/q?s=a%26b%3Dc%23d%0D%0A", got)
}

func TestURLsThatAreRefused(t *testing.T) { // C04
	t.Parallel()

	cases := map[string]string{
		"":                               "missing",
		"file:///etc/passwd":             "neither http nor https",
		"gopher://h/":                    "neither http nor https",
		"ws://h/":                        "neither http nor https",
		"h/q":                            "neither http nor https",
		"https://user:hunter2@h/":        "user name or a password",
		"https://hunter2@h/":             "user name or a password",
		"https:///q":                     "no host",
		"https:q":                        "no host",
		"https://h:0/":                   "port",
		"https://h:65536/":               "port",
		"https://аpple.com/":             "outside ASCII", // a Cyrillic а
		"https://h%d0%b0/":               "host name",
		"https://h/ hunter2":             "space",
		"https://h/\x00":                 "space",
		"https://h/#frag":                "fragment",
		"https://{symbol}.h/":            "outside its path",
		"{symbol}":                       "outside its path",
		"https://h/{symbols}?s={symbol}": "both",
		"https://h/{ticker}":             "brace",
		"https://h/}":                    "brace",
		"https://h/%zz?k=hunter2":        "not a URL",
		"https://" + strings.Repeat("h", 254) + "/": "longer",
		"https://h/" + strings.Repeat("x", 9000):    "longer",
	}

	for text, want := range cases {
		d := keyed("X")
		d.URL = text
		problems := feed.Check(d)
		require.NotEmpty(t, problems, text)
		assert.Equal(t, "url", problems[0].Field)
		assert.Contains(t, problems[0].Problem, want, text)
		assert.NotContains(t, fmt.Sprint(problems), "hunter2", "nothing of the URL is echoed")

		_, err := feed.New(d)
		require.Error(t, err)
		assert.NotContains(t, err.Error(), "hunter2")
	}
}

func TestPaths(t *testing.T) {
	t.Parallel()

	for _, good := range []string{"", "a", "a.b", "a[0].b", "[0]", "[0][1]", `["a.b"]`, `a["b c"].d`, `["\u0041\""]`, "{symbol}", "r.{symbol}.x", "{symbol}[0]", "Überweisung", "a-b_c"} {
		assert.Empty(t, feed.CheckPath(good), good)
	}

	for _, bad := range []string{
		".", "a.", ".a", "a..b", "a[", "a[]", "a[-1]", "a[01]", "a[+1]", "a[1e3]", "a[9999999]", "a[0]b", `a["b`, `a["b"`, `["\x"]`, "a]", "a{b}", "x{symbol}",
		"{symbol}x", "{symbols}", "a b", "a\x00", "a\xff", strings.Repeat("a.", 20) + "a", strings.Repeat("a", 600), "a.[0]",
	} {
		assert.NotEmpty(t, feed.CheckPath(bad), bad)
	}
}

func TestCheckListsEveryMistake(t *testing.T) {
	t.Parallel()

	long := secret.New("a\r\nInjected: x")
	d := feed.Definition{
		Endpoint: feed.Endpoint{
			URL: "ftp://h/", Method: "PUT", Batch: -1,
			Headers: map[string]secret.Secret{"Bad Name": secret.New("x"), "X-Key": long, "x-key": secret.New("y"), "Host": secret.New("z")},
			Parse:   feed.Parse{Rows: "a..b", Key: "[", Bid: "b", TimeFormat: "iso"},
		},
		Symbols: []feed.Symbol{
			{Instrument: "A", VendorSymbol: "A"},
			{Instrument: "A", VendorSymbol: "B"},
			{Instrument: "C", VendorSymbol: "A"},
			{Instrument: "D", VendorSymbol: "x\x00"},
			{Instrument: "E", VendorSymbol: "x\u202e"},
			{Instrument: "F", VendorSymbol: strings.Repeat("f", 65)},
			{Instrument: "G"},
			{Instrument: "H", VendorSymbol: "\xff"},
			{Instrument: " I", VendorSymbol: "I"},
		},
		Client: feed.ClientSettings{MaxWire: -1, MaxBody: 1 << 40, DialTimeout: -1, TLSTimeout: time.Hour, Proxy: "http://user:hunter2@p"},
	}

	var fields []string
	for _, problem := range feed.Check(d) {
		fields = append(fields, problem.Field)

		assert.NotEmpty(t, problem.Problem)
		assert.NotContains(t, problem.Error(), "hunter2")
		assert.NotContains(t, problem.Error(), "Injected")
	}

	assert.Equal(t, []string{
		"url", "method", "headers.Bad Name", "headers.Host", "headers.X-Key", "headers.x-key",
		"symbols[1]", "symbols[2]", "symbols[3]", "symbols[4]", "symbols[5]", "symbols[6]", "symbols[7]", "symbols[8]",
		"batch", "parse.rows", "parse.key", "parse.time_format", "parse.price", "parse.time_format",
		"client.max_wire", "client.max_body", "client.dial_timeout", "client.tls_timeout", "client.proxy",
	}, fields)

	_, err := feed.New(d)
	require.ErrorContains(t, err, "parse.price")

	var one feed.FieldError

	require.ErrorAs(t, err, &one)
}

func TestPathsThatCannotGoTogether(t *testing.T) {
	t.Parallel()

	for field, parse := range map[string]feed.Parse{
		"parse.price":       {},
		"parse.error":       {Price: "p", Error: "e.{symbol}"},
		"parse.key":         {Price: "p", Key: "{symbol}"},
		"parse.rows":        {Price: "{symbol}.p", Rows: "{symbol}"},
		"parse.time_format": {Price: "p", TimeFormat: "unix"},
	} {
		d := keyed("X")
		d.Parse = parse
		problems := feed.Check(d)
		require.Len(t, problems, 1)
		assert.Equal(t, field, problems[0].Field)
	}

	d := keyed("X")
	d.Parse = feed.Parse{Price: "{symbol}.p", Key: "k"}
	require.Len(t, feed.Check(d), 1)

	d = feed.Definition{Endpoint: feed.Endpoint{URL: "https://h/{symbols}", Parse: feed.Parse{Price: "p"}}}
	assert.Equal(t, "symbols", feed.Check(d)[0].Field)

	for range 400 {
		name := strings.Repeat("s", 50) + itoa(len(d.Symbols))
		d.Symbols = append(d.Symbols, feed.Symbol{Instrument: messages.Instrument(name), VendorSymbol: name})
	}

	problems := feed.Check(d)
	require.Len(t, problems, 1)
	assert.Equal(t, "batch", problems[0].Field)

	d.Batch = 100
	assert.Empty(t, feed.Check(d))
}

func TestTimes(t *testing.T) { // P10
	t.Parallel()

	at := time.Date(2026, 11, 20, 15, 4, 5, 0, time.UTC)
	unix := itoa(int(at.Unix()))

	cases := []struct {
		format, text string
		want         time.Time
	}{
		{"rfc3339", `"2026-11-20T15:04:05Z"`, at},
		{"", `"2026-11-20T16:04:05.25+01:00"`, at.Add(250 * time.Millisecond)},
		{"unix", unix, at},
		{"unix", `"` + unix + `.123456789"`, at.Add(123456789)},
		{"unix_ms", unix + "123", at.Add(123 * time.Millisecond)},
		{"unix_us", unix + "123456", at.Add(123456 * time.Microsecond)},
		{"unix_ns", unix + "123456789", at.Add(123456789)},
		{"unix_ns", `"` + unix + `123456789"`, at.Add(123456789)},
		{"rfc3339", unix, time.Time{}},
		{"rfc3339", `"2026-11-20 15:04:05"`, time.Time{}},
		{"rfc3339", `"2026-11-20T15:04:05,5Z"`, time.Time{}},
		{"rfc3339", `"2026-11-20T5:04:05Z"`, time.Time{}},
		{"rfc3339", `"1970-01-01T00:00:00Z"`, time.Time{}},
		{"unix", "0", time.Time{}},
		{"unix_ms", "0", time.Time{}},
		{"unix_ms", unix, time.Time{}}, // seconds instead of milliseconds
		{"unix", unix + "000", time.Time{}},
		{"unix", "-1", time.Time{}},
		{"unix", "9223372036854775807", time.Time{}},
		{"unix", "1e29", time.Time{}},
		{"unix", `""`, time.Time{}},
		{"unix", `"+` + unix + `"`, time.Time{}},
		{"unix", `"soon"`, time.Time{}},
		{"unix", "null", time.Time{}},
		{"unix", "[]", time.Time{}},
		{"unix", strings.Repeat("1", 1000), time.Time{}},
	}

	for _, c := range cases {
		d := keyed("X")
		d.Parse = feed.Parse{Price: "p", Time: "t", TimeFormat: c.format}
		quotes, err := feed.NewDecoder(d).Decode([]byte(`{"X":{"p":1.5,"t":` + c.text + `}}`))
		require.NoError(t, err)

		if c.want.IsZero() {
			assert.Equal(t, messages.OutcomeInvalidTime, quotes[0].Outcome, "%s %s", c.format, c.text)
			assert.Equal(t, "1.5", quotes[0].Price.Text(), "the price was readable")
			assert.NotEmpty(t, quotes[0].Detail)
		} else {
			assert.Equal(t, messages.OutcomeOK, quotes[0].Outcome, "%s %s: %s", c.format, c.text, quotes[0].Detail)
			assert.True(t, c.want.Equal(quotes[0].VendorTime), "%s %s: %s", c.format, c.text, quotes[0].VendorTime)
		}
	}
}

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
		"https://h/{symbols}?s={symbol}": "of one instrument and of several",
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

func TestCheckListsEveryMistake(t *testing.T) {
	t.Parallel()

	long := secret.New("a\r\nInjected: x")
	d := feed.Definition{
		Endpoint: feed.Endpoint{
			URL: "ftp://h/", Method: "HEAD", Batch: -1,
			Headers: map[string]secret.Secret{"Bad Name": secret.New("x"), "X-Key": long, "x-key": secret.New("y"), "Host": secret.New("z")},
			Parse:   feed.Parse{Rows: "a..b", Key: "[", Bid: "b", TimeFormat: "iso"},
		},
		Symbols: []feed.Symbol{
			{Instrument: "A", VendorSymbol: "A"},
			{Instrument: "A", VendorSymbol: "B"},
			{Instrument: "C", VendorSymbol: "C", Key: "A"},
			{Instrument: "D", VendorSymbol: "x\x00"},
			{Instrument: "E", VendorSymbol: "x\u202e"},
			{Instrument: "F", VendorSymbol: strings.Repeat("f", 65)},
			{Instrument: "G"}, // its own name
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
		"url", "headers.Bad Name", "headers.Host", "headers.X-Key", "headers.x-key", "method",
		"batch", "parse.rows", "parse.key", "parse.price", "parse.time_format", "parse.time_format",
		"symbols[1]", "symbols[2]", "symbols[3]", "symbols[4]", "symbols[5]", "symbols[7]", "symbols[8]",
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

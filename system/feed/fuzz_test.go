package feed_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed"
)

// parses are definitions of every layout; the URL decides whether a request asks for one symbol.
func parses() []feed.Definition {
	shapes := []struct {
		url   string
		parse feed.Parse
	}{
		{"https://h/q?s={symbols}", feed.Parse{Price: "p", Bid: "b", Ask: "a", Time: "t", Error: "error"}},
		{"https://h/q?s={symbols}", feed.Parse{Rows: "data", Key: "s", Bid: "b", Ask: "a", Time: "t", TimeFormat: "unix_ms"}},
		{"https://h/q?s={symbols}", feed.Parse{Rows: "data[0]", Key: "[0]", Price: "[1]", Time: "[2]", TimeFormat: "unix"}},
		{"https://h/q?s={symbols}", feed.Parse{Price: "rates.{symbol}.p", Time: "t", Error: "error.text"}},
		{"https://h/q?s={symbols}", feed.Parse{Rows: "{symbol}.trades", Price: "p"}},
		{"https://h/{symbol}", feed.Parse{Price: "p", Key: "s", Error: "error"}},
		{"https://h/{symbol}", feed.Parse{Price: "[6]", Time: "[1]", TimeFormat: "unix_ns"}},
	}

	definitions := make([]feed.Definition, len(shapes))
	for i, shape := range shapes {
		d := keyed("X", "A/B")
		if strings.Contains(shape.url, "{symbol}") {
			d = keyed("X")
		}

		d.URL, d.Parse = shape.url, shape.parse
		definitions[i] = d
	}

	return definitions
}

// FuzzDecode reads any bytes with every layout: it must not panic, every failure is a clean one, and every usable price is positive.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		good, `{"data":[{"s":"X","b":1,"a":2,"t":1795187045123}]}`, `{"data":[[["X",1.5,1795187045]]]}`, `{"rates":{"X":{"p":1}},"t":"2026-11-20T15:04:05Z"}`,
		`{"X":{"trades":[{"p":1}]},"A\/B":{"trades":{"p":"2"}}}`, `[1,1795187045000000000,3,4,5,6,7]`, `{"error":["x",{"y":[1]}]}`, `[`, `{"a":1,"A":2}`, "\xef\xbb\xbf{}",
	} {
		f.Add([]byte(seed))
	}

	decoders := make([]*feed.Decoder, 0, len(parses()))
	for _, d := range parses() {
		decoders = append(decoders, feed.NewDecoder(d))
	}

	f.Fuzz(func(t *testing.T, body []byte) {
		for _, decoder := range decoders {
			quotes, err := decoder.Decode(body)
			if err != nil {
				var failure *messages.Failure
				if !errors.As(err, &failure) || failure.Outcome != messages.OutcomeMalformed || len(failure.Detail) > messages.MaxDetail {
					t.Fatalf("%v", err)
				}
			}

			for _, q := range quotes {
				if !q.Outcome.Valid() || len(q.Detail) > messages.MaxDetail || !utf8.ValidString(q.Detail) {
					t.Fatalf("%+v", q)
				}

				if (q.Outcome == messages.OutcomeOK) != q.Usable() || (q.Usable() && q.Price.Decimal().Sign() <= 0) {
					t.Fatalf("%+v", q)
				}
			}
		}
	})
}

// FuzzPath reads any text as a path.
func FuzzPath(f *testing.F) {
	for _, seed := range []string{"a.b[0]", `["a.b"].c`, "rates.{symbol}", "[", `["\u0041"]`, "a..b"} {
		f.Add(seed)
	}

	f.Fuzz(func(t *testing.T, text string) {
		d := keyed("X")
		d.Parse = feed.Parse{Price: "p", Rows: text}

		if problem := feed.CheckPath(text); problem != "" {
			if !utf8.ValidString(problem) {
				t.Fatal(problem)
			}

			return
		}

		if problems := feed.Check(d); len(problems) > 0 {
			t.Fatal(problems)
		}

		_, _ = feed.NewDecoder(d).Decode([]byte(good))
	})
}

// FuzzTemplate renders any template with any symbol: the result goes to the host of the template, whatever the symbol is.
func FuzzTemplate(f *testing.F) {
	f.Add("https://h/q?s={symbols}", "EUR/USD")
	f.Add("https://h/{symbol}", "..")
	f.Add("http://[::1]:80/{symbols}/x?a", "a\r\nHost: b")
	f.Add("https://user:pw@h/", "x")

	f.Fuzz(func(t *testing.T, text, symbol string) {
		plain, problems := feed.RenderTemplate(text, []string{"S"})
		if len(problems) > 0 {
			return
		}

		rendered, _ := feed.RenderTemplate(text, []string{symbol})

		want, err := url.Parse(plain)
		if err != nil {
			t.Fatal(err)
		}

		got, err := url.Parse(rendered)
		if err != nil {
			t.Fatal(err)
		}

		if got.Host != want.Host || got.Scheme != want.Scheme || got.User != nil || strings.Count(got.EscapedPath(), "/") != strings.Count(want.EscapedPath(), "/") {
			t.Fatalf("%q became %q", text, rendered)
		}
	})
}

package template_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/rollcall-go/rollcall/system/feed/template"
)

// FuzzTemplate fills any template in with any symbol: the result goes to the host of the template, whatever the symbol is.
func FuzzTemplate(f *testing.F) {
	f.Add("https://h/q?s={symbols}", "EUR/USD")
	f.Add("https://h/{symbol}", "..")
	f.Add("http://[::1]:80/{symbols|json}/x?a", "a\r\nHost: b")
	f.Add("https://user:pw@h/", "x")
	f.Add("https://h/{{}}/{key|lower}?q={secret.k}&n={now-1d:2006-01-02@Europe/Berlin}", "x")

	f.Fuzz(func(t *testing.T, text, symbol string) {
		compiled, problems := template.CompileURL("url", text, everything(), "http", "https")
		if len(problems) > 0 {
			return
		}

		render := func(symbol string) *url.URL {
			rendered, err := compiled.Render(&template.Values{Targets: targets(symbol), Secrets: everything().Secrets})
			if err != nil {
				return nil // a pair is needed
			}

			parsed, err := url.Parse(rendered)
			if err != nil {
				t.Fatalf("%q became %q", text, rendered)
			}

			return parsed
		}

		want, got := render("S"), render(symbol)
		if want == nil || got == nil {
			return
		}

		if got.Host != want.Host || got.Scheme != want.Scheme || got.User != nil || got.Fragment != "" ||
			strings.Count(got.EscapedPath(), "/") != strings.Count(want.EscapedPath(), "/") {
			t.Fatalf("%q became %q", text, got)
		}
	})
}

// FuzzParameter fills any query value in with any symbol: it stays one parameter.
func FuzzParameter(f *testing.F) {
	f.Add("{symbols|repeat}", "A&b=c")
	f.Add("a b{{,{symbols|json|upper}", "\"x\\")
	f.Add("{symbols|plus}", "#;")

	f.Fuzz(func(t *testing.T, text, symbol string) {
		compiled, problems := template.CompileQuery("query.s", text, everything())
		if len(problems) > 0 {
			return
		}

		var b strings.Builder
		if compiled.RenderQuery(&b, "s", &template.Values{Targets: targets(symbol, symbol), Secrets: everything().Secrets}) != nil {
			return
		}

		for pair := range strings.SplitSeq(b.String(), "&") {
			if !strings.HasPrefix(pair, "s=") || strings.ContainsAny(pair, "# \r\n\"") {
				t.Fatalf("%q became %q", text, b.String())
			}
		}
	})
}

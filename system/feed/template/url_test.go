package template_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/feed/template"
	"github.com/rollcall-go/rollcall/system/secret"
)

// targets are instruments whose vendor symbols and keys are their names.
func targets(names ...string) []spec.Symbol {
	all := make([]spec.Symbol, len(names))
	for i, name := range names {
		all[i] = spec.Symbol{Instrument: messages.Instrument(name), VendorSymbol: name, Key: name}
	}

	return all
}

// everything permits every place, and has a secret k.
func everything() template.Scope {
	return template.Scope{Allowed: ^template.Places(0), Secrets: map[string]secret.Secret{"k": secret.New("a/b&c=d e")}}
}

func TestURLs(t *testing.T) {
	t.Parallel()

	cases := []struct{ text, want string }{
		{"https://h/q?s={symbols}", "https://h/q?s=EUR%2FUSD,A+B"},
		{"https://h/{symbols}/last", "https://h/EUR%2FUSD,A%20B/last"},
		{"https://h:8443/all.json", "https://h:8443/all.json"},
		{"http://[::1]:80/?a=%20&s={symbols}&z", "http://[::1]:80/?a=%20&s=EUR%2FUSD,A+B&z"},
		{"https://h/q?s={symbols|lower|plus}", "https://h/q?s=eur%2Fusd+a+b"},
		{"https://h/q?s={symbols|space}", "https://h/q?s=EUR%2FUSD%20A+B"},
		{"https://h/q?s={symbols|pipe}&t={symbols|semicolon}", "https://h/q?s=EUR%2FUSD|A+B&t=EUR%2FUSD;A+B"},
		{"https://h/q?s={symbols|json}", "https://h/q?s=%5B%22EUR%2FUSD%22,%22A+B%22%5D"},
		{"https://h/{secret.k}?k={secret.k}", "https://h/a%2Fb&c=d%20e?k=a%2Fb%26c%3Dd+e"},
		{"https://h/{{x}}?a={{", "https://h/{x}?a={"},
		{"https://h?b={base}&q={quote|lower}", "https://h?b=EUR&q=usd"},
		{"https://h/q?b={bases}&q={quotes}", "https://h/q?b=EUR&q=USD"},
		{"https://h/q?i={instrument}&w={with.id}&k={key}", "https://h/q?i=EUR%2FUSD&w=7%2B&k=EUR%2FUSD"},
	}

	all := targets("EUR/USD", "A B")
	all[0].With = map[string]string{"id": "7+"}

	for _, c := range cases {
		compiled, problems := template.CompileURL("url", c.text, everything(), "http", "https")
		require.Empty(t, problems, c.text)

		scope := everything()
		got, err := compiled.Render(&template.Values{Targets: all, Secrets: scope.Secrets})
		require.NoError(t, err)
		assert.Equal(t, c.want, got)
	}
}

func TestASymbolStaysWhereItStands(t *testing.T) {
	t.Parallel()

	for symbol, want := range map[string]string{
		"..":            "https://h/%2E%2E/q?s=..",
		"a&b=c#d\r\n":   "https://h/a&b=c%23d%0D%0A/q?s=a%26b%3Dc%23d%0D%0A",
		"?x":            "https://h/%3Fx/q?s=%3Fx",
		"@evil.example": "https://h/@evil.example/q?s=%40evil.example",
		"/../../admin":  "https://h/%2F..%2F..%2Fadmin/q?s=%2F..%2F..%2Fadmin",
	} {
		compiled, problems := template.CompileURL("url", "https://h/{symbol}/q?s={symbol}", everything(), "https")
		require.Empty(t, problems)

		got, err := compiled.Render(&template.Values{Targets: targets(symbol)})
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
}

func TestURLsThatAreRefused(t *testing.T) { // C04
	t.Parallel()

	cases := map[string]string{
		"":                                       "missing",
		"file:///etc/passwd":                     "neither http nor https",
		"gopher://h/":                            "neither http nor https",
		"ws://h/":                                "neither http nor https",
		"h/q":                                    "neither http nor https",
		"https://user:hunter2@h/":                "user name or a password",
		"https://hunter2@h/":                     "user name or a password",
		"https:///q":                             "no host",
		"https:q":                                "no host",
		"https://h:0/":                           "port",
		"https://h:65536/":                       "port",
		"https://аpple.com/":                     "outside ASCII", // a Cyrillic а
		"https://h%d0%b0/":                       "host name",
		"https://h/ hunter2":                     "space",
		"https://h/\x00":                         "space",
		"https://h/#frag":                        "fragment",
		"https://{symbol}.h/":                    "outside its path",
		"https://u:{secret.k}@h/":                "outside its path",
		"https://h:{symbol}/":                    "outside its path",
		"{symbol}":                               "outside its path",
		"{secret.k}/q":                           "outside its path",
		"https://h/{symbols}?s={symbol}":         "of one instrument and of several",
		"https://h/{hunter2}":                    "no known place, at character 11",
		"https://h/{symbls}?k={hunter2}":         `no known place (perhaps "symbols" is meant), at character 11`,
		"https://h/{symbol":                      "not closed",
		"https://h/}":                            "closing brace",
		"https://h/{symbol|hunter2}":             "unknown filter",
		"https://h/{symbol|unique}":              "several instruments",
		"https://h/{symbols|plus|pipe}":          "two ways",
		"https://h/{symbols|lower|upper}":        "lower and upper",
		"https://h/{symbols|repeat}":             "outside the values under query",
		"https://h/{secret.hunter2}":             "secret that is not there",
		"https://h/{secret}":                     "needs a name",
		"https://h/{now}":                        "without a format",
		"https://h/{now:yesterday}":              "whose format is none",
		"https://h/{now:unix@Mars/Olympus}":      "unknown zone",
		"https://h/{now:unix@Local}":             "unknown zone",
		"https://h/{now-hunter2:unix}":           "cannot be read",
		"https://h/{now-9999999h:unix}":          "cannot be read",
		"https://h/%zz?k=hunter2":                "not a URL",
		"https://" + strings.Repeat("h", 254):    "longer",
		"https://h/" + strings.Repeat("x", 9000): "longer",
	}

	for text, want := range cases {
		_, problems := template.CompileURL("stream.url", text, everything(), "http", "https")
		require.Len(t, problems, 1, text)
		assert.Equal(t, "stream.url", problems[0].Field)
		assert.Contains(t, problems[0].Problem, want, text)
		assert.NotContains(t, fmt.Sprint(problems), "hunter2", "nothing of the URL is echoed")
	}

	_, problems := template.CompileURL("url", "https://h/{page}", template.Scope{Allowed: template.Batch}, "https")
	require.Len(t, problems, 1)
	assert.Contains(t, problems[0].Problem, "cannot stand here")
	assert.Contains(t, problems[0].Suggestion, "{symbols}, {keys}, {bases}, {quotes}")

	_, problems = template.CompileURL("url", "https://h/", everything(), "ws", "wss")
	require.Len(t, problems, 1)
	assert.Contains(t, problems[0].Problem, "neither ws nor wss")
}

func TestOrigin(t *testing.T) {
	t.Parallel()

	compiled, problems := template.CompileURL("url", "https://h:8443/{symbol}?x={{", everything(), "https")
	require.Empty(t, problems)
	assert.Equal(t, "h:8443", compiled.Origin().Host)
	assert.Equal(t, template.Symbol, compiled.Uses())
	assert.False(t, compiled.IsEmpty())
	assert.True(t, new(template.Template).IsEmpty())
}

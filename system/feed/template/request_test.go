package template_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/feed/template"
	"github.com/rollcall-go/rollcall/system/secret"
)

func secrets(pairs ...string) map[string]secret.Secret {
	all := make(map[string]secret.Secret)
	for i := 0; i < len(pairs); i += 2 {
		all[pairs[i]] = secret.New(pairs[i+1])
	}

	return all
}

func TestQueryValues(t *testing.T) {
	t.Parallel()

	cases := []struct{ url, name, value, want string }{
		{"https://h/q", "s", "{symbols}", "https://h/q?s=A%2FB,C"},
		{"https://h/q?a=1", "s", "{symbols|repeat}", "https://h/q?a=1&s=A%2FB&s=C"},
		{"https://h/q?", "s[]", "x:{symbols|repeat|lower};", "https://h/q?s%5B%5D=x%3Aa%2Fb%3B&s%5B%5D=x%3Ac%3B"},
		{"https://h/q?a&", "f", "a b&c=d,{{", "https://h/q?a&f=a+b%26c%3Dd%2C%7B"},
		{"https://h/q", "k", "{secret.k}", "https://h/q?k=a%2Fb%26c%3Dd+e"},
		{"https://h/q", "s", "{symbols|json}", "https://h/q?s=%5B%22A%2FB%22,%22C%22%5D"},
		{"https://h/q", "p", "{page}-{offset}", "https://h/q?p=3-200"},
	}

	for _, c := range cases {
		request, problems := template.CompileRequest(template.RequestText{
			URL: c.url, Schemes: []string{"https"}, Query: secrets(c.name, c.value),
		}, everything())
		require.Empty(t, problems, c.value)

		got, err := request.URL(&template.Values{Targets: targets("A/B", "C"), Secrets: everything().Secrets, Page: "3", Offset: 200})
		require.NoError(t, err)
		assert.Equal(t, c.want, got)
	}
}

func TestSeveralQueryValuesStandInTheOrderOfTheirNames(t *testing.T) {
	t.Parallel()

	request, problems := template.CompileRequest(template.RequestText{
		URL: "https://h/q", Schemes: []string{"https"}, Query: secrets("z", "1", "a", "2", "m", "{symbols}", "k", "{keys|repeat}"),
	}, everything())
	require.Empty(t, problems)

	got, err := request.URL(&template.Values{Targets: targets("X", "X", "Y")})
	require.NoError(t, err)
	assert.Equal(t, "https://h/q?a=2&k=X&k=Y&m=X,Y&z=1", got)
}

func TestHeaders(t *testing.T) {
	t.Parallel()

	request, problems := template.CompileRequest(template.RequestText{
		URL: "https://h/q", Schemes: []string{"https"}, Headers: secrets("authorization", "Key {secret.k}", "X-Symbols", "{symbols|semicolon}", "X-Time", "{now:unix}"),
	}, everything())
	require.Empty(t, problems)
	assert.True(t, request.Uses().Has(template.Symbols|template.Now|template.Secret))

	header := http.Header{"Authorization": {"old"}}
	require.NoError(t, request.Header(&template.Values{Targets: targets("A", "B"), Secrets: everything().Secrets}, header))
	assert.Equal(t, "Key a/b&c=d e", header.Get("Authorization"))
	assert.Equal(t, "A;B", header.Get("X-Symbols"))

	require.ErrorContains(t, request.Header(&template.Values{Targets: targets("A\r\nHost: evil")}, header), "control characters")
}

func TestRequestsThatAreRefused(t *testing.T) {
	t.Parallel()

	_, problems := template.CompileRequest(template.RequestText{
		Field: "endpoints.fx.", URL: "ftp://h/{symbols}", Schemes: []string{"http", "https"},
		Query:   secrets("", "x", "a", "{symbols|repeat}{keys|repeat}", "b", "{", "c", "{boot.x}"),
		Headers: secrets("Bad Name", "x", "X-Key", "a\r\nInjected: x", "x-key", "y", "Host", "z", "Sec-WebSocket-Key", "x", "X-Place", "{hunter2}"),
	}, template.Scope{Allowed: template.Batch})

	var fields []string
	for _, problem := range problems {
		fields = append(fields, problem.Field)
		assert.NotContains(t, problem.Error(), "hunter2")
		assert.NotContains(t, problem.Error(), "Injected")
	}

	assert.Equal(t, []string{
		"endpoints.fx.url", "endpoints.fx.query.", "endpoints.fx.query.a", "endpoints.fx.query.b", "endpoints.fx.query.c",
		"endpoints.fx.headers.Bad Name", "endpoints.fx.headers.Host", "endpoints.fx.headers.Sec-WebSocket-Key", "endpoints.fx.headers.X-Key",
		"endpoints.fx.headers.x-key", "endpoints.fx.headers.X-Place",
	}, fields)

	_, problems = template.CompileRequest(template.RequestText{
		URL: "https://h/{symbols}", Schemes: []string{"https"}, Headers: secrets("X-Symbol", "{symbol}"),
	}, everything())
	require.Len(t, problems, 1)
	assert.Contains(t, problems[0].Problem, "together")
}

func TestGroups(t *testing.T) {
	t.Parallel()

	request, problems := template.CompileRequest(template.RequestText{
		URL: "https://h/{base|lower}?s={symbols}", Schemes: []string{"https"}, Query: secrets("x", "{with.exchange}"), Headers: secrets("X-Quote", "{quote}"),
	}, everything())
	require.Empty(t, problems)

	at := func(name, exchange string) *spec.Symbol {
		symbol := targets(name)[0]
		symbol.With = map[string]string{"exchange": exchange}

		return &symbol
	}

	first := request.Group(at("EUR/USD", "a"))
	assert.Equal(t, first, request.Group(at("eur/USD", "a")), "what the filters make equal is equal")
	assert.NotEqual(t, first, request.Group(at("GBP/USD", "a")))
	assert.NotEqual(t, first, request.Group(at("EUR/JPY", "a")))
	assert.NotEqual(t, first, request.Group(at("EUR/USD", "b")))

	assert.Empty(t, request.Problem(at("EUR/USD", "a")))
	assert.Contains(t, request.Problem(at("AAPL", "a")), "no slash")
	assert.Contains(t, request.Problem(&targets("EUR/USD")[0]), "with.exchange")

	plain, problems := template.CompileRequest(template.RequestText{URL: "https://h/{symbols}", Schemes: []string{"https"}}, everything())
	require.Empty(t, problems)
	assert.Empty(t, plain.Group(at("EUR/USD", "a")))
}

func TestValuesThatAreMissing(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{
		"{boot.token}": "boot.token", "{symbol}": "no instrument", "{with.x}": "no instrument",
	} {
		compiled, problems := template.Compile("headers.x", text, everything())
		require.Empty(t, problems)

		_, err := compiled.Render(&template.Values{Boot: map[string]any{"token": []any{}}})
		require.ErrorContains(t, err, want)
	}

	compiled, problems := template.Compile("headers.x", "{boot.a} {boot.b} {boot.c} {method}{host}{path}{query}{target}{body}{nonce}", everything())
	require.Empty(t, problems)

	got, err := compiled.Render(&template.Values{
		Boot: map[string]any{"a": "x", "b": 1.5, "c": true}, Nonce: "9",
		Signed: template.SignedParts{Method: "GET", Host: "h", Path: "/p", Query: "q", Target: "/p?q", Body: "{}"},
	})
	require.NoError(t, err)
	assert.Equal(t, "x 1.5 true GETh/pq/p?q{}9", got)
}

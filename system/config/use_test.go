package config_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/catalog"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/example"
	"github.com/rollcall-go/rollcall/system/feed"
)

// mine is a vendor that uses testdata/definitions/plain.yaml; the text stands below it.
func mine(text string) string {
	return "vendors:\n  mine:\n    use: ./testdata/definitions/plain.yaml\n" + text
}

func parseMine(t *testing.T, text string) config.Vendor {
	t.Helper()

	c, err := parse(mine(text))
	require.NoError(t, err)

	return c.Vendors[0]
}

func TestDefinitionIsTheBeginning(t *testing.T) {
	v := parseMine(t, "    symbols: [BTC/USD, {BTC/EUR: {scale: 2}}, {ETH/USD: {with: {tier: \"2\", lot: \"5\"}}}, {SOL/EUR: sol}]\n")

	assert.Equal(t, "./testdata/definitions/plain.yaml", v.Use)
	assert.Equal(t, "crypto", v.Class)
	assert.Equal(t, 8, v.Limits.PerMinute)
	assert.Equal(t, "https://api.example.com/v1?symbols={symbols}", v.Feed.URL)
	assert.Equal(t, []feed.Symbol{
		{Instrument: "BTC/USD", VendorSymbol: "btc", Key: "XBT"},
		{Instrument: "BTC/EUR", VendorSymbol: "btceur", Scale: "2"},
		{Instrument: "ETH/USD", VendorSymbol: "eth", With: map[string]string{"market": "spot", "tier": "2", "lot": "5"}},
		{Instrument: "SOL/EUR", VendorSymbol: "sol"},
	}, v.Feed.Symbols)
}

func TestConfigurationWinsOverTheDefinition(t *testing.T) {
	v := parseMine(t, `    class: metals
    symbols: {BTC/USD: bitcoin}
    parse: {price: last}
    errors: [{text: maintenance, outcome: unavailable}]
    limits: {per_day: 800}
    headers: {X-Key: k}
`)

	assert.Equal(t, "metals", v.Class)
	assert.Equal(t, []feed.Symbol{{Instrument: "BTC/USD", VendorSymbol: "bitcoin"}}, v.Feed.Symbols, "a vendor symbol replaces the whole entry")
	assert.Equal(t, feed.Parse{Rows: "quotes", Key: "symbol", Price: "last", Time: "ts", TimeFormat: "unix"}, v.Feed.Parse, "key by key")
	assert.Equal(t, config.Limits{PerMinute: 8, PerDay: 800}, v.Limits)
	require.Len(t, v.Feed.Errors, 2)
	assert.Equal(t, "maintenance", v.Feed.Errors[0].Text, "the configuration's come first")
	assert.Equal(t, 403, v.Feed.Errors[1].Status)
}

// What two vendors make of one definition does not mix.
func TestDefinitionIsShared(t *testing.T) {
	c, err := parse(mine("    symbols: [{ETH/USD: {with: {tier: \"9\"}}}]\n    parse: {price: last}\n") +
		strings.TrimPrefix(strings.Replace(mine("    symbols: [ETH/USD]\n"), "mine:", "yours:", 1), "vendors:\n"))
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"market": "spot", "tier": "9"}, c.Vendors[0].Feed.Symbols[0].With)
	assert.Equal(t, map[string]string{"market": "spot", "tier": "1"}, c.Vendors[1].Feed.Symbols[0].With)
	assert.Equal(t, "last", c.Vendors[0].Feed.Parse.Price)
	assert.Equal(t, "price", c.Vendors[1].Feed.Parse.Price)
}

// A definition of the operator's own is looked for beside the configuration.
func TestOwnDefinitionIsRelativeToTheConfiguration(t *testing.T) {
	dir := t.TempDir()
	definition, err := os.ReadFile("testdata/definitions/plain.yaml")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "own.yaml"), definition, 0o600))

	file := filepath.Join(dir, "r.yaml")
	require.NoError(t, os.WriteFile(file, []byte("vendors: {a: {use: own.yaml, symbols: [BTC/USD]}}\n"), 0o600))

	c, err := config.Load(file, nil)
	require.NoError(t, err)
	assert.Equal(t, "btc", c.Vendors[0].Feed.Symbols[0].VendorSymbol)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "own.yaml"), []byte("sort: crypto\n"+string(definition)), 0o600))

	_, err = config.Load(file, nil)
	require.ErrorContains(t, err, filepath.Join(dir, "own.yaml")+":1:1: vendors.a.sort: unknown key")
}

// C04 C10: a definition comes from anywhere; what it could take from this machine it may not name.
func TestDefinitionTakesNothing(t *testing.T) {
	for _, line := range []string{
		"at: http://127.0.0.1", "client: {allow_private: true}", "client: {ca_file: /etc/passwd}", "client: {proxy: http://127.0.0.1:1}",
		"headers: {X: \"${TOKEN}\"}", "headers: {X: \"file:/etc/passwd\"}", "headers: {X: \"${file:/etc/passwd}\"}", "secrets: {key: \"${credential:x}\"}",
		"query: {x: \"$$${TOKEN}\"}", "naming: \"${TOKEN}\"", "use: kraken",
	} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "own.yaml"), []byte("class: crypto\nurl: \"https://api.example.com/{symbol}\"\nparse: {price: p}\n"+line+"\n"), 0o600))

		_, err := config.Parse([]byte("vendors: {a: {use: own.yaml, symbols: [BTC/USD]}}\n"), filepath.Join(dir, "r.yaml"), environment)

		var errs *config.Errors

		require.ErrorAs(t, err, &errs, line)
		assert.Len(t, errs.Mistakes, 1, line)
		assert.Contains(t, errs.Error(), "own.yaml:4:", line)
		assert.NotContains(t, errs.Excerpt(), canary)
	}
}

// Expressions have variables of their own.
func TestExpressionsAreTakenAsWritten(t *testing.T) {
	c, err := parse(minimal + "    body: '{a: $symbols, b: \"${TOKEN} $$\"}'\n")
	require.NoError(t, err)
	assert.Equal(t, `{a: $symbols, b: "${TOKEN} $$"}`, c.Vendors[0].Feed.Body)
	assert.Contains(t, c.String(), `{a: $symbols, b: "${TOKEN} $$"}`)
}

// Each shipped definition is a vendor, with nothing more than its secrets and the symbols it knows.
func TestShippedDefinitionsCanBeUsed(t *testing.T) {
	for _, name := range catalog.Names() {
		t.Run(name, func(t *testing.T) {
			entry, err := catalog.Load(name)
			require.NoError(t, err)

			var text strings.Builder

			text.WriteString("vendors:\n  shipped:\n    use: " + name + "\n    secrets: {")

			for secret := range entry.About.Secrets {
				text.WriteString(secret + ": \"${TOKEN}\", ")
			}

			text.WriteString("}\n    symbols: ")

			errs := mistakes(t, text.String()+"[]\n")
			require.Len(t, errs.Mistakes, 1)

			known, _, _ := strings.Cut(strings.TrimPrefix(errs.Mistakes[0].Suggestion, "it knows "), ", ")
			c, err := parse(text.String() + `["` + known + `"]` + "\n")
			require.NoError(t, err)
			assert.NotEmpty(t, c.Vendors[0].Feed.Symbols)
			assertHidden(t, c)

			daily := slices.ContainsFunc(entry.Examples[0].Expect, func(q example.Quote) bool { return slices.Contains(q.Flags, "day") })
			assert.Equal(t, daily, c.Vendors[0].MaxAge >= 96*time.Hour, "prices of the day are good over a long weekend, others are not")
		})
	}
}

// A secret that a definition needs is a mistake at the vendor that does not give it.
func TestSecretThatIsNeeded(t *testing.T) {
	errs := mistakes(t, "vendors:\n  twelve-data:\n    use: twelvedata\n    symbols: [AAPL]\n")
	require.Len(t, errs.Mistakes, 1)
	assert.Equal(t, "r.yaml:2:3: vendors.twelve-data.secrets.key: is required, query.apikey names it; "+
		`give it, for example secrets: {key: "${TWELVE_DATA_KEY}"}`, errs.Error())

	errs = mistakes(t, "vendors:\n  stream:\n    use: alpaca\n    secrets: {key: x}\n    symbols: [AAPL]\n")
	require.Len(t, errs.Mistakes, 1)
	assert.Equal(t, "r.yaml:4:14: vendors.stream.secrets.secret: is required, stream.login.send names it; "+
		`give it, for example secrets: {secret: "${STREAM_SECRET}"}`, errs.Error())
}

// What a reference brings in is never looked at again: it has no places.
func TestReferencesBringInNoPlaces(t *testing.T) {
	env := func(name string) (string, bool) {
		return map[string]string{"A": "{secret.key}", "B": "}{{symbols}"}[name], true
	}

	c, err := config.Parse([]byte(minimal+`    secrets: {key: k, braces: "${A}"}
    headers: {A: "x${A}{secret.key}$$${B}"}
`), "r.yaml", env)
	require.NoError(t, err)
	assert.Equal(t, "x{{secret.key}}{secret.key}$}}{{{{symbols}}", c.Vendors[0].Feed.Headers["A"].Reveal())
	assert.Equal(t, "{secret.key}", c.Vendors[0].Feed.Secrets["braces"].Reveal())
	assert.NotContains(t, c.String(), "symbols}}")
}

// Mistakes that other packages find stand where the value does, in whichever file.
func TestMistakesOfTheDefinitionHavePositions(t *testing.T) {
	for text, where := range map[string]string{
		"    parse: {price: \"a[\"}\n": "r.yaml:5:20: vendors.mine.parse.price:",
		"    errors:\n      - {text: x, outcome: auth}\n      - {when: '.a |', outcome: auth}\n":             "r.yaml:7:16: vendors.mine.errors[1].when:",
		"    endpoints: {fx: {url: \"ftp://x/{symbol}\", parse: {price: p}}}\n":                              "r.yaml:5:27: vendors.mine.endpoints.fx.url:",
		"    stream: {url: \"wss://s.example.com\", subscribe: {send: '.a |'}, parse: {key: k, price: p}}\n": "r.yaml:5:60: vendors.mine.stream.subscribe.send:",
		"    headers: {\"A B\": x}\n": "r.yaml:5:22: vendors.mine.headers.A B:",
	} {
		errs := mistakes(t, mine("    symbols: [BTC/USD]\n"+text))
		assert.Contains(t, errs.Error(), where)
	}

	errs := mistakes(t, mine("    symbols: [BTC/USD, {BTC/EUR: {endpoint: none}}]\n"))
	assert.Contains(t, errs.Error(), "r.yaml:4:25: vendors.mine.symbols[1].BTC/EUR:")
}

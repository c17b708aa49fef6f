package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/catalog"
	"github.com/rollcall-go/rollcall/system/config"
)

// FuzzParse holds that any bytes are either a configuration, or refused with positions and without showing what the environment holds.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.yaml")
	require.NoError(f, err)

	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(data)
	}

	f.Add(config.Sample())

	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 64<<10 || strings.Contains(string(data), "file:") || strings.Contains(string(data), canary) {
			t.Skip()
		}

		c, err := config.Parse(data, "r.yaml", environment)
		if err == nil {
			requireClean(t, c.String())
			require.NotEmpty(t, c.Vendors)
			require.LessOrEqual(t, c.Deadline, c.Every)

			return
		}

		var errs *config.Errors

		require.ErrorAs(t, err, &errs)
		require.NotEmpty(t, errs.Mistakes)

		for _, m := range errs.Mistakes {
			require.Positive(t, m.Line)
			require.Positive(t, m.Column)
			require.NotEmpty(t, m.Problem)
			require.NotContains(t, m.String(), "\n")
		}

		requireClean(t, errs.Excerpt())
	})
}

// requireClean holds that a text can be shown in a terminal and holds no secret.
func requireClean(t *testing.T, text string) {
	t.Helper()

	require.True(t, utf8.ValidString(text))
	require.NotContains(t, text, canary)
	require.False(t, strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r == 0x202e }))
}

// manyVendors is a configuration of n vendors with ten symbols each.
func manyVendors(n int) []byte {
	var b strings.Builder

	b.WriteString("max_in_flight: 10000\nvendors:\n")

	for i := range n {
		fmt.Fprintf(&b, "  v%05d:\n    class: crypto\n    url: \"https://v%d.example.com/v1/quotes?symbols={symbols}\"\n    symbols: [", i, i)

		for j := range 10 {
			fmt.Fprintf(&b, "S%d/USD, ", i*10+j)
		}

		b.WriteString("]\n    headers: {Authorization: \"Bearer ${TOKEN}\"}\n    parse: {rows: quotes, key: symbol, price: price}\n")
	}

	return []byte(b.String())
}

// C09.
func TestTenThousandVendorsFit(t *testing.T) {
	c, err := config.Parse(manyVendors(10_000), "r.yaml", environment)
	require.NoError(t, err)
	require.Len(t, c.Vendors, 10_000)
	require.Empty(t, c.Warnings)
}

// C09.
func BenchmarkParseTenThousandVendors(b *testing.B) {
	data := manyVendors(10_000)

	b.ReportAllocs()
	b.SetBytes(int64(len(data)))

	for b.Loop() {
		_, err := config.Parse(data, "r.yaml", environment)
		require.NoError(b, err)
	}
}

// FuzzDefinition holds that any definition beside any vendor is either a configuration, or refused with positions; and that it brings in
// nothing of the environment.
func FuzzDefinition(f *testing.F) {
	files, err := filepath.Glob("testdata/definitions/*.yaml")
	require.NoError(f, err)

	vendors := []string{
		"symbols: [BTC/USD]", "symbols: {BTC/USD: {scale: 2}, ETH/USD: x}\n    parse: {price: last}\n    errors: [{text: x, outcome: ok}]",
		"symbols: [\"*\"]\n    auth: {bearer: x}\n    stream: {url: \"wss://h\"}", "url: *a",
	}

	for i, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(data, vendors[i%len(vendors)])
	}

	for _, name := range catalog.Names() {
		data, _ := catalog.File(name)
		f.Add(data, vendors[1])
	}

	f.Fuzz(func(t *testing.T, definition []byte, vendor string) {
		if len(definition)+len(vendor) > 64<<10 || strings.Contains(vendor, "$") || strings.Contains(vendor, "file:") || strings.Contains(string(definition), canary) {
			t.Skip()
		}

		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "own.yaml"), definition, 0o600))

		c, err := config.Parse([]byte("vendors:\n  a:\n    use: own.yaml\n    "+vendor+"\n"), filepath.Join(dir, "r.yaml"), environment)
		if err == nil {
			requireClean(t, c.String())
			require.NotContains(t, fmt.Sprint(c.Vendors[0].Feed), canary)

			return
		}

		var errs *config.Errors

		require.ErrorAs(t, err, &errs)
		require.NotEmpty(t, errs.Mistakes)
		requireClean(t, errs.Excerpt())
	})
}

package config_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/config"
)

func TestBudgetsBelongToTheKey(t *testing.T) {
	c, err := parse(`vendors:
  a: {class: x, url: "https://API.example.com/{symbol}", symbols: [A], secrets: {key: one}, query: {k: "{secret.key}"}, parse: {price: p}, limits: {per_minute: 80, per_day: 80000}}
  b: {class: x, url: "https://api.example.com/v2/{symbol}", symbols: [B], secrets: {key: two}, query: {k: "{secret.key}"}, parse: {price: p}, limits: {per_minute: 80}}
  c: {class: x, url: "https://api.example.com/v3/{symbol}", symbols: [C], secrets: {key: one}, headers: {k: "{secret.key}"}, parse: {price: p}, limits: {per_minute: 60, per_second: 20}}
  d: {class: x, url: "https://other.example.com/{symbol}", symbols: [D], secrets: {key: one}, query: {k: "{secret.key}"}, parse: {price: p}, limits: {per_minute: 80, key: mine}}
  e: {class: x, url: "https://api.example.com/{symbol}", symbols: [E], secrets: {key: one}, query: {k: "{secret.key}"}, parse: {price: p}}
  f: {class: x, url: "https://free.example.com/{symbol}", symbols: [F], parse: {price: p}, limits: {per_minute: 80}}
  g: {class: x, url: "https://free.example.com/{symbol}?token=x", symbols: [G], parse: {price: p}}
  h: {class: x, url: "https://third.example.com/{symbol}", symbols: [H], parse: {price: p}, limits: {key: mine}}
`)
	require.NoError(t, err)

	budgets := c.Budgets()
	vendors := map[string][]messages.Vendor{}

	for _, budget := range budgets {
		vendors[budget.Name] = budget.Vendors
	}

	assert.Equal(t, map[string][]messages.Vendor{
		"api.example.com#1": {"a", "c", "e"}, "api.example.com#2": {"b"}, "mine": {"d", "h"}, "free.example.com#1": {"f"},
	}, vendors)
	assert.Equal(t, "1s 20/20, 1m0s 60/60, 24h0m0s 80000/80000", windows(budgets[0].Windows))
	assert.Empty(t, c.Vendors[6].Budget)
	assert.Equal(t, "mine", c.Vendors[7].Budget)
}

func windows(all []config.Window) string {
	texts := make([]string, 0, len(all))
	for _, w := range all {
		texts = append(texts, fmt.Sprintf("%s %d/%d", w.Per, w.Credits, w.Burst))
	}

	return strings.Join(texts, ", ")
}

// What was spent is not forgotten because the file was written in another order.
func TestBudgetsKeepTheirNames(t *testing.T) {
	vendor := func(name, key string) string {
		return "  " + name + `: {class: x, url: "https://api.example.com/{symbol}", symbols: [` + name + `], headers: {X-Api-Key: ` + key +
			`}, parse: {price: p}, limits: {per_minute: 80}}` + "\n"
	}

	before, err := parse("vendors:\n" + vendor("a", "one") + vendor("b", "two"))
	require.NoError(t, err)

	after, err := parse("vendors:\n" + vendor("c", "three") + vendor("b", "two") + vendor("a", "one"))
	require.NoError(t, err)
	assert.Equal(t, "api.example.com#1", after.Vendors[0].Budget)

	after.KeepBudgets(*before)
	assert.Equal(t, "api.example.com#3", after.Vendors[0].Budget)
	assert.Equal(t, before.Vendors[1].Budget, after.Vendors[1].Budget)
	assert.Equal(t, before.Vendors[0].Budget, after.Vendors[2].Budget)
}

func TestVendorsAreEqual(t *testing.T) {
	one := func(text string) config.Vendor {
		c, err := parse(text)
		require.NoError(t, err)

		return c.Vendors[0]
	}

	base := one(withHeader("one"))
	salt := []byte("salt")

	for text, same := range map[string]bool{
		withHeader("one"):                                   true,
		withHeader(`"${NOT_SET:-one}"`):                     true,
		"# moved\n" + withHeader("one"):                     true,
		withHeader("one") + "    max_age: 300s\n":           true,
		withHeader("two"):                                   false,
		withHeader("one") + "    max_age: 301s\n":           false,
		withHeader("one") + "    credits: 2\n":              false,
		strings.Replace(withHeader("one"), "/v1", "/v2", 1): false,
		withHeader("one") + "    stream: {url: \"wss://s.example.com\", subscribe: {send: .}, parse: {key: k, price: p}}\n": false,
	} {
		other := one(text)
		assert.Equal(t, same, base.Equal(other), text)
		assert.Equal(t, same, base.Digest(salt) == other.Digest(salt), text)
	}

	assert.NotEqual(t, base.Digest(salt), base.Digest([]byte("pepper")))
	assert.Len(t, base.Digest(nil), 64)

	// What is used, or written out, is the same.
	used := parseMine(t, "    symbols: [BTC/USD]\n")
	text := strings.Replace("vendors:\n  mine:\n    "+strings.ReplaceAll(used.String(), "\n", "\n    "), "    \n", "\n", 1)
	written := one(strings.TrimRight(text, " "))
	assert.True(t, used.Equal(written), text)
}

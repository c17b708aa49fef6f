package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/feed"
)

// goodFiles are all files that must be accepted, by name.
func goodFiles(t *testing.T) map[string][]byte {
	t.Helper()

	files, err := filepath.Glob("testdata/*.good.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)

	texts := map[string][]byte{"sample.yaml": config.Sample()}

	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)

		texts[filepath.Base(file)] = data
	}

	return texts
}

func TestGoodFilesAreAcceptedAndShownMasked(t *testing.T) {
	for name, data := range goodFiles(t) {
		t.Run(name, func(t *testing.T) {
			c, err := config.Parse(data, name, environment)
			require.NoError(t, err)
			assert.Empty(t, c.Warnings)
			assert.NotContains(t, c.String(), canary)
			golden(t, filepath.Join("testdata", strings.TrimSuffix(name, ".yaml")+".effective"), c.String())

			_, err = messages.NewRoster(c.Listings())
			require.NoError(t, err, "a checked configuration always makes a roster")
		})
	}
}

// What is shown without secrets is itself a configuration, and the same one.
func TestEffectiveConfigurationIsAConfiguration(t *testing.T) {
	for _, text := range []string{minimal, string(config.Sample())} {
		first, err := parse(text)
		require.NoError(t, err)

		second, err := parse(first.String())
		require.NoError(t, err)
		assert.Equal(t, first.String(), second.String())
		assert.Equal(t, first.Digest(), second.Digest())
	}
}

func TestDefaultsAreFilledIn(t *testing.T) {
	c, err := parse(minimal)
	require.NoError(t, err)

	assert.Equal(t, 5*time.Second, c.Every)
	assert.Equal(t, 2*time.Second, c.Deadline)
	assert.Equal(t, "./rollcall-data", c.Data)
	assert.Equal(t, config.DurabilityStrict, c.Durability)
	assert.Equal(t, 720*time.Hour, c.History.Retention)
	assert.Zero(t, c.Carry)
	assert.Equal(t, 1024, c.MaxInFlight)

	v := c.Vendors[0]
	assert.Equal(t, messages.Vendor("forex"), v.Name)
	assert.Equal(t, 2*time.Second, v.Deadline)
	assert.Equal(t, config.Limits{}, v.Limits)
	assert.Equal(t, config.Retry{Attempts: 3, Backoff: 100 * time.Millisecond, MaxBackoff: time.Second}, v.Retry)
	assert.Equal(t, 5*time.Minute, v.MaxAge)
	assert.Equal(t, 5*time.Second, v.MaxSkew)
	assert.Empty(t, v.Feed.Method, "package feed knows")
	assert.Zero(t, v.Feed.Stream)
}

func TestDefaultsFollowOtherKeys(t *testing.T) {
	c, err := parse("every: 1s\n" + minimal + "    retry: {backoff: 3s}\n    limits: {requests: 7, per: 1s}\n")
	require.NoError(t, err)

	assert.Equal(t, time.Second, c.Deadline, "no longer than every")
	assert.Equal(t, time.Second, c.Vendors[0].Deadline)
	assert.Equal(t, 3*time.Second, c.Vendors[0].Retry.MaxBackoff)
	assert.Equal(t, 7, c.Vendors[0].Limits.Burst)
}

// P17: symbols keep the text that was written, whatever YAML would make of it.
func TestSymbolsKeepTheirTextAndOrder(t *testing.T) {
	c, err := parse(strings.Replace(minimal, "[EUR/USD]",
		`[0700, 0x10, TRUE, 1.10, 1_000, no, 1e3, 2026-11-21, {B: XB, A: 007}, "NULL", '~', "=cmd|' /C'!A0"]`, 1))
	require.ErrorContains(t, err, "symbols[11]: cannot be an instrument's name")
	assert.Nil(t, c)

	c, err = parse(strings.Replace(minimal, "[EUR/USD]",
		`[0700, 0x10, TRUE, 1.10, 1_000, no, 1e3, 2026-11-21, {B: XB, A: 007}, "NULL", '~', "<b>", "${EVERY}"]`, 1))
	require.NoError(t, err)

	want := []feed.Symbol{}
	for _, name := range []string{"0700", "0x10", "TRUE", "1.10", "1_000", "no", "1e3", "2026-11-21"} {
		want = append(want, feed.Symbol{Instrument: messages.Instrument(name)})
	}

	want = append(want, feed.Symbol{Instrument: "B", VendorSymbol: "XB"}, feed.Symbol{Instrument: "A", VendorSymbol: "007"},
		feed.Symbol{Instrument: "NULL"}, feed.Symbol{Instrument: "~"}, feed.Symbol{Instrument: "<b>"}, feed.Symbol{Instrument: "7s"})
	assert.Equal(t, want, c.Vendors[0].Feed.Symbols)
	assert.Equal(t, messages.Instrument("0700"), c.Vendors[0].Listing().Instruments[0])
}

func TestVendorsKeepTheirOrder(t *testing.T) {
	one := strings.TrimPrefix(minimal, "vendors:\n  forex:")

	c, err := parse("vendors:\n  z:" + one + "  a:" + one + "  m:" + one)
	require.NoError(t, err)

	names := make([]messages.Vendor, 0, 3)
	for _, listing := range c.Listings() {
		names = append(names, listing.Vendor)
	}

	assert.Equal(t, []messages.Vendor{"z", "a", "m"}, names)
}

func TestBudgetThatCannotKeepTheScheduleIsAWarning(t *testing.T) {
	text := strings.Replace(minimal, "[EUR/USD]", "[A, B, C, D, E, F]", 1) + "    batch: 1\n    limits: {requests: %s}\n"

	c, err := parse(fmt.Sprintf(text, "1, per: 1s"))
	require.NoError(t, err)
	require.Len(t, c.Warnings, 1)
	assert.Equal(t, "r.yaml:8:13: vendors.forex.limits: asking for all symbols takes 6 of the budget, more than it allows within 2s; "+
		"expect rate_limited; ask for more symbols in one request", c.Warnings[0].String())
	assert.Contains(t, c.Warnings[0].Excerpt(), "  8 |     limits: {requests: 1, per: 1s}\n    |             ^\n")

	c, err = parse(fmt.Sprintf(text, "6, per: 5s"))
	require.NoError(t, err)
	assert.Empty(t, c.Warnings, "just enough")

	c, err = parse(fmt.Sprintf(text, "6, per: 1m"))
	require.NoError(t, err)
	assert.Empty(t, c.Warnings, "enough for some rounds")

	c, err = parse(fmt.Sprintf(text, "6, per: 5s, burst: 1"))
	require.NoError(t, err)
	assert.Len(t, c.Warnings, 1, "too slow for the deadline")

	c, err = parse(fmt.Sprintf(text, "6, per: 1s") + "    credits: 5\n")
	require.NoError(t, err)
	assert.Len(t, c.Warnings, 1, "six requests of five credits each")
}

func TestSampleIsShort(t *testing.T) {
	assert.LessOrEqual(t, strings.Count(string(config.Sample()), "\n"), 25)

	c, err := parse(string(config.Sample()))
	require.NoError(t, err)
	assert.Len(t, c.Vendors, 3)
	assert.True(t, c.Vendors[0].Feed.Client.AllowPrivate)

	config.Sample()[0] = 'x'

	assert.Equal(t, byte('#'), config.Sample()[0], "the caller's copy")
}

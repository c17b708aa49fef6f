package messages_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
)

func TestRosterIndexesBothWays(t *testing.T) {
	roster, err := messages.NewRoster([]messages.Listing{
		{Vendor: "metals", Class: "commodities", Instruments: []messages.Instrument{"SILVER", "GOLD"}},
		{Vendor: "bank", Class: "forex", Instruments: []messages.Instrument{"EUR/USD"}},
		{Vendor: "bullion", Class: "commodities", Instruments: []messages.Instrument{"GOLD"}},
	})
	require.NoError(t, err)

	assert.Equal(t, []string{"commodities", "forex"}, roster.Classes())
	assert.Len(t, roster.Listings(), 3)
	assert.Equal(t, messages.Vendor("metals"), roster.Listings()[0].Vendor, "vendors keep the configured order")
	assert.Equal(t, []messages.Entry{
		{Instrument: "EUR/USD", Class: "forex", Sources: []messages.SourceRef{{Listing: 1, Position: 0}}},
		{Instrument: "GOLD", Class: "commodities", Sources: []messages.SourceRef{{Listing: 0, Position: 1}, {Listing: 2, Position: 0}}},
		{Instrument: "SILVER", Class: "commodities", Sources: []messages.SourceRef{{Listing: 0, Position: 0}}},
	}, roster.Entries(), "instruments are sorted")

	at, known := roster.Instrument("GOLD")
	assert.True(t, known)
	assert.Equal(t, 1, at)

	at, known = roster.Vendor("bullion")
	assert.True(t, known)
	assert.Equal(t, 2, at)

	_, known = roster.Instrument("gold")
	assert.False(t, known)

	_, known = roster.Vendor("")
	assert.False(t, known)
}

func TestRosterErrors(t *testing.T) {
	gold := []messages.Instrument{"GOLD"}

	for _, test := range []struct {
		name     string
		listings []messages.Listing
		want     []string
	}{
		{"vendor twice", []messages.Listing{
			{Vendor: "a", Class: "x", Instruments: gold}, {Vendor: "a", Class: "x", Instruments: gold},
		}, []string{`vendor "a" is listed twice`}},
		{"no instruments", []messages.Listing{{Vendor: "a", Class: "x"}}, []string{`vendor "a" has no instruments`}},
		{"instrument twice", []messages.Listing{
			{Vendor: "a", Class: "x", Instruments: []messages.Instrument{"GOLD", "OIL", "GOLD"}},
		}, []string{`vendor "a" lists instrument "GOLD" twice`}},
		{"two classes", []messages.Listing{
			{Vendor: "a", Class: "x", Instruments: gold}, {Vendor: "b", Class: "y", Instruments: gold},
		}, []string{`instrument "GOLD" has class "x" at one vendor and "y" at "b"`}},
		{"two classes of one that is mixed", []messages.Listing{
			{Vendor: "a", Class: "x", Instruments: gold}, {Vendor: "b", Class: "x", Instruments: gold, Classes: []string{"y"}},
		}, []string{`instrument "GOLD" has class "x" at one vendor and "y" at "b"`}},
		{"classes missing", []messages.Listing{
			{Vendor: "a", Class: "x", Instruments: []messages.Instrument{"GOLD", "OIL"}, Classes: []string{"y"}},
		}, []string{`vendor "a" has 2 instruments and 1 classes`}},
		{"P07 invalid UTF-8 in one of several classes", []messages.Listing{
			{Vendor: "a", Class: "x", Instruments: gold, Classes: []string{"\xfe"}},
		}, []string{`name "\xfe" is not valid UTF-8`}},
		{"P07 invalid UTF-8", []messages.Listing{
			{Vendor: "a\xff", Class: "x", Instruments: gold},
			{Vendor: "b", Class: "\xfe", Instruments: []messages.Instrument{"OIL"}},
			{Vendor: "c", Class: "x", Instruments: []messages.Instrument{"TIN\xc3"}},
		}, []string{
			`name "a\xff" is not valid UTF-8`, `name "\xfe" is not valid UTF-8`, `name "TIN\xc3" is not valid UTF-8`,
		}},
		{"all at once", []messages.Listing{
			{Vendor: "a", Class: "x", Instruments: append(gold, gold...)}, {Vendor: "b"}, {Vendor: "b", Class: "y", Instruments: gold},
		}, []string{
			`vendor "a" lists instrument "GOLD" twice`, `vendor "b" has no instruments`, `vendor "b" is listed twice`,
			`instrument "GOLD" has class "x" at one vendor and "y" at "b"`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			roster, err := messages.NewRoster(test.listings)
			require.Error(t, err)
			assert.Nil(t, roster)
			assert.Equal(t, test.want, strings.Split(err.Error(), "\n"))
		})
	}
}

// Vendors of mixed classes share instruments with others as long as they agree on each.
func TestMixedClasses(t *testing.T) {
	mixed := messages.Listing{
		Vendor: "mixed", Class: "mixed", Instruments: []messages.Instrument{"AAPL", "EUR/USD", "VIX"}, Classes: []string{"equities", "forex", "mixed"},
	}
	roster, err := messages.NewRoster([]messages.Listing{{Vendor: "fx", Class: "forex", Instruments: []messages.Instrument{"EUR/USD"}}, mixed})
	require.NoError(t, err)
	assert.Equal(t, []string{"equities", "forex", "mixed"}, roster.Classes())

	var classes []string
	for _, entry := range roster.Entries() {
		classes = append(classes, entry.Class)
	}

	assert.Equal(t, []string{"equities", "forex", "mixed"}, classes)

	mixed.Classes[0] = "bonds"
	assert.Equal(t, "equities", roster.Entries()[0].Class)
	assert.Equal(t, "equities", roster.Listings()[1].Classes[0], "the roster has its own")

	part := messages.NewView(roster, messages.Selection{Classes: []string{"mixed", "forex"}}).Roster()
	assert.Equal(t, messages.Listing{
		Vendor: "mixed", Class: "mixed", Instruments: []messages.Instrument{"EUR/USD", "VIX"}, Classes: []string{"forex", "mixed"},
	}, part.Listings()[1])
}

func TestListingAdd(t *testing.T) {
	var l messages.Listing

	l.Add("A", "x")
	l.Add("B", "x")
	assert.Equal(t, messages.Listing{Class: "x", Instruments: []messages.Instrument{"A", "B"}}, l)

	l.Add("C", "y")
	l.Add("D", "x")
	assert.Equal(t, messages.Listing{Class: "x", Instruments: []messages.Instrument{"A", "B", "C", "D"}, Classes: []string{"x", "x", "y", "x"}}, l)
	assert.Equal(t, "y", l.ClassOf(2))
	assert.Equal(t, "x", l.ClassOf(3))

	l = messages.Listing{Class: "mixed"}
	l.Add("A", "x")
	l.Add("B", "mixed")
	assert.Equal(t, messages.Listing{Class: "mixed", Instruments: []messages.Instrument{"A", "B"}, Classes: []string{"x", "mixed"}}, l)
}

// TestRosterIsImmutable changes what the roster was made from.
func TestRosterIsImmutable(t *testing.T) {
	listings := []messages.Listing{{Vendor: "a", Class: "x", Instruments: []messages.Instrument{"GOLD"}}}
	roster, err := messages.NewRoster(listings)
	require.NoError(t, err)

	listings[0].Instruments[0] = "OIL"
	listings[0].Vendor = "b"

	assert.Equal(t, messages.Listing{Vendor: "a", Class: "x", Instruments: []messages.Instrument{"GOLD"}}, roster.Listings()[0])
}

package plausible_test

import (
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/actors/internal/plausible"
	"github.com/rollcall-go/rollcall/messages"
)

// drawPrice makes prices that are close together as well as far apart, written in every way that a price may be, of any length.
func drawPrice(t *rapid.T) messages.Price {
	text := rapid.StringMatching(`[1-9][0-9]{0,2}(\.[0-9]{1,4}|\.[0-9]{15,25})?(e-?[0-3])?`).Draw(t, "price")

	price, err := messages.ParsePrice(text)
	require.NoError(t, err)

	return price
}

func ratio(t require.TestingT, p messages.Price) *big.Rat {
	r, ok := new(big.Rat).SetString(p.Text())
	require.True(t, ok)

	return r
}

// The verdicts are those of fractions, whatever shortcut was taken.
func TestJumpsAreExact(t *testing.T) {
	t.Parallel()

	roster := rosterOf(t, 1, 1)

	rapid.Check(t, func(t *rapid.T) {
		before, after := drawPrice(t), drawPrice(t)
		limit := rapid.Int64Range(1, 10*plausible.Million).Draw(t, "limit")
		judge := plausible.New(roster, []plausible.Limits{{Jump: limit}})

		require.Empty(t, judge.Round(reportsOf(roster, [][]messages.Price{{before}})).Refused)
		refused := judge.Round(reportsOf(roster, [][]messages.Price{{after}})).Refused

		low, high := ratio(t, before), ratio(t, after)
		if low.Cmp(high) > 0 {
			low, high = high, low
		}

		most := new(big.Rat).Mul(low, big.NewRat(limit+plausible.Million, plausible.Million))
		assert.Equal(t, high.Cmp(most) > 0, len(refused) == 1, "%s %s %d", before, after, limit)
	})
}

func TestOutliersAreExact(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		prices := rapid.SliceOfN(rapid.Custom(drawPrice), 1, 7).Draw(t, "prices")
		limits := plausible.Limits{
			Outlier: rapid.Int64Range(1, 2*plausible.Million).Draw(t, "limit"), Spread: rapid.IntRange(0, 5).Draw(t, "spread"),
		}
		roster := rosterOf(t, 1, len(prices))
		byVendor := make([][]messages.Price, len(prices))

		for i, price := range prices {
			byVendor[i] = []messages.Price{price}
		}

		var refused []int
		for _, r := range plausible.New(roster, slices.Repeat([]plausible.Limits{limits}, len(prices))).Round(reportsOf(roster, byVendor)).Refused {
			refused = append(refused, r.Source.Listing)
		}

		assert.Equal(t, outliers(t, prices, limits), refused)
	})
}

// outliers is the definition, in fractions.
func outliers(t require.TestingT, prices []messages.Price, l plausible.Limits) []int {
	if len(prices) < 3 {
		return nil
	}

	var values, deviations []*big.Rat
	for _, price := range prices {
		values = append(values, ratio(t, price))
	}

	center := middle(values)
	for _, value := range values {
		d := new(big.Rat).Sub(value, center)
		deviations = append(deviations, d.Abs(d))
	}

	limit := new(big.Rat).Mul(center, big.NewRat(l.Outlier, plausible.Million))
	spread := new(big.Rat).Mul(middle(deviations), big.NewRat(int64(l.Spread), 1))

	var found []int

	for i, d := range deviations {
		if d.Cmp(limit) > 0 && d.Cmp(spread) > 0 {
			found = append(found, i)
		}
	}

	return found
}

func middle(values []*big.Rat) *big.Rat {
	sorted := slices.SortedFunc(slices.Values(values), (*big.Rat).Cmp)
	sum := new(big.Rat).Add(sorted[(len(sorted)-1)/2], sorted[len(sorted)/2])

	return sum.Mul(sum, big.NewRat(1, 2))
}

// FuzzRound: no price that could be read makes a judge panic, and each refusal is fit to be shown.
func FuzzRound(f *testing.F) {
	f.Add("185.20", "1852.0", "1e-30", "999999999999999999999999999999", int64(200_000))
	f.Add("0", "-1", "0.0", "-0", int64(1))
	f.Add(strings.Repeat("7", 30), "0."+strings.Repeat("0", 29)+"1", "1e30", "18446744073709551616", int64(1<<62))

	f.Fuzz(func(t *testing.T, a, b, c, d string, limit int64) {
		roster := rosterOf(t, 2, 3)
		judge := plausible.New(roster, slices.Repeat([]plausible.Limits{{Jump: limit, Outlier: limit, Stuck: 1, Confirm: 1}}, 3))

		var prices []messages.Price

		for _, text := range []string{a, b, c, d} {
			price, _ := messages.ParseDecimal(text)
			prices = append(prices, price)
		}

		for i := range prices {
			next := prices[(i+1)%len(prices)]
			verdict := judge.Round(reportsOf(roster, [][]messages.Price{{prices[i], next}, {next, next}, {prices[0], prices[i]}}))
			assert.LessOrEqual(t, len(verdict.Refused), 3*2)

			for _, r := range verdict.Refused {
				assert.LessOrEqual(t, len(r.Detail), messages.MaxDetail)
				assert.Equal(t, r.Detail, messages.CleanDetail(r.Detail))
			}
		}
	})
}

// rosterOf is so many vendors that all have the same instruments.
func rosterOf(t require.TestingT, instruments, vendors int) *messages.Roster {
	listings := make([]messages.Listing, vendors)
	for i := range listings {
		listings[i] = messages.Listing{Vendor: messages.Vendor("v" + strconv.Itoa(i)), Class: "any"}
		for k := range instruments {
			listings[i].Instruments = append(listings[i].Instruments, messages.Instrument("I"+strconv.Itoa(k)))
		}
	}

	roster, err := messages.NewRoster(listings)
	require.NoError(t, err)

	return roster
}

// reportsOf are the vendors' prices of a round, by listing and position; no price is no usable quote.
func reportsOf(roster *messages.Roster, prices [][]messages.Price) []messages.VendorReport {
	reports := make([]messages.VendorReport, len(prices))

	for i, listing := range roster.Listings() {
		for k, price := range prices[i] {
			reports[i].Quotes = append(reports[i].Quotes, messages.Quote{
				Instrument: listing.Instruments[k], Vendor: listing.Vendor, Price: price, ReceivedAt: noon, VendorTime: noon, Outcome: messages.OutcomeOK,
			})
		}
	}

	return reports
}

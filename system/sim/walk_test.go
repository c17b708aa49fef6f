package sim_test

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/sim"
)

func walking(start, step string) sim.Settings {
	return sim.Settings{Vendors: []sim.Vendor{{Name: "v", Instruments: []sim.Instrument{{Symbol: "A", Start: start, Step: step}}}}}
}

func TestPricesWalkInExactSteps(t *testing.T) {
	for _, c := range []struct{ start, step, most string }{
		{"185.20", "0.05", "0.05"},
		{"1.08450", "200ppm", "0.00021"},
		{"71", "3", "3"},
		{"0.01", "1ppm", "0.01"}, // a relative step is at least one unit
		{"5", "5", "5"},
		{"1", "1", "1"},
		{"99999999999999.9", "1000ppm", "100000000000"},
	} {
		r := newRig(t, walking(c.start, c.step))
		start, most := decimal.RequireFromString(c.start), decimal.RequireFromString(c.most)
		last, moved := start, false

		for range 100 {
			q := r.rows(t)[0]
			price := decimal.RequireFromString(string(q.Price))

			assert.Equal(t, decimals(c.start), decimals(string(q.Price)), "%s keeps its digits: %s", c.start, q.Price)
			assert.True(t, price.Sub(last).Abs().LessThanOrEqual(most), "%s to %s", last, price)
			assert.True(t, price.IsPositive())
			assert.True(t, price.GreaterThanOrEqual(start.Div(decimal.NewFromInt(2))) && price.LessThanOrEqual(start.Mul(decimal.NewFromInt(2))))
			assert.True(t, decimal.RequireFromString(string(q.Bid)).LessThanOrEqual(price) && decimal.RequireFromString(string(q.Bid)).IsPositive())
			assert.True(t, decimal.RequireFromString(string(q.Ask)).GreaterThan(price))

			moved = moved || !price.Equal(last)
			last = price
		}

		assert.True(t, moved, "%s with %s stood still", c.start, c.step)
	}
}

func decimals(text string) int {
	_, digits, _ := strings.Cut(text, ".")

	return len(digits)
}

func TestPricesWithoutWalkStandStill(t *testing.T) {
	for _, step := range []string{"", "0", "0ppm", "0.00"} {
		r := newRig(t, walking("185.20", step))

		for range 5 {
			assert.Equal(t, "185.20", string(r.rows(t)[0].Price))
		}
	}
}

func TestSameSeedSamePrices(t *testing.T) {
	series := func(seed uint64, faults ...sim.Fault) []string {
		r := newRig(t, sim.Settings{Seed: seed, Vendors: []sim.Vendor{vendorV(faults...)}})

		var prices []string

		for range 20 {
			for _, q := range r.rows(t) {
				prices = append(prices, string(q.Price))
			}
		}

		return prices
	}

	first := series(7)
	assert.Equal(t, first, series(7))
	assert.Equal(t, first, series(7, sim.Fault{Kind: sim.Stale, Chance: 0.5}), "a fault changes no price")
	assert.NotEqual(t, first, series(8))
}

func TestStartsAndStepsAreChecked(t *testing.T) {
	for _, c := range []struct{ start, step, want string }{
		{"", "", "not a decimal"},
		{"abc", "", "not a decimal"},
		{"1e3", "", "not a decimal"},
		{"+1", "", "not a decimal"},
		{"0", "", "not a positive"},
		{"-1", "", "not a positive"},
		{"12345678901234567", "", "at most 15 digits"},
		{"1.00", "0.001", "more than the 2 decimals"},
		{"1.00", "-0.01", "negative"},
		{"1.00", "2.00", "more than the price"},
		{"1.00", "2000000ppm", "more than the price"},
		{"1.00", "ppm", "not a decimal"},
		{"1.00", "1e9", "not a decimal"},
		{"1.00", "NaN", "not a decimal"},
	} {
		_, err := sim.Start(t.Context(), walking(c.start, c.step))
		require.ErrorContains(t, err, c.want, "%s %s", c.start, c.step)
	}
}

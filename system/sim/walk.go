package sim

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/shopspring/decimal"
)

const (
	maxDigits = 15    // of a price, so that twice a price and a step always fit an int64
	ppm       = "ppm" // unit of a relative step
	million   = 1_000_000
	spreadPPM = 50 // bid and ask stand this far below and above the price, at least one unit
)

// walker is a price that moves by a bounded random step, counted in units of its last decimal. It stays between half and twice its start.
type walker struct {
	start, price, step, spread int64
	places                     int32
}

// newWalker reads a start price and the most it moves in one step.
func newWalker(start, step string) (*walker, error) {
	value, err := decimal.NewFromString(start)
	if err != nil || strings.ContainsAny(start, "eE+") {
		return nil, fmt.Errorf("start %q: not a decimal number", start)
	}

	if !value.IsPositive() || len(start) > maxDigits+1 {
		return nil, fmt.Errorf("start %q: not a positive number of at most %d digits", start, maxDigits)
	}

	places := max(-value.Exponent(), 0)
	units := value.Shift(places)

	size, err := stepUnits(step, units, places)
	if err != nil {
		return nil, fmt.Errorf("step %q: %w", step, err)
	}

	spread := max(partsPerMillion(units, decimal.NewFromInt(spreadPPM)), 1)

	return &walker{start: units.IntPart(), price: units.IntPart(), step: size, spread: spread, places: places}, nil
}

// stepUnits reads the text of a step as a number of units; a relative step is at least one unit.
func stepUnits(step string, start decimal.Decimal, places int32) (int64, error) {
	if step == "" {
		return 0, nil
	}

	text, relative := strings.CutSuffix(step, ppm)

	value, err := decimal.NewFromString(text)
	if err != nil || len(text) > maxDigits+1 || strings.ContainsAny(text, "eE+") {
		return 0, errors.New("not a decimal number, nor one with " + ppm)
	}

	units := value.Shift(places)

	switch {
	case value.IsNegative():
		return 0, errors.New("negative")
	case relative && value.GreaterThan(decimal.NewFromInt(million)):
		return 0, errors.New("more than the price itself")
	case relative && value.IsPositive():
		return max(partsPerMillion(start, value), 1), nil
	case !units.IsInteger():
		return 0, fmt.Errorf("more than the %d decimals of the price", places)
	case units.GreaterThan(start):
		return 0, errors.New("more than the price itself")
	default:
		return units.IntPart(), nil
	}
}

func partsPerMillion(units, parts decimal.Decimal) int64 {
	return units.Mul(parts).Div(decimal.NewFromInt(million)).IntPart()
}

// advance moves the price by up to one step either way, turned back at the bounds.
func (w *walker) advance(random *rand.Rand) {
	if w.step == 0 {
		return
	}

	move := random.Int64N(2*w.step+1) - w.step

	for _, next := range []int64{w.price + move, w.price - move} {
		if next >= (w.start+1)/2 && next <= 2*w.start {
			w.price = next

			return
		}
	}
}

// figures returns price, bid and ask as decimal text with the start's number of decimals.
func (w *walker) figures() (price, bid, ask string) {
	return w.text(w.price), w.text(max(w.price-w.spread, 1)), w.text(w.price + w.spread)
}

func (w *walker) text(units int64) string { return decimal.New(units, -w.places).StringFixed(w.places) }

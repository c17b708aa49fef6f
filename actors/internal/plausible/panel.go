package plausible

import (
	"math/big"
	"slices"

	"github.com/rollcall-go/rollcall/messages"
)

// panel is the prices of one instrument in a round, to be compared with their median. It is used again and again, so that a round allocates
// nothing for panels that agree, and little for others.
type panel struct {
	prices  []messages.Price
	amounts []amount
	units   []uint64 // the prices in one unit; empty where they do not fit

	values     []*big.Int // the prices in one unit, in their order; more than there are prices
	deviations []*big.Int // from the median, doubled, likewise
	sorted     []*big.Int
	lower      int // the price in the middle, or the lower and the upper of two, by their places
	upper      int
	median     big.Int // doubled
	spread     big.Int // median of the doubled deviations, doubled again

	factor, left, right big.Int
}

// load takes the prices, and reports whether all of them are positive.
func (p *panel) load(prices []messages.Price) bool {
	p.prices, p.amounts, p.units = prices, p.amounts[:0], p.units[:0]
	exponent := 0

	for _, price := range prices {
		a, fits := read(price.Text())
		if !fits {
			return positive(prices)
		}

		exponent = min(exponent, a.exponent)
		p.amounts = append(p.amounts, a)
	}

	for _, a := range p.amounts {
		unit, fits := a.to(exponent)
		if !fits {
			p.units = p.units[:0]

			return true
		}

		p.units = append(p.units, unit)
	}

	return true
}

func positive(prices []messages.Price) bool {
	for _, price := range prices {
		if price.Sign() <= 0 {
			return false
		}
	}

	return true
}

// agrees reports at little cost whether no two prices differ by more than the limit; then none is further than that from the median. It may
// report false where that is so.
func (p *panel) agrees(limit int64) bool {
	if len(p.units) == 0 {
		return false
	}

	low, high := slices.Min(p.units), slices.Max(p.units)

	return !exceeds(high-low, Million, low, uint64(limit)) //nolint:gosec // a limit is never negative
}

// measure works out the median and how far each price is from it. Sums stand in for means, so that nothing is divided: the median of an even
// number of prices is the middle of two.
func (p *panel) measure() {
	p.fill()

	n := len(p.prices)
	p.sorted = append(p.sorted[:0], p.values[:n]...)
	lower, upper := p.middle(&p.median)
	p.lower, p.upper = slices.Index(p.values, lower), slices.Index(p.values, upper)

	for i, value := range p.values[:n] {
		d := p.deviations[i].Lsh(value, 1)
		d.Abs(d.Sub(d, &p.median))
	}

	p.sorted = append(p.sorted[:0], p.deviations[:n]...)
	p.middle(&p.spread)
}

// middle adds up the two middle numbers of those to be sorted, which are the same one where their number is odd.
func (p *panel) middle(into *big.Int) (lower, upper *big.Int) {
	slices.SortFunc(p.sorted, (*big.Int).Cmp)

	n := len(p.sorted)
	lower, upper = p.sorted[(n-1)/2], p.sorted[n/2]
	into.Add(lower, upper)

	return lower, upper
}

// fill makes big numbers of the prices.
func (p *panel) fill() {
	for len(p.values) < len(p.prices) {
		p.values, p.deviations = append(p.values, new(big.Int)), append(p.deviations, new(big.Int))
	}

	for i, unit := range p.units {
		p.values[i].SetUint64(unit)
	}

	if len(p.units) > 0 {
		return
	}

	exponent := int32(0)
	for _, price := range p.prices {
		exponent = min(exponent, price.Decimal().Exponent())
	}

	for i, price := range p.prices {
		d := price.Decimal()
		p.values[i].Set(shifted(d.Coefficient(), int(d.Exponent()-exponent)))
	}
}

// outlying reports whether a price is too far from the median: by the limit, in millionths of the median, and by so many median absolute
// deviations.
func (p *panel) outlying(i int, limit int64, spreads int) bool {
	d := p.deviations[i]

	p.left.Mul(d, p.factor.SetInt64(Million))
	p.right.Mul(&p.median, p.factor.SetInt64(limit))

	if p.left.Cmp(&p.right) <= 0 {
		return false
	}

	p.left.Lsh(d, 1)
	p.right.Mul(&p.spread, p.factor.SetInt64(int64(spreads)))

	return p.left.Cmp(&p.right) > 0
}

// distance is how far a price is from the median, in percent of it, for people.
func (p *panel) distance(i int) string { return percent(p.deviations[i], &p.median) }

// center names the median for people: a price, or the two prices in whose middle it is.
func (p *panel) center() string {
	if p.lower == p.upper {
		return p.prices[p.lower].Text()
	}

	return "the middle of " + p.prices[p.lower].Text() + " and " + p.prices[p.upper].Text()
}

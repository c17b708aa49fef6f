package plausible

import (
	"math/big"
	"math/bits"
	"strconv"
	"strings"

	"github.com/rollcall-go/rollcall/messages"
)

// amount is a positive price: mantissa · 10^exponent.
type amount struct {
	mantissa uint64
	exponent int
}

// maxDigits is how many digits always fit a mantissa.
const maxDigits = 19

const ten = 10

// read takes a price apart. It reports false for prices that are written with an exponent or with more digits than fit, which are left to big
// numbers, and for those that are not positive.
func read(text string) (amount, bool) {
	var a amount

	point := -1

	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			a.mantissa = a.mantissa*ten + uint64(c-'0') // cannot overflow unless the text is too long anyway
		case c == '.' && point < 0:
			point = i
		default:
			return amount{}, false
		}
	}

	digits := len(text)

	if point >= 0 {
		digits--
		a.exponent = point + 1 - len(text)
	}

	return a, digits <= maxDigits && a.mantissa > 0
}

// power is ten to an exponent that is not negative, and false if it does not fit.
func power(exponent int) (uint64, bool) {
	if exponent > maxDigits {
		return 0, false
	}

	value := uint64(1)
	for range exponent {
		value *= ten
	}

	return value, true
}

// to is the amount in units of 10^exponent, which is not above its own.
func (a amount) to(exponent int) (uint64, bool) {
	if a.exponent == exponent {
		return a.mantissa, true
	}

	factor, fits := power(a.exponent - exponent)
	if !fits {
		return 0, false
	}

	high, low := bits.Mul64(a.mantissa, factor)

	return low, high == 0
}

// exceeds reports whether a · x > b · y.
func exceeds(a, x, b, y uint64) bool {
	high, low := bits.Mul64(a, x)
	high2, low2 := bits.Mul64(b, y)

	return high > high2 || high == high2 && low > low2
}

// apart reports whether two prices differ by more than so many millionths of the smaller one. Those that are not positive have no relative
// distance and are not apart.
func apart(a, b messages.Price, limit int64) bool {
	if a == b {
		return false
	}

	x, fine := read(a.Text())
	y, fineToo := read(b.Text())

	if fine && fineToo {
		exponent := min(x.exponent, y.exponent)
		low, fits := x.to(exponent)
		high, fitsToo := y.to(exponent)

		if fits && fitsToo {
			low, high = min(low, high), max(low, high)

			return exceeds(high-low, Million, low, uint64(limit)) //nolint:gosec // a limit is never negative
		}
	}

	return a.Sign() > 0 && b.Sign() > 0 && wide(a, b).apart(limit)
}

// pair is two positive prices in one unit, of any width.
type pair struct{ low, high *big.Int }

func wide(a, b messages.Price) pair {
	x, y := a.Decimal(), b.Decimal()
	exponent := min(x.Exponent(), y.Exponent())
	p := pair{low: shifted(x.Coefficient(), int(x.Exponent()-exponent)), high: shifted(y.Coefficient(), int(y.Exponent()-exponent))}

	if p.low.Cmp(p.high) > 0 {
		p.low, p.high = p.high, p.low
	}

	return p
}

func (p pair) apart(limit int64) bool {
	difference := new(big.Int).Sub(p.high, p.low)

	return difference.Mul(difference, big.NewInt(Million)).Cmp(new(big.Int).Mul(p.low, big.NewInt(limit))) > 0
}

// distance is how far two positive prices are apart, in percent of the smaller one, for people.
func distance(a, b messages.Price) string {
	p := wide(a, b)

	return percent(new(big.Int).Sub(p.high, p.low), p.low)
}

// percent is a share for people, cut to hundredths of a percent, and to whole percents from ten on.
func percent(part, whole *big.Int) string {
	hundredths := new(big.Int).Mul(part, big.NewInt(hundred*hundred))
	hundredths.Quo(hundredths, whole)

	if hundredths.Cmp(big.NewInt(ten*hundred)) < 0 {
		return share(hundredths.Int64() * hundred)
	}

	return hundredths.Quo(hundredths, big.NewInt(hundred)).String() + "%"
}

const hundred = 100

// share is millionths for people, such as 0.5%.
func share(millionths int64) string {
	const one = Million / hundred

	text := strconv.FormatInt(millionths/one, ten) + "%"
	if rest := millionths % one; rest > 0 {
		digits := strconv.FormatInt(one+rest, ten) // with a 1 in front, for the zeros
		text = strings.TrimSuffix(text, "%") + "." + strings.TrimRight(digits[1:], "0") + "%"
	}

	return text
}

// shifted is a number times a power of ten.
func shifted(value *big.Int, by int) *big.Int {
	if by == 0 {
		return value
	}

	factor := new(big.Int).Exp(big.NewInt(ten), big.NewInt(int64(by)), nil)

	return value.Mul(value, factor)
}

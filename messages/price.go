package messages

import (
	"errors"
	"strconv"

	"github.com/shopspring/decimal"
)

// Limits of a price's text. They are far wider than any market and keep hostile numbers cheap.
const (
	MaxPriceText     = 64 // bytes of the decimal text
	MaxPriceExponent = 30 // a price other than zero is at least 10^-30 and less than 10^30, without its sign
)

// Errors of ParsePrice.
var (
	ErrPriceSyntax   = errors.New("not a decimal number")
	ErrPriceTooLong  = errors.New("number longer than " + strconv.Itoa(MaxPriceText) + " bytes")
	ErrPriceRange    = errors.New("number outside 1e-" + strconv.Itoa(MaxPriceExponent) + " … 1e" + strconv.Itoa(MaxPriceExponent))
	ErrPriceNegative = errors.New("negative price")
	ErrPriceZero     = errors.New("zero price")
)

// Price is an exact decimal, kept as the text the vendor sent, so that 185.20 stays 185.20. The zero Price means "no price". It is two words
// long and making one allocates nothing; the decimal is built when it is asked for.
type Price struct{ text string }

// ParsePrice reads a JSON number (RFC 8259: no plus sign, no leading zeros, no spaces, no separators) as an exact price greater than
// zero. Scientific notation is accepted within MaxPriceExponent.
func ParsePrice(text string) (Price, error) {
	p, err := ParseDecimal(text)
	if err != nil {
		return Price{}, err
	}

	switch p.Sign() {
	case 0:
		return Price{}, ErrPriceZero
	case -1:
		return Price{}, ErrPriceNegative
	default:
		return p, nil
	}
}

// ParseDecimal is ParsePrice without the condition that the number is positive: for instruments whose price may be zero or negative.
func ParseDecimal(text string) (Price, error) { return parseDecimal(text, MaxPriceText) }

func parseDecimal(text string, longest int) (Price, error) {
	if len(text) > longest {
		return Price{}, ErrPriceTooLong
	}

	n, ok := readNumber(text)
	if !ok {
		return Price{}, ErrPriceSyntax
	}

	if !n.inRange() {
		return Price{}, ErrPriceRange
	}

	return Price{text: text}, nil
}

// NewPrice returns a computed decimal as a price; its text is the decimal's own.
func NewPrice(value decimal.Decimal) Price { return Price{text: value.String()} }

// Text returns the number exactly as the vendor sent it; empty for no price. It is a valid JSON number.
func (p Price) Text() string { return p.text }

// String implements fmt.Stringer with Text, and "-" for no price.
func (p Price) String() string {
	if p.text == "" {
		return "-"
	}

	return p.text
}

// Decimal returns the exact value; zero for no price.
func (p Price) Decimal() decimal.Decimal {
	value, err := decimal.NewFromString(p.text)
	if err != nil {
		return decimal.Decimal{} // no price: every other text has been read before
	}

	return value
}

// Sign returns −1, 0 or 1; 0 for no price.
func (p Price) Sign() int {
	n, ok := readNumber(p.text)
	if !ok {
		return 0
	}

	switch _, zero := n.magnitude(); {
	case zero:
		return 0
	case n.negative:
		return -1
	default:
		return 1
	}
}

// Compare returns −1, 0 or 1 as p is less than, equal to or greater than other. No price counts as zero.
func (p Price) Compare(other Price) int {
	a, fineA := readNumber(p.text)
	b, fineB := readNumber(other.text)

	if fineA && fineB && !a.negative && !b.negative && a.exponent == 0 && b.exponent == 0 {
		return comparePlain(a, b)
	}

	return p.Decimal().Cmp(other.Decimal())
}

// IsZero reports whether there is no price.
func (p Price) IsZero() bool { return p.text == "" }

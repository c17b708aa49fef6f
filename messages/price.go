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

// Price is an exact decimal together with the text the vendor sent, so that 185.20 stays 185.20. The zero Price means "no price".
type Price struct {
	text  string
	value decimal.Decimal
}

// ParsePrice reads a JSON number (RFC 8259: no plus sign, no leading zeros, no spaces, no separators) as an exact price greater than
// zero. Scientific notation is accepted within MaxPriceExponent.
func ParsePrice(text string) (Price, error) {
	p, err := ParseDecimal(text)
	if err != nil {
		return Price{}, err
	}

	switch p.value.Sign() {
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

	if !isJSONNumber(text) {
		return Price{}, ErrPriceSyntax
	}

	value, err := decimal.NewFromString(text)
	if err != nil {
		return Price{}, ErrPriceRange // the syntax is right, so only the exponent can be wrong
	}

	if !value.IsZero() {
		magnitude := value.NumDigits() + int(value.Exponent())
		if magnitude > MaxPriceExponent || magnitude < -MaxPriceExponent+1 {
			return Price{}, ErrPriceRange
		}
	} else if value.Exponent() < -MaxPriceText || value.Exponent() > MaxPriceExponent {
		return Price{}, ErrPriceRange
	}

	return Price{text: text, value: value}, nil
}

// NewPrice returns a computed decimal as a price; its text is the decimal's own.
func NewPrice(value decimal.Decimal) Price {
	return Price{text: value.String(), value: value}
}

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
func (p Price) Decimal() decimal.Decimal { return p.value }

// IsZero reports whether there is no price.
func (p Price) IsZero() bool { return p.text == "" }

// isJSONNumber follows the grammar of RFC 8259 section 6.
func isJSONNumber(s string) bool {
	s = trimPrefixByte(s, '-')

	switch {
	case s == "":
		return false
	case s[0] == '0':
		s = s[1:]
	default:
		digits := countDigits(s)
		if digits == 0 {
			return false
		}

		s = s[digits:]
	}

	if s != "" && s[0] == '.' {
		digits := countDigits(s[1:])
		if digits == 0 {
			return false
		}

		s = s[1+digits:]
	}

	if s != "" && (s[0] == 'e' || s[0] == 'E') {
		s = s[1:]
		if s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}

		digits := countDigits(s)

		return digits > 0 && digits == len(s)
	}

	return s == ""
}

func trimPrefixByte(s string, b byte) string {
	if s != "" && s[0] == b {
		return s[1:]
	}

	return s
}

func countDigits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}

	return n
}

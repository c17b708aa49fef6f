package reading

import (
	"github.com/shopspring/decimal"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// conversionError says why a number cannot be converted.
type conversionError string

func (e conversionError) Error() string { return string(e) }

const (
	errVanished = conversionError("is zero after its conversion")
	errNoAmount = conversionError("cannot be converted: the amount it is for is not a positive number")
	errNoFactor = conversionError("cannot be converted: the scale is not a positive number")
	errInverse  = conversionError("is zero and has no inverse")
)

// defaultDigits are the decimal places of an inverted price where a definition does not say.
const defaultDigits = 10

// conversion changes the numbers of one row. It is exact but for the last digit of an inverse, or of a quotient that does not end.
type conversion struct {
	per    *decimal.Decimal // what prices are divided by
	invert bool
	digits int32
	scale  *decimal.Decimal // what prices are multiplied by, last
}

// changes reports whether the conversion changes anything.
func (c *conversion) changes() bool { return c.per != nil || c.invert || c.scale != nil }

func (c *conversion) apply(price messages.Price) (messages.Price, error) {
	value := price.Decimal()
	zero := value.IsZero()

	if c.per != nil {
		value = quotient(value, *c.per, c.digits)
	}

	if c.invert {
		if value.IsZero() {
			return messages.Price{}, errInverse
		}

		value = divide(decimal.New(1, 0), value, c.digits)
	}

	if c.scale != nil {
		value = value.Mul(*c.scale)
	}

	if value.IsZero() && !zero {
		return messages.Price{}, errVanished
	}

	return messages.ParseDecimal(value.String())
}

// quotient is exact where it has an end within a few more digits than a, and else rounded to so many places.
func quotient(a, b decimal.Decimal, digits int32) decimal.Decimal {
	const further = 30

	exact, rest := a.QuoRem(b, -a.Exponent()+further)
	if rest.IsZero() {
		return exact
	}

	return divide(a, b, digits)
}

// divide returns a ÷ b rounded half to even at so many decimal places.
func divide(a, b decimal.Decimal, digits int32) decimal.Decimal {
	result, rest := a.QuoRem(b, digits)
	unit := decimal.New(1, -digits)

	// QuoRem rounds towards zero: the rest has the sign of a, and is less than a unit times b.
	twice := rest.Abs().Mul(decimal.New(2, 0)).Cmp(b.Abs().Mul(unit))
	if twice < 0 || (twice == 0 && isEven(result, digits)) {
		return result
	}

	if a.Sign()*b.Sign() < 0 {
		unit = unit.Neg()
	}

	return result.Add(unit)
}

func isEven(value decimal.Decimal, digits int32) bool {
	return value.Shift(digits).BigInt().Bit(0) == 0
}

// conversion returns how the numbers of a row are converted: as the instrument says, or else as the definition does.
func (r *Reader) conversion(target *spec.Symbol, f *Fields) (conversion, error) {
	c := conversion{invert: target.Invert || r.terms.invert, digits: defaultDigits}

	switch {
	case target.Digits > 0:
		c.digits = int32(min(target.Digits, maxDigits))
	case r.terms.digits > 0:
		c.digits = int32(r.terms.digits) //nolint:gosec // Compile has checked it
	}

	if f.Per.Carried() {
		number, err := r.terms.numbers.read(f.Per)
		if err != nil || number.Sign() <= 0 {
			return c, errNoAmount
		}

		per := number.Decimal()

		if !per.Equal(decimal.New(1, 0)) {
			c.per = &per
		}
	}

	scale := target.Scale
	if scale == "" {
		scale = r.terms.scale
	}

	if scale != "" && scale != "1" {
		number, err := messages.ParsePrice(scale)
		if err != nil {
			return c, errNoFactor
		}

		factor := number.Decimal()

		c.scale = &factor
	}

	return c, nil
}

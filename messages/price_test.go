package messages_test

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/messages"
)

func TestParsePriceKeepsTheText(t *testing.T) {
	for text, value := range map[string]string{
		"185.20":                  "185.2",
		"0.10":                    "0.1",
		"1":                       "1",
		"1.5e3":                   "1500",
		"15E-1":                   "1.5",
		"1e+2":                    "100",
		"1e-30":                   "0.000000000000000000000000000001",
		"9.99e29":                 "999000000000000000000000000000",
		strings.Repeat("9", 30):   strings.Repeat("9", 30),
		"0." + digits(62):         "0." + strings.TrimRight(digits(62), "0"),
		"0.000000000000000000e-0": "",
	} {
		price, err := messages.ParsePrice(text)
		if value == "" {
			require.ErrorIs(t, err, messages.ErrPriceZero, text)

			continue
		}

		require.NoError(t, err, text)
		assert.Equal(t, text, price.Text())
		assert.Equal(t, text, price.String())
		assert.False(t, price.IsZero())
		assert.True(t, price.Decimal().Equal(decimal.RequireFromString(value)), text)
	}
}

// digits returns so many digits that are not all the same.
func digits(n int) string { return strings.Repeat("1234567890", n/10+1)[:n] }

func TestParsePriceRefuses(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       error
	}{
		{"P04 not a number", "NaN", messages.ErrPriceSyntax},
		{"P04 infinity", "Infinity", messages.ErrPriceSyntax},
		{"P04 negative infinity", "-Infinity", messages.ErrPriceSyntax},
		{"P04 huge exponent", "1e400", messages.ErrPriceRange},
		{"P04 absurd exponent", "1e99999999999999999999", messages.ErrPriceRange},
		{"P04 plus sign", "+1", messages.ErrPriceSyntax},
		{"P04 leading zero", "0185.2", messages.ErrPriceSyntax},
		{"P05 zero", "0", messages.ErrPriceZero},
		{"P05 zero with digits", "0.00", messages.ErrPriceZero},
		{"P05 negative zero", "-0", messages.ErrPriceZero},
		{"P05 negative", "-185.20", messages.ErrPriceNegative},
		{"P05 so small that a float is zero", "1e-400", messages.ErrPriceRange},
		{"P05 smallest float", "5e-324", messages.ErrPriceRange},
		{"P05 largest float", "1.7e308", messages.ErrPriceRange},
		{"P05 null", "null", messages.ErrPriceSyntax},
		{"P06 a million digits", strings.Repeat("9", 1_000_000), messages.ErrPriceTooLong},
		{"P06 a million decimals", "0." + strings.Repeat("1", 1_000_000), messages.ErrPriceTooLong},
		{"P16 decimal comma", "185,20", messages.ErrPriceSyntax},
		{"P16 thousands separator", "18,520.00", messages.ErrPriceSyntax},
		{"P16 thousands apostrophe", "18'520", messages.ErrPriceSyntax},
		{"P16 underscore", "18_520", messages.ErrPriceSyntax},
		{"P16 padded in front", " 185.20", messages.ErrPriceSyntax},
		{"P16 padded behind", "185.20 ", messages.ErrPriceSyntax},
		{"empty", "", messages.ErrPriceSyntax},
		{"sign only", "-", messages.ErrPriceSyntax},
		{"point only", ".", messages.ErrPriceSyntax},
		{"nothing before the point", ".5", messages.ErrPriceSyntax},
		{"nothing after the point", "5.", messages.ErrPriceSyntax},
		{"nothing after the exponent", "5e", messages.ErrPriceSyntax},
		{"sign after the exponent only", "5e+", messages.ErrPriceSyntax},
		{"two points", "1.2.3", messages.ErrPriceSyntax},
		{"broken exponent", "1e1.5", messages.ErrPriceSyntax},
		{"hexadecimal", "0x10", messages.ErrPriceSyntax},
		{"another script's digits", "١٨٥", messages.ErrPriceSyntax},
		{"another minus", "\u22121", messages.ErrPriceSyntax},
		{"new line", "1\n", messages.ErrPriceSyntax},
		{"just too small", "9.9e-31", messages.ErrPriceRange},
		{"just too large", "1e30", messages.ErrPriceRange},
		{"just too long", digits(messages.MaxPriceText + 1), messages.ErrPriceTooLong},
	} {
		t.Run(test.name, func(t *testing.T) {
			price, err := messages.ParsePrice(test.text)
			require.ErrorIs(t, err, test.want)
			assert.True(t, price.IsZero())
			assert.Equal(t, "-", price.String())
			assert.Less(t, len(err.Error()), 100, "an error never carries the vendor's text")
		})
	}
}

func TestParseDecimalAllowsZeroAndLess(t *testing.T) {
	for _, text := range []string{"0", "-0", "0.00", "-37.63", "-1e-30"} {
		price, err := messages.ParseDecimal(text)
		require.NoError(t, err, text)
		assert.Equal(t, text, price.Text())
		assert.False(t, price.IsZero(), "zero is a price, no price is not")
	}

	for _, text := range []string{"0e31", "0e-65", "-1e30", "--1"} {
		_, err := messages.ParseDecimal(text)
		require.Error(t, err, text)
	}
}

func TestNewPrice(t *testing.T) {
	assert.Equal(t, "185.2", messages.NewPrice(decimal.RequireFromString("185.2")).Text())
	assert.Equal(t, "0", messages.NewPrice(decimal.Decimal{}).Text())
}

// FuzzParsePrice: whatever is accepted is positive, keeps its text and is exactly the number that the text says. P04 P05 P06 P16.
func FuzzParsePrice(f *testing.F) {
	for _, seed := range []string{
		"185.20", "0", "-1", "1e400", "NaN", "+1", "0185.2", "185,20", " 1", "5e-324", "1.7e308", "1e30", "-0.0e-0", "1E+5",
		strings.Repeat("9", 1_000_000), "1e" + strings.Repeat("9", 100), "0." + digits(62),
	} {
		f.Add(seed)
	}

	f.Fuzz(func(t *testing.T, text string) {
		began := time.Now()
		price, err := messages.ParsePrice(text)

		require.Less(t, time.Since(began), time.Second)

		if err != nil {
			require.True(t, price.IsZero())

			return
		}

		require.Equal(t, text, price.Text())
		require.Positive(t, price.Decimal().Sign())
		require.True(t, json.Valid([]byte(text)), "a price's text is a JSON number")

		want, ok := new(big.Rat).SetString(text)
		require.True(t, ok)
		require.Zero(t, want.Cmp(price.Decimal().Rat()), "exact")

		again, err := messages.ParsePrice(price.Text())
		require.NoError(t, err)
		require.Equal(t, price, again)
	})
}

func BenchmarkParsePrice(b *testing.B) {
	b.ReportAllocs()

	for b.Loop() {
		if _, err := messages.ParsePrice("185.20"); err != nil {
			b.Fatal(err)
		}
	}
}

func TestCompareAndSignAgreeWithTheDecimal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,10})?([eE][+-]?[0-9])?`)
		a, err := messages.ParseDecimal(text.Draw(t, "a"))
		require.NoError(t, err)

		b, err := messages.ParseDecimal(text.Draw(t, "b"))
		require.NoError(t, err)

		assert.Equal(t, a.Decimal().Cmp(b.Decimal()), a.Compare(b), "%s and %s", a, b)
		assert.Equal(t, a.Decimal().Sign(), a.Sign(), "%s", a)
	})
}

func TestAPriceAllocatesNothing(t *testing.T) {
	allocations := testing.AllocsPerRun(100, func() {
		bid, _ := messages.ParsePrice("185.19")
		ask, _ := messages.ParsePrice("185.20")

		if bid.Compare(ask) >= 0 || bid.Sign() != 1 {
			t.Error("bid above ask")
		}
	})
	assert.Zero(t, allocations)
}

package messages

import (
	"cmp"
	"math"
	"strings"
)

// number is a JSON number (RFC 8259 section 6) taken apart: its parts are substrings of the text.
type number struct {
	negative bool
	whole    string // digits before the point; "0" or without a leading zero
	fraction string // digits behind it, empty if there is no point
	exponent int    // cut to ±math.MaxInt32
}

// readNumber takes a text apart and reports whether all of it is a JSON number.
func readNumber(text string) (number, bool) {
	var n number

	if n.negative = text != "" && text[0] == '-'; n.negative {
		text = text[1:]
	}

	digits := countDigits(text)
	if digits == 0 || digits > 1 && text[0] == '0' {
		return number{}, false
	}

	n.whole, text = text[:digits], text[digits:]

	if text != "" && text[0] == '.' {
		digits = countDigits(text[1:])
		if digits == 0 {
			return number{}, false
		}

		n.fraction, text = text[1:1+digits], text[1+digits:]
	}

	if text == "" {
		return n, true
	}

	var ok bool

	n.exponent, ok = readExponent(text)

	return n, ok
}

// readExponent reads all of a text such as e+7.
func readExponent(text string) (int, bool) {
	if text[0] != 'e' && text[0] != 'E' {
		return 0, false
	}

	text = text[1:]
	sign := 1

	if text != "" && (text[0] == '+' || text[0] == '-') {
		if text[0] == '-' {
			sign = -1
		}

		text = text[1:]
	}

	if text == "" || countDigits(text) != len(text) {
		return 0, false
	}

	const base = 10

	value := 0
	for i := range len(text) {
		value = min(value*base+int(text[i]-'0'), math.MaxInt32)
	}

	return sign * value, true
}

// magnitude returns the m for which the number, without its sign, is at least 10^(m−1) and less than 10^m, or that it is zero.
func (n *number) magnitude() (magnitude int, zero bool) {
	if n.whole != "0" {
		return len(n.whole) + n.exponent, false
	}

	significant := strings.TrimLeft(n.fraction, "0")
	if significant == "" {
		return 0, true
	}

	return n.exponent - (len(n.fraction) - len(significant)), false
}

// inRange reports whether a number is within the limits of a price. Zero may be written with any exponent that a price could have.
func (n *number) inRange() bool {
	magnitude, zero := n.magnitude()
	if zero {
		last := n.exponent - len(n.fraction) // of the last digit

		return last >= -MaxPriceText && last <= MaxPriceExponent
	}

	return magnitude <= MaxPriceExponent && magnitude > -MaxPriceExponent
}

// comparePlain compares two numbers without signs and exponents, digit by digit.
func comparePlain(a, b number) int {
	return cmp.Or(
		cmp.Compare(len(a.whole), len(b.whole)),
		cmp.Compare(a.whole, b.whole),
		cmp.Compare(strings.TrimRight(a.fraction, "0"), strings.TrimRight(b.fraction, "0")),
	)
}

func countDigits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}

	return n
}

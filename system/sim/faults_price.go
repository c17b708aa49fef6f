package sim

import (
	"strings"

	"github.com/shopspring/decimal"
)

// inMemory is the most bytes of a fault that has to be held in memory whole.
const inMemory = 64 << 20

// priceFaults give prices that can be read and are wrong.
func priceFaults() []entry {
	return []entry{
		{kind: Freeze, help: "repeats its prices with fresh time stamps"},
		{kind: Spike, options: "size", initial: Fault{Size: 10}, most: 1e6, help: "multiplies prices, bids and asks", edit: spike},
		{kind: Swap, help: "gives each instrument the figures of the next", edit: swap},
		{kind: Crossed, help: "has bid and ask the wrong way round", edit: each(func(q *quote, _ Fault) { q.bid, q.ask = q.ask, q.bid })},
	}
}

// numberFaults give prices that are no prices.
func numberFaults() []entry {
	return []entry{
		{
			kind: Price, options: "body", initial: Fault{Body: "1e3"}, help: "puts this raw text where each price was",
			edit: each(func(q *quote, f Fault) { q.price = f.Body }),
		},
		{
			kind: LongNumber, options: "size", initial: Fault{Size: 1e6}, most: inMemory, help: "has prices of this many digits",
			edit: each(func(q *quote, f Fault) { q.price = strings.Repeat("7", int(f.Size)) }),
		},
		priced(NaN, "has NaN for prices", "NaN"),
		priced(Infinity, "has Infinity for prices", "Infinity"),
		priced(HugeNumber, "has 1e400 for prices", "1e400"),
		priced(TinyNumber, "has 1e-400 for prices", "1e-400"),
		priced(ZeroPrice, "has 0 for prices", "0"),
		priced(NullPrice, "has null for prices", "null"),
		repriced(NegativePrice, "has negative prices", func(text string) string { return "-" + text }),
		repriced(PlusNumber, "has prices with a plus sign", func(text string) string { return "+" + text }),
		repriced(LeadingZero, "has prices with a leading zero", func(text string) string { return "0" + text }),
		repriced(DecimalComma, "has prices as text with a decimal comma", func(text string) string {
			return jsonText(strings.Replace(text, ".", ",", 1))
		}),
		repriced(ThousandsComma, "has prices as text with a comma between thousands", func(text string) string { return jsonText("1," + text) }),
		repriced(PaddedPrice, "has prices as text with spaces around", func(text string) string { return jsonText(" " + text + " ") }),
	}
}

func priced(kind Kind, help, text string) entry {
	return entry{kind: kind, help: help, edit: each(func(q *quote, _ Fault) { q.price = text })}
}

func repriced(kind Kind, help string, change func(text string) string) entry {
	return entry{kind: kind, help: help, edit: each(func(q *quote, _ Fault) { q.price = change(q.price) })}
}

// each edits every quote alike.
func each(edit func(q *quote, f Fault)) action {
	return func(x *exchange, f Fault) {
		for i := range x.quotes {
			edit(&x.quotes[i], f)
		}
	}
}

func spike(x *exchange, f Fault) {
	factor := decimal.NewFromInt(f.Size)

	for i := range x.quotes {
		q := &x.quotes[i]
		q.price, q.bid, q.ask = times(q.price, factor), times(q.bid, factor), times(q.ask, factor)
	}
}

// times multiplies a decimal text and keeps its number of decimals; what another fault made unreadable stays as it is.
func times(text string, factor decimal.Decimal) string {
	value, err := decimal.NewFromString(text)
	if err != nil {
		return text
	}

	return value.Mul(factor).StringFixed(max(-value.Exponent(), 0))
}

func swap(x *exchange, _ Fault) {
	if len(x.quotes) == 0 {
		return
	}

	first := x.quotes[0]

	for i := range x.quotes {
		from := first
		if i+1 < len(x.quotes) {
			from = x.quotes[i+1]
		}

		q := &x.quotes[i]
		q.price, q.bid, q.ask = from.price, from.bid, from.ask
	}
}

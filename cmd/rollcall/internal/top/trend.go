package top

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/rollcall-go/rollcall/messages"
)

// trend is how a price went, oldest first; the zero price where there was none.
type trend []messages.Price

// maxPoints is how many rounds a trend remembers.
const maxPoints = 120

func (t trend) add(price messages.Price) trend {
	if len(t) >= maxPoints {
		t = slices.Delete(t, 0, len(t)-maxPoints+1)
	}

	return append(t, price)
}

func (t trend) clone() trend { return slices.Clone(t) }

// change is the newest price against the one before, with an arrow and in percent; nothing where either is missing.
func (t trend) change() cell {
	if len(t) < 2 {
		return cell{}
	}

	now, before := t[len(t)-1], t[len(t)-2]
	if now.IsZero() || before.IsZero() || before.Decimal().IsZero() {
		return cell{}
	}

	const hundred, places = 100, 3

	percent := now.Decimal().Sub(before.Decimal()).Mul(decimal.NewFromInt(hundred)).DivRound(before.Decimal().Abs(), places)

	amount := percent.Abs().StringFixed(places) + "%"
	if percent.IsZero() {
		amount = "0.000…%"
	}

	switch now.Compare(before) {
	case 1:
		return cell{text: "▲ +" + amount, ink: good}
	case -1:
		return cell{text: "▼ -" + amount, ink: bad}
	default:
		return cell{text: "=", ink: dim}
	}
}

// blocks are the heights of a sparkline. The full block is not among them: it would touch the row above.
func blocks() []rune { return []rune("▁▂▃▄▅▆▇") }

// spark draws the newest points of a trend, at most width of them: the lowest and the highest price are the lowest and the highest block, and a
// round without a price is a gap.
func (t trend) spark(width int) string {
	points := t[max(0, len(t)-width):]

	var low, high decimal.Decimal

	some := false

	for _, p := range points {
		if p.IsZero() {
			continue
		}

		value := p.Decimal()
		if !some || value.LessThan(low) {
			low = value
		}

		if !some || value.GreaterThan(high) {
			high = value
		}

		some = true
	}

	heights := blocks()
	span := high.Sub(low)

	var out strings.Builder

	for _, p := range points {
		switch {
		case p.IsZero():
			out.WriteByte(' ')
		case span.IsZero():
			out.WriteRune(heights[len(heights)/2])
		default:
			steps := decimal.NewFromInt(int64(len(heights) - 1))
			out.WriteRune(heights[p.Decimal().Sub(low).Mul(steps).DivRound(span, 0).IntPart()])
		}
	}

	return out.String()
}

package streaming

import (
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-go/rollcall/system/internal/expr"
)

// acks counts which orders the vendor has acknowledged: one for each vendor symbol, however many instruments are made of it.
type acks struct {
	group   *group
	named   []bool
	settled int
}

func newAcks(g *group) acks { return acks{group: g, named: make([]bool, len(g.orders))} }

func (a *acks) complete() bool { return a.settled >= len(a.named) }

// take reads one acknowledgement: how many, which ones, or true for all that were ordered before it.
func (a *acks) take(value any, ordered int) {
	switch value := value.(type) {
	case bool:
		if value {
			a.settled = max(a.settled, ordered)
		}
	case string:
		a.name(value)
	case []any:
		for _, each := range value {
			if name, isText := each.(string); isText {
				a.name(name)
			}
		}
	default:
		text, err := expr.Encode(value)
		if err != nil {
			return
		}

		if n, err := strconv.Atoi(string(text)); err == nil && n > 0 {
			a.settled = min(a.settled+min(n, len(a.named)), len(a.named))
		}
	}
}

// name settles the orders of the instruments with a key or a vendor symbol. One that is named twice counts once.
func (a *acks) name(name string) {
	for _, at := range a.group.named(name) {
		a.settle(at)
	}
}

// settle counts the order of an instrument, once.
func (a *acks) settle(at int) {
	if order := a.group.order(at); !a.named[order] {
		a.named[order] = true
		a.settled++
	}
}

// someNamed reports whether the vendor has named an order.
func (a *acks) someNamed() bool { return slices.Contains(a.named, true) }

// missing says what is not acknowledged, for people: how many, and some of their names where the vendor tells them apart.
func (a *acks) missing() string {
	const shown = 3

	text := []string{strconv.Itoa(len(a.named)-a.settled) + " missing"}
	named := a.someNamed()

	for order, settled := range a.named {
		if named && !settled && len(text) <= shown {
			text = append(text, string(a.group.members(order)[0].Instrument))
		}
	}

	return strings.Join(text, " ")
}

package streaming

import (
	"slices"
	"strings"

	"github.com/rollcall-go/rollcall/system/feed/reading"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/internal/expr"
)

// group is what one connection carries. Its instruments stand in the order in which they were asked for, but that those of one vendor symbol follow
// one another: it is ordered once.
type group struct {
	targets *reading.Targets
	symbols []spec.Symbol
	orders  []int            // where the instruments of each vendor symbol begin
	index   map[string][]int // positions, by vendor symbol and by key
	vars    expr.Vars        // of all
}

func newGroup(symbols []spec.Symbol) *group {
	g := &group{index: make(map[string][]int, len(symbols))}
	g.gather(symbols)
	g.targets = reading.NewTargets(g.symbols)
	g.vars = g.varsOf(0, len(g.orders))

	for at := range g.symbols {
		symbol := &g.symbols[at]
		g.index[symbol.Key] = append(g.index[symbol.Key], at)

		if symbol.VendorSymbol != symbol.Key {
			g.index[symbol.VendorSymbol] = append(g.index[symbol.VendorSymbol], at)
		}
	}

	return g
}

// gather puts the instruments of one vendor symbol together, at the place of the first.
func (g *group) gather(symbols []spec.Symbol) {
	members := make(map[string][]spec.Symbol, len(symbols))
	for _, symbol := range symbols {
		members[symbol.VendorSymbol] = append(members[symbol.VendorSymbol], symbol)
	}

	for _, symbol := range symbols {
		all, left := members[symbol.VendorSymbol]
		if !left {
			continue
		}

		g.orders = append(g.orders, len(g.symbols))
		g.symbols = append(g.symbols, all...)

		delete(members, symbol.VendorSymbol)
	}
}

// varsOf are what expressions see of the orders from one to before another: each vendor symbol and each key once, and every instrument.
func (g *group) varsOf(from, until int) expr.Vars {
	var vars expr.Vars

	keys := make(map[string]bool)

	for order := from; order < until; order++ {
		members := g.members(order)
		vars.Symbols = append(vars.Symbols, members[0].VendorSymbol)

		for i := range members {
			symbol := &members[i]

			if !keys[symbol.Key] {
				keys[symbol.Key], vars.Keys = true, append(vars.Keys, symbol.Key)
			}

			vars.Instruments = append(vars.Instruments, object(symbol))
		}
	}

	return vars
}

// members are the instruments of one vendor symbol.
func (g *group) members(order int) []spec.Symbol {
	if order+1 < len(g.orders) {
		return g.symbols[g.orders[order]:g.orders[order+1]]
	}

	return g.symbols[g.orders[order]:]
}

// order returns which order an instrument belongs to.
func (g *group) order(at int) int {
	first, _ := slices.BinarySearch(g.orders, at+1)

	return first - 1
}

// named returns the positions of the instruments with a key or a vendor symbol.
func (g *group) named(name string) []int { return g.index[name] }

// object is what expressions see of an instrument.
func object(symbol *spec.Symbol) any {
	base, quote, _ := strings.Cut(string(symbol.Instrument), "/")

	with := make(map[string]any, len(symbol.With))
	for name, value := range symbol.With {
		with[name] = value
	}

	return map[string]any{
		"instrument": string(symbol.Instrument), "symbol": symbol.VendorSymbol, "key": symbol.Key, "base": base, "quote": quote, "with": with,
	}
}

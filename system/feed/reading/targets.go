package reading

import (
	"strings"
	"sync"

	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/internal/expr"
)

// Targets are the instruments that one answer is about, in the order in which they were asked for. They never change and may be shared.
type Targets struct {
	symbols []spec.Symbol
	index   map[string]int // of keys
	vars    func() *expr.Vars
}

// NewTargets returns the targets for resolved symbols: each has its VendorSymbol and its Key.
func NewTargets(symbols []spec.Symbol) *Targets {
	t := &Targets{symbols: symbols, index: make(map[string]int, len(symbols))}

	for i := range symbols {
		t.index[symbols[i].Key] = i
	}

	t.vars = sync.OnceValue(t.describe)

	return t
}

// Len is how many targets there are.
func (t *Targets) Len() int { return len(t.symbols) }

// Symbol returns a target by its position.
func (t *Targets) Symbol(i int) spec.Symbol { return t.symbols[i] }

// Find returns the position of the target with a key.
func (t *Targets) Find(key string) (position int, found bool) {
	position, found = t.index[key]

	return position, found
}

// describe returns the variables that tell an expression which instruments were asked for.
func (t *Targets) describe() *expr.Vars {
	vars := &expr.Vars{
		Symbols: make([]string, len(t.symbols)), Keys: make([]string, len(t.symbols)), Instruments: make([]any, len(t.symbols)),
	}

	for i := range t.symbols {
		symbol := &t.symbols[i]
		base, quote, _ := strings.Cut(string(symbol.Instrument), "/")
		with := make(map[string]any, len(symbol.With))

		for name, text := range symbol.With {
			with[name] = text
		}

		vars.Symbols[i], vars.Keys[i] = symbol.VendorSymbol, symbol.Key
		vars.Instruments[i] = map[string]any{
			"instrument": string(symbol.Instrument), "symbol": symbol.VendorSymbol, "key": symbol.Key, "base": base, "quote": quote, "with": with,
		}
	}

	return vars
}

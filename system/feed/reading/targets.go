package reading

import (
	"cmp"
	"iter"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/internal/expr"
)

// Targets are the instruments that one answer is about, in the order in which they were asked for. Several of them may have the same key: what
// the answer says about it counts for each. Targets never change and may be shared.
type Targets struct {
	symbols []spec.Symbol
	sorted  []int32 // positions, by key and then by position; nil where there is one
	keys    int     // that differ

	described sync.Once
	variables *expr.Vars
}

// NewTargets returns the targets for resolved symbols: each has its VendorSymbol and its Key. The symbols must not change afterwards.
func NewTargets(symbols []spec.Symbol) *Targets {
	t := &Targets{symbols: symbols, keys: len(symbols)}
	if len(symbols) < 2 {
		return t
	}

	t.sorted = make([]int32, len(symbols))
	for i := range t.sorted {
		t.sorted[i] = int32(i) // a vendor has at most 100,000 symbols
	}

	slices.SortFunc(t.sorted, func(a, b int32) int {
		return cmp.Or(strings.Compare(symbols[a].Key, symbols[b].Key), cmp.Compare(a, b))
	})

	for i := 1; i < len(t.sorted); i++ {
		if symbols[t.sorted[i]].Key == symbols[t.sorted[i-1]].Key {
			t.keys--
		}
	}

	return t
}

// Len is how many targets there are.
func (t *Targets) Len() int { return len(t.symbols) }

// Keys is how many different keys they have.
func (t *Targets) Keys() int { return t.keys }

// Symbol returns a target by its position.
func (t *Targets) Symbol(i int) spec.Symbol { return t.symbols[i] }

// Find returns the first position of a target with a key.
func (t *Targets) Find(key string) (position int, found bool) {
	at := t.search(func(of string) bool { return of >= key })
	if at == len(t.symbols) || t.key(at) != key {
		return 0, false
	}

	return t.position(at), true
}

// All yields the positions of all targets with a key, in their order.
func (t *Targets) All(key string) iter.Seq[int] {
	return func(yield func(int) bool) {
		first := t.search(func(of string) bool { return of >= key })

		for at := first; at < len(t.symbols) && t.key(at) == key; at++ {
			if !yield(t.position(at)) {
				return
			}
		}
	}
}

// cell is Find for the bytes of an answer.
func (t *Targets) cell(key []byte) (position int, found bool) {
	at := t.search(func(of string) bool { return of >= string(key) })
	if at == len(t.symbols) || t.key(at) != string(key) {
		return 0, false
	}

	return t.position(at), true
}

// shared returns the first position of a target with the key of the i-th.
func (t *Targets) shared(i int) int {
	if t.keys == len(t.symbols) {
		return i
	}

	first, _ := t.Find(t.symbols[i].Key)

	return first
}

// search returns which of the targets, as they are sorted, is the first whose key is not before the one looked for.
func (t *Targets) search(reached func(key string) bool) int {
	return sort.Search(len(t.symbols), func(at int) bool { return reached(t.key(at)) })
}

// key and position are of the targets as they are sorted.
func (t *Targets) key(at int) string { return t.symbols[t.position(at)].Key }

func (t *Targets) position(at int) int {
	if t.sorted == nil {
		return at
	}

	return int(t.sorted[at])
}

// Vars returns the variables that tell an expression which instruments were asked for. Symbols and keys stand there once. They must not be changed.
func (t *Targets) Vars() *expr.Vars {
	t.described.Do(func() { t.variables = describe(t.symbols) })

	return t.variables
}

func describe(symbols []spec.Symbol) *expr.Vars {
	vars := &expr.Vars{
		Symbols: make([]string, 0, len(symbols)), Keys: make([]string, 0, len(symbols)), Instruments: make([]any, len(symbols)),
	}
	asked, keys := make(map[string]bool, len(symbols)), make(map[string]bool, len(symbols))

	for i := range symbols {
		symbol := &symbols[i]

		if !asked[symbol.VendorSymbol] {
			asked[symbol.VendorSymbol], vars.Symbols = true, append(vars.Symbols, symbol.VendorSymbol)
		}

		if !keys[symbol.Key] {
			keys[symbol.Key], vars.Keys = true, append(vars.Keys, symbol.Key)
		}

		vars.Instruments[i] = object(symbol)
	}

	return vars
}

// object is an instrument as expressions see it.
func object(symbol *spec.Symbol) map[string]any {
	base, quote, pair := strings.Cut(string(symbol.Instrument), "/")
	if !pair {
		base = ""
	}

	with := make(map[string]any, len(symbol.With))
	for name, text := range symbol.With {
		with[name] = text
	}

	return map[string]any{
		"instrument": string(symbol.Instrument), "symbol": symbol.VendorSymbol, "key": symbol.Key, "base": base, "quote": quote, "with": with,
	}
}

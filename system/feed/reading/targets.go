package reading

import "github.com/rollcall-go/rollcall/system/feed/spec"

// Targets are the instruments that one answer is about, in the order in which they were asked for. They never change and may be shared.
type Targets struct {
	symbols []spec.Symbol
	index   map[string]int // of keys
	alone   bool
}

// NewTargets returns the targets for resolved symbols: each has its VendorSymbol and its Key.
func NewTargets(symbols []spec.Symbol) *Targets {
	t := &Targets{symbols: symbols, index: make(map[string]int, len(symbols))}

	for i, symbol := range symbols {
		t.index[symbol.Key] = i
	}

	return t
}

// NewTarget returns the target of an answer that is about one instrument because its request was, as where {symbol} stands in the URL: its row
// needs no key.
func NewTarget(symbol spec.Symbol) *Targets {
	t := NewTargets([]spec.Symbol{symbol})
	t.alone = true

	return t
}

// Alone reports whether the answer is about one instrument by its request.
func (t *Targets) Alone() bool { return t.alone }

// Len is how many targets there are.
func (t *Targets) Len() int { return len(t.symbols) }

// Symbol returns a target by its position.
func (t *Targets) Symbol(i int) spec.Symbol { return t.symbols[i] }

// Find returns the position of the target with a key.
func (t *Targets) Find(key string) (position int, found bool) {
	position, found = t.index[key]

	return position, found
}

// Package expr runs jq expressions over vendor answers.
package expr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// Program is a compiled expression. It may be used by several goroutines.
type Program struct{ source string }

// Vars are the values of the variables.
type Vars struct {
	Secret        map[string]string
	Symbols, Keys []string
	Instruments   []any // objects with instrument, symbol, key, base, quote, with
	Status        int
	Headers       map[string]string // lower-case names
	Text          string
	State, Boot   map[string]any
	ID            int
}

// Compile reads an expression.
func Compile(source string) (*Program, error) { return &Program{source: source}, nil }

// All returns every output.
func (p *Program) All(context.Context, any, *Vars) ([]any, error) {
	return nil, fmt.Errorf("expression: %w", errors.ErrUnsupported)
}

// First returns the first output; false means that there is none, or that it is null.
func (p *Program) First(context.Context, any, *Vars) (any, bool, error) {
	return nil, false, fmt.Errorf("expression: %w", errors.ErrUnsupported)
}

// True reports whether the first output is neither null nor false.
func (p *Program) True(context.Context, any, *Vars) (bool, error) {
	return false, fmt.Errorf("expression: %w", errors.ErrUnsupported)
}

// Encode returns text as it is, and anything else as compact JSON.
func Encode(value any) ([]byte, error) {
	if text, ok := value.(string); ok {
		return []byte(text), nil
	}

	return json.Marshal(value)
}

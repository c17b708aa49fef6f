// Package expr runs jq expressions, in the dialect of gojq, over what vendors send. An expression is data: it reads no file, no environment
// and no further input, loads no module and writes nothing; it sees its input and the variables of Vars, and has two functions more than jq,
// hmac(hash; key; message) and hmac_base64(hash; key; message).
//
// The author of an expression is trusted, the input is not. An evaluation ends after a time, after so many outputs, after an output that is too
// large, and after building so much text that the input must have been made for it (see meter). What cannot be bounded is one operation on
// one value: a regular expression over a long text, or == between values that an expression itself has built out of many copies of one
// another, is not interrupted before it is done.
package expr

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/itchyny/gojq"
)

// Limits of an evaluation.
const (
	maxSource    = 64 << 10               // bytes of an expression
	maxTime      = 100 * time.Millisecond // of one evaluation, unless Within says otherwise
	maxOutputs   = 100_000                // of one evaluation
	maxText      = 4 << 20                // bytes of all outputs together
	maxValues    = 1 << 20                // values in all outputs together
	maxNesting   = 64                     // levels of an output
	textPerValue = 8                      // bytes that any value counts for while an expression works
)

// ErrLimit is wrapped by every error that says that an evaluation took too long or made too much.
var ErrLimit = errors.New("the expression takes too long or makes too much")

// Program is a compiled expression. It never changes and may be used by several goroutines.
type Program struct {
	source    string
	code      *gojq.Code
	variables []variable
	simple    condition // the whole expression, where it needs no interpreter
	limit     time.Duration
	shape     shape // of what it gives
}

// Compile reads an expression. Its error says what is wrong and where, in few words.
func Compile(source string) (*Program, error) {
	if len(source) > maxSource {
		return nil, fmt.Errorf("the expression is longer than %d bytes", maxSource)
	}

	if strings.TrimSpace(source) == "" {
		return nil, errors.New("the expression is empty")
	}

	if strings.Contains(source, meterName) {
		return nil, fmt.Errorf("the expression uses the name %s, which is reserved", meterName)
	}

	query, err := gojq.Parse(source)
	if err != nil {
		return nil, syntaxError(err)
	}

	p := &Program{source: source, limit: maxTime, simple: readCondition(query), shape: shapeOf(query)}

	names := []string{meterName}

	for _, v := range variables() {
		if strings.Contains(source, v.name) {
			p.variables, names = append(p.variables, v), append(names, v.name)
		}
	}

	guard(query)

	p.code, err = gojq.Compile(query, append(functions(), gojq.WithVariables(names))...)
	if err != nil {
		return nil, fmt.Errorf("the expression cannot be used: %w", err)
	}

	return p, nil
}

// Within returns the program with another limit of time than 100 ms.
func (p *Program) Within(limit time.Duration) *Program {
	changed := *p
	changed.limit = limit

	return &changed
}

// String returns the source.
func (p *Program) String() string { return p.source }

func syntaxError(err error) error {
	var parse *gojq.ParseError
	if !errors.As(err, &parse) {
		return fmt.Errorf("the expression cannot be read: %w", err)
	}

	if err.Error() == "unexpected EOF" {
		return errors.New("the expression ends too early")
	}

	return fmt.Errorf("the expression cannot be read at character %d: %w", max(parse.Offset, 1), err)
}

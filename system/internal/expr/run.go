package expr

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/itchyny/gojq"
)

// All returns every output. The input and the values of the variables must be what package tree makes, or Go's int; they are not changed, and
// outputs may share their parts. A negative answer of the expression itself (error, or a value of the wrong type) is an error; its text may
// quote the input.
func (p *Program) All(ctx context.Context, input any, vars *Vars) ([]any, error) {
	var outputs []any

	err := p.each(ctx, input, vars, func(output any) bool {
		outputs = append(outputs, output)

		return true
	})
	if err != nil {
		return nil, err
	}

	return outputs, nil
}

// First returns the first output, and false where there is none or it is null.
func (p *Program) First(ctx context.Context, input any, vars *Vars) (first any, found bool, err error) {
	err = p.each(ctx, input, vars, func(output any) bool {
		first = output

		return false
	})
	if err != nil {
		return nil, false, err
	}

	return first, first != nil, nil
}

// True reports whether there is an output that is neither null nor false.
func (p *Program) True(ctx context.Context, input any, vars *Vars) (bool, error) {
	if p.simple != nil {
		if truth, known := p.simple(input); known {
			return truth, nil
		}
	}

	found := false

	err := p.each(ctx, input, vars, func(output any) bool {
		found = output != nil && output != false

		return !found
	})

	return found && err == nil, err
}

// each calls yield with one output after the other until it returns false.
func (p *Program) each(ctx context.Context, input any, vars *Vars, yield func(any) bool) (err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("the expression broke its interpreter: %v", problem)
		}
	}()

	ctx, cancel := p.bounded(ctx)
	defer cancel()

	outputs := p.code.RunWithContext(ctx, input, p.values(vars)...)

	var size sizer

	for range maxOutputs {
		output, more := outputs.Next()
		if !more {
			return nil
		}

		if problem, failed := output.(error); failed {
			return failure(problem)
		}

		if !size.add(output, 0) {
			return fmt.Errorf("%w: its outputs exceed %d MB or %d values", ErrLimit, maxText>>20, maxValues)
		}

		if !yield(output) {
			return nil
		}
	}

	return fmt.Errorf("%w: more than %d outputs", ErrLimit, maxOutputs)
}

// bounded gives the context the program's limit, unless it ends before.
func (p *Program) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if end, bounded := ctx.Deadline(); bounded && time.Until(end) <= p.limit {
		return ctx, func() {}
	}

	return context.WithTimeout(ctx, p.limit)
}

// values returns the variables' values in the order in which Compile has named them.
func (p *Program) values(vars *Vars) []any {
	if vars == nil {
		vars = &Vars{}
	}

	values := append(make([]any, 0, len(p.variables)+1), any(new(meter)))
	for _, v := range p.variables {
		values = append(values, v.value(vars))
	}

	return values
}

// failure makes an error of what the interpreter gave.
func failure(problem error) error {
	var halt *gojq.HaltError

	switch {
	case errors.Is(problem, context.DeadlineExceeded):
		return fmt.Errorf("%w: %w", ErrLimit, problem)
	case errors.As(problem, &halt) && halt.Value() == nil:
		return nil
	default:
		return fmt.Errorf("the expression fails: %w", problem)
	}
}

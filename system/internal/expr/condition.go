package expr

import (
	"encoding/json"
	"strconv"

	"github.com/itchyny/gojq"
)

// condition answers an expression without the interpreter, because the conditions of error rules are asked about every message of a stream.
// Known is false where the interpreter must say, because it would answer with an error or has to compare numbers that are no integers.
type condition func(input any) (truth, known bool)

// readCondition returns the condition that an expression is: paths of keys and indexes, alone or compared by == and != with constants, joined
// by and and or. Nil if it is anything else.
func readCondition(q *gojq.Query) condition {
	if q.Term != nil && q.Term.Type == gojq.TermTypeQuery && len(q.Term.SuffixList) == 0 && len(q.FuncDefs) == 0 {
		return readCondition(q.Term.Query)
	}

	switch {
	case len(q.FuncDefs) > 0 || len(q.Imports) > 0 || q.Meta != nil || len(q.Patterns) > 0:
		return nil
	case q.Term != nil:
		return truthOf(readPath(q.Term))
	case q.Op == gojq.OpAnd || q.Op == gojq.OpOr:
		return joined(readCondition(q.Left), readCondition(q.Right), q.Op == gojq.OpOr)
	case (q.Op == gojq.OpEq || q.Op == gojq.OpNe) && q.Left.Term != nil && q.Right.Term != nil:
		return compared(readPath(q.Left.Term), q.Right.Term, q.Op == gojq.OpEq)
	default:
		return nil
	}
}

// joined is l or r where the truth of l that settles it is true, and l and r where that is false. Right may need the interpreter: it is asked
// only where left does not settle it.
func joined(left, right condition, settled bool) condition {
	if left == nil {
		return nil
	}

	return func(input any) (truth, known bool) {
		truth, known = left(input)

		switch {
		case !known || truth == settled:
			return truth, known
		case right == nil:
			return false, false
		default:
			return right(input)
		}
	}
}

func truthOf(path []any) condition {
	if path == nil {
		return nil
	}

	return func(input any) (truth, known bool) {
		value, known := follow(path, input)

		return value != nil && value != false, known
	}
}

func compared(path []any, constant *gojq.Term, equal bool) condition {
	want, readable := readConstant(constant)
	if path == nil || !readable {
		return nil
	}

	return func(input any) (truth, known bool) {
		value, known := follow(path, input)
		if !known {
			return false, false
		}

		same, known := isSame(value, want)

		return same == equal, known
	}
}

// isSame compares a value with a constant: nil, a bool, a string or an int64.
func isSame(value, constant any) (same, known bool) {
	switch value := value.(type) {
	case nil, bool, string:
		return value == constant, true
	case json.Number:
		want, isNumber := constant.(int64)
		if !isNumber {
			return false, true
		}

		got, err := strconv.ParseInt(string(value), 10, 64)

		return got == want, err == nil
	case map[string]any, []any:
		return false, true
	default:
		return false, false
	}
}

// follow goes along a path as jq does.
func follow(path []any, value any) (found any, known bool) {
	for _, step := range path {
		if value == nil {
			continue // a member of null is null
		}

		switch step := step.(type) {
		case string:
			object, ok := value.(map[string]any)
			if !ok {
				return nil, false
			}

			value = object[step]
		case int:
			array, ok := value.([]any)
			if !ok {
				return nil, false
			}

			value = nil
			if step < len(array) {
				value = array[step]
			}
		}
	}

	return value, true
}

// readPath returns the keys and indexes of a path; nil if the term is none.
func readPath(t *gojq.Term) []any {
	path := make([]any, 0, 1+len(t.SuffixList))

	switch t.Type {
	case gojq.TermTypeIdentity:
	case gojq.TermTypeIndex:
		path = append(path, readStep(t.Index))
	default:
		return nil
	}

	for _, suffix := range t.SuffixList {
		if suffix.Iter || suffix.Optional || suffix.Index == nil {
			return nil
		}

		path = append(path, readStep(suffix.Index))
	}

	for _, step := range path {
		if step == nil {
			return nil
		}
	}

	return path
}

// readStep returns the key or the index; nil if it is none that is known now.
func readStep(index *gojq.Index) any {
	switch {
	case index.IsSlice || index.End != nil:
		return nil
	case index.Name != "":
		return index.Name
	case index.Str != nil && index.Str.Queries == nil:
		return index.Str.Str
	case index.Start != nil && index.Start.Term != nil:
		constant, _ := readConstant(index.Start.Term)

		switch constant := constant.(type) {
		case string:
			return constant
		case int64:
			if constant >= 0 && constant < 1<<20 {
				return int(constant)
			}
		}
	}

	return nil
}

func readConstant(t *gojq.Term) (constant any, readable bool) {
	if len(t.SuffixList) > 0 {
		return nil, false
	}

	switch t.Type {
	case gojq.TermTypeNull:
		return nil, true
	case gojq.TermTypeTrue:
		return true, true
	case gojq.TermTypeFalse:
		return false, true
	case gojq.TermTypeString:
		return t.Str.Str, t.Str.Queries == nil
	case gojq.TermTypeNumber:
		whole, err := strconv.ParseInt(t.Number, 10, 64)

		return whole, err == nil
	default:
		return nil, false
	}
}

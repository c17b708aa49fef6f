package expr

import (
	"reflect"

	"github.com/itchyny/gojq"
)

// The names of the checks that guard puts into an expression, and of a variable it needs. No expression can write them.
const (
	checkOperand = "%operand"
	checkText    = "%text"
	checkTimes   = "%times"
	rightName    = "$%right"
)

// guard puts a check before every operation that can build a text or an array much larger than its parts: l + r becomes
// (l|%operand) + (r|%operand), and so on. The checks give back their input, so an expression means what it did.
func guard(query *gojq.Query) { walk(reflect.ValueOf(query)) }

// walk guards everything below a part of an expression, then the part itself.
func walk(v reflect.Value) {
	switch v.Kind() { //nolint:exhaustive // the other kinds have no parts
	case reflect.Pointer:
		if v.IsNil() {
			return
		}

		walk(v.Elem())
		guardPart(v.Interface())
	case reflect.Struct:
		for _, field := range v.Fields() {
			walk(field)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i))
		}
	}
}

func guardPart(part any) {
	switch part := part.(type) {
	case *gojq.Query:
		guardOperator(part)
	case *gojq.Term:
		guardTerm(part)
	case *gojq.String:
		for _, inserted := range part.Queries {
			if inserted.Term.Str == nil {
				become(inserted, checked(enclosed(inserted), checkText))
			}
		}
	}
}

func guardOperator(q *gojq.Query) {
	if q.Right != nil && (isNumber(q.Left) || isNumber(q.Right)) && q.Op == gojq.OpAdd {
		return // the other one can only be a number, too
	}

	right := &gojq.Query{Term: call(rightName)}

	switch q.Op { //nolint:exhaustive // the others make nothing larger than their parts
	case gojq.OpAdd:
		q.Left, q.Right = checked(enclosed(q.Left), checkOperand), checked(enclosed(q.Right), checkOperand)
	case gojq.OpMul:
		become(q, bind(q.Right, times(enclosed(q.Left), right)))
	case gojq.OpUpdateAdd:
		sum := &gojq.Query{Left: checked(identity(), checkOperand), Op: gojq.OpAdd, Right: checked(right, checkOperand)}
		become(q, bind(q.Right, &gojq.Query{Left: q.Left, Op: gojq.OpModify, Right: sum}))
	case gojq.OpUpdateMul:
		become(q, bind(q.Right, &gojq.Query{Left: q.Left, Op: gojq.OpModify, Right: times(identity(), right)}))
	}
}

// guardTerm checks the input of functions that make text of it.
func guardTerm(t *gojq.Term) {
	switch {
	case t.Type == gojq.TermTypeFormat && t.Str == nil:
	case t.Type == gojq.TermTypeFunc && makesText(t.Func.Name):
	default:
		return
	}

	original := *t
	suffixes := original.SuffixList
	original.SuffixList = nil
	inner := pipe(&gojq.Query{Term: call(checkText, meterOf())}, &gojq.Query{Term: &original})
	*t = gojq.Term{Type: gojq.TermTypeQuery, Query: inner, SuffixList: suffixes}
}

func makesText(function string) bool {
	switch function {
	case "add", "join", "tojson", "tostring", "implode", "flatten", "ascii_downcase", "ascii_upcase":
		return true
	default:
		return false
	}
}

func isNumber(q *gojq.Query) bool { return q.Term != nil && q.Term.Type == gojq.TermTypeNumber }

// become replaces a query by another one.
func become(q, other *gojq.Query) { *q = gojq.Query{Term: enclose(other)} }

// enclosed returns a copy of a query in parentheses.
func enclosed(q *gojq.Query) *gojq.Query {
	inner := *q

	return &gojq.Query{Term: enclose(&inner)}
}

func enclose(q *gojq.Query) *gojq.Term { return &gojq.Term{Type: gojq.TermTypeQuery, Query: q} }

func identity() *gojq.Query { return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeIdentity}} }

func meterOf() *gojq.Query { return &gojq.Query{Term: call(meterName)} }

func call(name string, args ...*gojq.Query) *gojq.Term {
	return &gojq.Term{Type: gojq.TermTypeFunc, Func: &gojq.Func{Name: name, Args: args}}
}

func pipe(left, right *gojq.Query) *gojq.Query {
	return &gojq.Query{Left: left, Op: gojq.OpPipe, Right: right}
}

// checked is q | check.
func checked(q *gojq.Query, check string) *gojq.Query {
	return &gojq.Query{Term: enclose(pipe(q, &gojq.Query{Term: call(check, meterOf())}))}
}

// times is (left | %times(right)) * right.
func times(left, right *gojq.Query) *gojq.Query {
	check := pipe(left, &gojq.Query{Term: call(checkTimes, right, meterOf())})

	return &gojq.Query{Left: &gojq.Query{Term: enclose(check)}, Op: gojq.OpMul, Right: right}
}

// bind is value as $right | body.
func bind(value, body *gojq.Query) *gojq.Query {
	return &gojq.Query{Left: value, Op: gojq.OpPipe, Right: body, Patterns: []*gojq.Pattern{{Name: rightName}}}
}

package reading

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/internal/expr"
)

// Words of Rule.Scope.
const (
	scopeSymbol     = "symbol"
	scopeRequest    = "request"
	scopeConnection = "connection"
)

// rule is an error rule made ready.
type rule struct {
	when    *expr.Program // nil: no condition
	status  int           // 0: any
	text    string        // in lower case; empty: any
	outcome messages.Outcome
	scope   string // empty: request, or connection in a stream
	symbol  *expr.Program
	retry   retry
	detail  *expr.Program
}

// compileRules checks rules and makes them ready.
func compileRules(rules []spec.Rule) (made []rule, problems []spec.FieldError) {
	for i := range rules {
		one, mistakes := compileRule(&rules[i])

		for _, mistake := range mistakes {
			mistake.Field = "errors[" + strconv.Itoa(i) + "]" + mistake.Field
			problems = append(problems, mistake)
		}

		made = append(made, one)
	}

	return made, problems
}

// compileRule returns mistakes with the field's name after a dot, or an empty name for the rule as a whole.
func compileRule(from *spec.Rule) (made rule, problems []spec.FieldError) {
	refuse := func(field, problem, suggestion string) {
		problems = append(problems, spec.FieldError{Field: field, Problem: problem, Suggestion: suggestion})
	}
	compile := func(field, source string) *expr.Program {
		if source == "" {
			return nil
		}

		program, err := expr.Compile(source)
		if err != nil {
			refuse(field, err.Error(), "")
		}

		return program
	}

	made = rule{
		when: compile(".when", from.When), symbol: compile(".symbol", from.Symbol), detail: compile(".detail", from.Detail),
		status: from.Status, text: lowered(from.Text), outcome: messages.Outcome(from.Outcome), scope: from.Scope,
	}

	if from.When == "" && from.Status == 0 && from.Text == "" {
		refuse("", "has no condition", "give when, status or text")
	}

	if isNever(from.When) {
		refuse(".when", "is never true", "an expression over the answer, such as .error != null")
	}

	if from.Status != 0 && (from.Status < 100 || from.Status > 4999) {
		refuse(".status", "is no status of HTTP or of a WebSocket's end", "100 to 4999")
	}

	if !made.outcome.Valid() || made.outcome == messages.OutcomePartial {
		refuse(".outcome", "is no outcome", "such as rate_limited, auth, unknown_symbol, or ok for a warning")
	}

	switch from.Scope {
	case "", scopeSymbol, scopeRequest, scopeConnection:
	default:
		refuse(".scope", "is none of the words", "symbol, request or connection")
	}

	if from.Symbol != "" && from.Scope != scopeSymbol {
		refuse(".symbol", "is given without scope: symbol", "give the scope, or leave it out")
	}

	var ok bool
	if made.retry, ok = readRetry(from.Retry); !ok {
		refuse(".retry", "is neither a duration nor one of the words", "such as 90s, next_minute, next_hour, next_day, next_month, never or reconnect")
	}

	return made, problems
}

// isNever reports whether an expression is plainly never true.
func isNever(source string) bool {
	switch strings.TrimSpace(source) {
	case "false", "null", "empty":
		return true
	default:
		return false
	}
}

// subject is what rules are asked about.
type subject struct {
	status   int
	raw      []byte
	document any // nil where the answer cannot be read
	part     any // of the document: what is about one instrument; nil: all of it
	vars     *expr.Vars
}

// about returns the subject with what the answer says about one instrument, where it does.
func (s *subject) about(key string) *subject {
	object, ok := s.document.(map[string]any)
	if !ok {
		return s
	}

	part, ok := object[key]
	if !ok {
		return s
	}

	return &subject{status: s.status, document: s.document, part: part, vars: s.vars}
}

// isCheap reports whether the rule can be asked without a document.
func (r *rule) isCheap() bool { return r.when == nil }

// fits reports whether all conditions of a rule hold. A condition that fails to be evaluated, because the answer has another shape, does not
// hold; one that takes too long is an error.
func (r *rule) fits(ctx context.Context, s *subject) (bool, error) {
	if !r.mayFit(s.status, s.raw) {
		return false, nil
	}

	if r.when == nil {
		return true, nil
	}

	fits, err := r.when.True(ctx, s.document, s.vars)
	if errors.Is(err, expr.ErrLimit) {
		return false, err //nolint:wrapcheck // it says what is wrong
	}

	return fits, nil
}

// mayFit asks the conditions that need no document.
func (r *rule) mayFit(status int, raw []byte) bool {
	return (r.status == 0 || r.status == status) && (r.text == "" || containsFold(raw, r.text))
}

// failure returns what the rule says about an answer.
func (r *rule) failure(ctx context.Context, s *subject, veil Veil) *messages.Failure {
	failure := &messages.Failure{Outcome: r.outcome, Detail: veil.Clean(r.words(ctx, s))}
	r.retry.apply(failure, time.Now())

	return failure
}

// words returns the rule's own detail, or else what the vendor says, or else the answer itself.
func (r *rule) words(ctx context.Context, s *subject) string {
	if r.detail != nil {
		if value, found, err := r.detail.First(ctx, s.document, s.vars); err == nil && found {
			if text, err := expr.Encode(value); err == nil {
				return string(text[:min(len(text), maxWordsBytes)])
			}
		}
	}

	for _, part := range []any{s.part, s.document} {
		if text := messageOf(part); text != "" {
			return text
		}
	}

	if s.part != nil {
		return "the vendor has no value for this symbol"
	}

	return string(s.raw[:min(len(s.raw), maxWordsBytes)])
}

// keys returns the keys of the instruments that a failure of scope symbol concerns; none means all of them. Concerns is false where the rule's
// expression gives nothing at all, or an empty array: then it is about nobody.
func (r *rule) keys(ctx context.Context, s *subject) (keys []string, concerns bool) {
	if r.symbol == nil {
		return nil, true
	}

	outputs, err := r.symbol.All(ctx, s.document, s.vars)
	if err != nil {
		return nil, true
	}

	for _, output := range outputs {
		elements, isArray := output.([]any)
		if !isArray {
			elements, concerns = []any{output}, true
		}

		for _, element := range elements {
			if key := keyText(element); key != "" {
				keys, concerns = append(keys, key), true
			}
		}
	}

	return keys, concerns
}

package reading

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/internal/expr"
	"github.com/rollcall-go/rollcall/system/internal/spell"
	"github.com/rollcall-go/rollcall/system/internal/tree"
)

// maxDigits are the most decimal places of a converted price.
const maxDigits = 20

// maxRowsTime is how long an expression may take to find the rows of the largest answer.
const maxRowsTime = time.Second

// Words of Parse.Choose.
const (
	chooseLast     = "last"
	chooseFirst    = "first"
	chooseNewest   = "newest"
	chooseSequence = "sequence"
)

// Compile checks a Parse and its error rules and makes them ready. The fields of its mistakes begin with "parse." or "errors[".
func Compile(parse spec.Parse, rules []spec.Rule, veil Veil) (*Reader, []spec.FieldError) {
	r := &Reader{
		veil: veil, choose: parse.Choose,
		tree:  tree.Options{Format: parse.Format, Charset: parse.Charset, CSV: parse.CSV, AnyCase: parse.AnyCase},
		terms: terms{scale: parse.Scale, invert: parse.Invert, digits: parse.Digits, timed: parse.Time != ""},
	}

	p, problems := readPaths(&parse)
	if parse.JQ != "" {
		r.query, problems = compileQuery(&parse)
	}

	problems = append(problems, checkFormat(&parse)...)

	var mistakes []spec.FieldError

	if r.terms.clock, mistakes = newClock(parse.TimeFormat, parse.Zone); len(mistakes) > 0 {
		problems = append(problems, mistakes...)
	}

	if r.terms.numbers, mistakes = newNotation(parse.Numbers); len(mistakes) > 0 {
		problems = append(problems, mistakes...)
	}

	problems = append(problems, checkTerms(&parse)...)

	r.rules, mistakes = compileRules(rules)
	if problems = append(problems, mistakes...); len(problems) > 0 {
		return nil, problems
	}

	r.batch = newProgram(p, false)
	if r.query == nil {
		r.single = newProgram(p, true)
	}

	r.needsText, r.needsHeaders = mentions(&parse, rules, "$text"), mentions(&parse, rules, "$headers")
	r.direct = (parse.Format == "" || parse.Format == "json") && parse.Charset == "" && !parse.AnyCase && parse.JQ == "" && parse.Choose == "" &&
		!slices.ContainsFunc(r.rules, func(one rule) bool { return !one.isCheap() })

	return r, nil
}

// compileQuery compiles the expression for rows. There are no paths beside it, so their mistakes do not count.
func compileQuery(parse *spec.Parse) (query *expr.Program, problems []spec.FieldError) {
	query, err := expr.Compile(parse.JQ)

	switch {
	case err != nil:
		return nil, []spec.FieldError{{Field: "parse.jq", Problem: err.Error()}}
	case isNever(parse.JQ):
		problems = append(problems, spec.FieldError{Field: "parse.jq", Problem: "never gives a row"})
	default:
		problems = checkFields(query.Fields())
	}

	given := []pathField{{"rows", parse.Rows}}
	fields := pathFields(parse)

	for _, field := range append(given, fields[:]...) {
		if field.path != "" {
			problems = append(problems, spec.FieldError{
				Field: "parse." + field.name, Problem: "is given beside parse.jq, which gives it", Suggestion: "keep one of them",
			})
		}
	}

	if _, problem := parsePath(parse.Error); problem != "" {
		problems = append(problems, spec.FieldError{Field: "parse.error", Problem: problem})
	}

	return query.Within(maxRowsTime), problems
}

// checkFields finds members of rows that mean nothing: most are misspelt.
func checkFields(given []string) []spec.FieldError {
	known := rowFields()

	var problems []spec.FieldError

	for _, name := range given {
		if slices.Contains(known, name) {
			continue
		}

		suggestion := "a row has " + strings.Join(known, ", ")
		if meant := spell.Nearest(name, known); meant != "" {
			suggestion = "did you mean " + strconv.Quote(meant) + "?"
		}

		problems = append(problems, spec.FieldError{
			Field: "parse.jq", Problem: "gives rows a member " + strconv.Quote(name) + ", which none has", Suggestion: suggestion,
		})
	}

	return problems
}

// mentions reports whether any expression uses a variable.
func mentions(parse *spec.Parse, rules []spec.Rule, variable string) bool {
	if strings.Contains(parse.JQ, variable) {
		return true
	}

	return slices.ContainsFunc(rules, func(rule spec.Rule) bool {
		return strings.Contains(rule.When, variable) || strings.Contains(rule.Symbol, variable) || strings.Contains(rule.Detail, variable)
	})
}

// checkFormat finds mistakes in how the answer as a whole is written.
func checkFormat(parse *spec.Parse) []spec.FieldError {
	var problems []spec.FieldError

	refuse := func(field, problem, suggestion string) {
		problems = append(problems, spec.FieldError{Field: "parse." + field, Problem: problem, Suggestion: suggestion})
	}

	switch parse.Format {
	case "", "json", "ndjson", "csv", "xml", "text":
	default:
		refuse("format", "is none of the words", "json, ndjson, csv, xml or text")
	}

	if parse.Format == "text" && parse.JQ == "" {
		refuse("format", "is text, in which there are no paths", "give parse.jq, such as {price: .}")
	}

	if err := tree.Check(parse.Charset); err != nil {
		refuse("charset", err.Error(), "such as windows-1251 or iso-8859-1")
	}

	csv := parse.CSV
	if parse.Format != "csv" && (csv.Separator != "" || csv.Skip != 0 || len(csv.Columns) > 0 || csv.Comment != "") {
		refuse("csv", "is given, and the format is not csv", "leave it out, or give format: csv")
	}

	for _, mark := range []struct{ field, text string }{{"csv.separator", csv.Separator}, {"csv.comment", csv.Comment}} {
		if mark.text != "" && (utf8.RuneCountInString(mark.text) != 1 || strings.ContainsAny(mark.text, "\r\n\"\ufffd")) {
			refuse(mark.field, "is not one character", "such as ; or #")
		}
	}

	switch {
	case csv.Separator != "" && csv.Separator == csv.Comment, csv.Separator == "" && csv.Comment == ",":
		refuse("csv.comment", "is the separator as well", "such as #")
	case csv.Skip < 0:
		refuse("csv.skip", "is negative", "0 skips nothing")
	}

	return problems
}

// checkTerms finds mistakes in how the values of rows are to be understood.
func checkTerms(parse *spec.Parse) []spec.FieldError {
	var problems []spec.FieldError

	refuse := func(field, problem, suggestion string) {
		problems = append(problems, spec.FieldError{Field: "parse." + field, Problem: problem, Suggestion: suggestion})
	}

	if parse.TimeFormat != "" && parse.Time == "" && parse.JQ == "" {
		refuse("time_format", "is given without parse.time", "give the path of the time stamp")
	}

	if _, err := messages.ParsePrice(parse.Scale); parse.Scale != "" && err != nil {
		refuse("scale", "is not a positive decimal", "such as 0.01")
	}

	if parse.Digits < 0 || parse.Digits > maxDigits {
		refuse("digits", "is not from 0 to 20", "10 if it is left out")
	}

	switch parse.Choose {
	case "", chooseLast, chooseFirst:
	case chooseNewest:
		if parse.Time == "" && parse.JQ == "" {
			refuse("choose", "is newest, and rows have no time", "give parse.time")
		}
	case chooseSequence:
		if parse.Sequence == "" && parse.JQ == "" {
			refuse("choose", "is sequence, and rows have none", "give parse.sequence")
		}
	default:
		refuse("choose", "is none of the words", "newest, sequence, last or first")
	}

	return problems
}

package reading

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// Words of Numbers.Zero.
const (
	zeroInvalid = "invalid"
	zeroMissing = "missing"
)

// notation is how a vendor writes numbers. The zero notation is JSON's.
type notation struct {
	point       string // the decimal mark in texts; a point if empty
	groups      []string
	missing     []string
	suffix      string
	zeroMissing bool
}

func newNotation(n spec.Numbers) (made notation, problems []spec.FieldError) {
	refuse := func(field, problem, suggestion string) {
		problems = append(problems, spec.FieldError{Field: "parse.numbers." + field, Problem: problem, Suggestion: suggestion})
	}

	for field, mark := range map[string]string{"decimal": n.Decimal, "group": n.Group} {
		if mark != "" && !isMark(mark) {
			refuse(field, "is not one character between digits", "such as a comma")
		}
	}

	if n.Group != "" && (n.Group == n.Decimal || n.Decimal == "" && n.Group == ".") {
		refuse("group", "is the decimal mark as well", "a number such as 1.234 would have two meanings")
	}

	if n.Zero != "" && n.Zero != zeroInvalid && n.Zero != zeroMissing {
		refuse("zero", "is none of the words", zeroInvalid+" or "+zeroMissing)
	}

	made = notation{point: n.Decimal, missing: n.Missing, suffix: n.Suffix, zeroMissing: n.Zero == zeroMissing}
	if made.point == "." {
		made.point = ""
	}

	switch n.Group {
	case "":
	case " ": // what looks like a space in print is often one that does not break
		made.groups = []string{" ", "\u00a0", "\u202f"}
	default:
		made.groups = []string{n.Group}
	}

	slices.SortFunc(problems, func(a, b spec.FieldError) int { return strings.Compare(a.Field, b.Field) })

	return made, problems
}

func isMark(text string) bool {
	r, size := utf8.DecodeRuneInString(text)

	return size == len(text) && r != utf8.RuneError && !unicode.IsDigit(r) && !unicode.IsLetter(r) && r != '-' && r != '+' && !unicode.IsControl(r)
}

// read returns the number that a value is. An error for which isNone holds says that there is none.
func (n *notation) read(v Value) (messages.Price, error) {
	text, err := v.scalar()
	if err != nil {
		return messages.Price{}, err
	}

	if slices.Contains(n.missing, text) {
		return messages.Price{}, errNone
	}

	if v.kind == kindText && (n.point != "" || n.groups != nil || n.suffix != "") {
		text = n.plain(text)
	}

	number, err := messages.ParseDecimal(text)
	if err != nil {
		return messages.Price{}, err
	}

	if n.zeroMissing && number.Sign() == 0 {
		return messages.Price{}, errNone
	}

	if strings.ContainsAny(text, "eE") {
		return messages.ParseDecimal(number.Decimal().String())
	}

	return number, nil
}

// plain rewrites a text as JSON writes numbers. What is not written as configured becomes what is no number: 12.34,5 and 1,5 where the comma
// groups, and 1.5 where the comma is the decimal mark.
func (n *notation) plain(text string) string {
	text = strings.TrimSuffix(text, n.suffix)

	point := n.point
	if point == "" {
		point = "."
	}

	whole, fraction, split := strings.Cut(text, point)
	sign := ""

	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}

	whole, ok := n.ungroup(whole)
	if !ok || n.point != "" && strings.Contains(whole+fraction, ".") {
		return ""
	}

	if split {
		return sign + whole + "." + fraction
	}

	return sign + whole
}

// ungroup takes out the marks between groups of three digits, and reports whether they stand where they should. Only one kind may be used.
func (n *notation) ungroup(whole string) (string, bool) {
	for _, mark := range n.groups {
		parts := strings.Split(whole, mark)
		if len(parts) == 1 {
			continue
		}

		for i, part := range parts {
			if !isDigits(part) || len(part) > 3 || (i > 0 && len(part) != 3) {
				return "", false
			}
		}

		return strings.Join(parts, ""), true
	}

	return whole, true
}

func isDigits(text string) bool {
	_, err := strconv.ParseUint(text, 10, 64)

	return err == nil && text[0] != '+'
}

package template

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/secret"
)

// MaxText is the longest template, in bytes.
const MaxText = 8 << 10

// Template is a text with places, made ready to be filled in. It never changes and may be used by several goroutines. The zero Template is an
// empty text.
type Template struct {
	parts []part
	uses  Places
}

// Scope is what a template may refer to.
type Scope struct {
	// Allowed are the places that may stand in it.
	Allowed Places
	// Secrets are those that exist, by name.
	Secrets map[string]secret.Secret
}

// Compile checks a text into which values are inserted as they are: a header, a credential, a name. Its mistakes are about the given field.
func Compile(field, text string, scope Scope) (*Template, []spec.FieldError) {
	return compile(field, text, scope, plain)
}

// CompileQuery checks the value of one query parameter. Its literal text and its values are escaped; joiners stand as they are.
func CompileQuery(field, text string, scope Scope) (*Template, []spec.FieldError) {
	return compile(field, text, scope, parameter)
}

func compile(field, text string, scope Scope, escape escaping) (*Template, []spec.FieldError) {
	refuse := func(problem, suggestion string) (*Template, []spec.FieldError) {
		return new(Template), []spec.FieldError{{Field: field, Problem: problem, Suggestion: suggestion}}
	}

	if len(text) > MaxText {
		return refuse("is longer than "+strconv.Itoa(MaxText)+" bytes", "")
	}

	parts, problem := parse(text)
	if problem != "" {
		return refuse(problem, scope.Allowed.list()+"; "+filterNames)
	}

	for i := range parts {
		parts[i].escape = escape
		if escape == parameter && parts[i].place == 0 {
			parts[i].text = escape.of(parts[i].text)
		}
	}

	t := newTemplate(parts)
	if problem, suggestion := t.misplaced(scope, escape); problem != "" {
		return refuse(problem, suggestion)
	}

	return t, nil
}

func newTemplate(parts []part) *Template {
	t := &Template{parts: parts}
	for _, p := range parts {
		t.uses |= p.place
	}

	return t
}

// misplaced finds places that may not stand in the template, or not together.
func (t *Template) misplaced(scope Scope, escape escaping) (problem, suggestion string) {
	repeats := 0

	for _, p := range t.parts {
		if _, known := scope.Secrets[p.name]; p.place == Secret && !known {
			return "names a secret that is not there", "under secrets there are: " + listed(scope.Secrets)
		}

		if p.join == repeated {
			repeats++
		}
	}

	switch {
	case t.uses&^scope.Allowed != 0:
		return "has a place that cannot stand here", scope.Allowed.list()
	case t.uses&Batch != 0 && t.uses&Own != 0:
		return "has places of one instrument and of several", "ask for one by {symbol}, or for several by {symbols}"
	case repeats > 1:
		return "repeats two places", "one of them can be repeated"
	case repeats > 0 && escape != parameter:
		return "repeats a place outside the values under query", "write it under query, as in query: {symbol: '{symbols|repeat}'}"
	default:
		return "", ""
	}
}

func listed(secrets map[string]secret.Secret) string {
	if len(secrets) == 0 {
		return "none"
	}

	return strings.Join(slices.Sorted(maps.Keys(secrets)), ", ")
}

// Uses returns the places the template has.
func (t *Template) Uses() Places { return t.uses }

// IsEmpty reports whether the template is an empty text.
func (t *Template) IsEmpty() bool { return len(t.parts) == 0 }

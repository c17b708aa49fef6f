package template

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/rollcall-go/rollcall/system/feed/client"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

const urlShape = "write it as scheme://host/path?query"

// CompileURL checks the template of a URL. Literal text is sent as it is written; places may stand in the path and in the query only, so what
// they hold cannot change where a request goes. The schemes are those that are permitted.
func CompileURL(field, text string, scope Scope, schemes ...string) (*Template, []spec.FieldError) {
	refuse := func(problem, suggestion string) (*Template, []spec.FieldError) {
		return new(Template), []spec.FieldError{{Field: field, Problem: problem, Suggestion: suggestion}}
	}

	switch {
	case text == "":
		return refuse("is missing", "write it as "+schemes[len(schemes)-1]+"://host/path?symbols={symbols}")
	case len(text) > MaxText:
		return refuse("is longer than "+strconv.Itoa(MaxText)+" bytes", "")
	}

	parts, problem := parse(text)
	if problem != "" {
		return refuse(problem, scope.Allowed.list()+"; "+filterNames)
	}

	if problem, suggestion := placeParts(parts); problem != "" {
		return refuse(problem, suggestion)
	}

	t := newTemplate(parts)
	if problem, suggestion := t.misplaced(scope, segment); problem != "" {
		return refuse(problem, suggestion)
	}

	u, err := url.Parse(t.sample())
	if err != nil {
		return refuse("is not a URL", urlShape)
	}

	if problem := client.URLProblem(u, schemes...); problem != "" {
		return refuse(problem, urlShape)
	}

	return t, nil
}

// placeParts says of each place where in the URL it stands.
func placeParts(parts []part) (problem, suggestion string) {
	var literal strings.Builder // the text so far, without places

	for i := range parts {
		p := &parts[i]

		if p.place == 0 {
			if problem, suggestion := literalProblem(p.text); problem != "" {
				return problem, suggestion
			}

			literal.WriteString(p.text)

			continue
		}

		before := literal.String()
		_, behind, hasHost := strings.Cut(before, "://")

		switch {
		case strings.Contains(before, "?") && hasHost:
			p.escape = query
		case hasHost && strings.Contains(behind, "/"):
			p.escape = segment
		default:
			return "has a place outside its path and query", "places may stand in the path and the query only"
		}
	}

	return "", ""
}

func literalProblem(text string) (problem, suggestion string) {
	if strings.Contains(text, "#") {
		return "has a fragment", "remove everything from the # on"
	}

	for i := range len(text) {
		if text[i] <= ' ' || text[i] >= 0x7f {
			return "contains a space or a character outside ASCII",
				"percent-encode it; write a host outside ASCII in its xn-- form, after making sure it is the right one"
		}
	}

	return "", ""
}

// sample is the URL with something harmless in every place.
func (t *Template) sample() string {
	var b strings.Builder

	for _, p := range t.parts {
		if p.place == 0 {
			b.WriteString(p.text)
		} else {
			b.WriteByte('S')
		}
	}

	return b.String()
}

// Origin returns the URL with a letter in every place: its scheme, host and port are those of every URL the template makes. It may only be used
// for a template of CompileURL.
func (t *Template) Origin() *url.URL {
	u, err := url.Parse(t.sample())
	if err != nil {
		return new(url.URL) // cannot be: it was parsed when the template was compiled
	}

	return u
}

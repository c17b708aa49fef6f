package template

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/secret"
)

// Request are the templates of a request: its URL, the query values behind it, and its headers. It never changes.
type Request struct {
	url            *Template
	query, headers []named
	uses           Places
}

// named is a template with the name of its parameter or header.
type named struct {
	name string
	*Template
}

// RequestText is a request as it is written in a definition.
type RequestText struct {
	// Field is put before the fields of mistakes, such as "stream."; empty for the first endpoint.
	Field string
	// URL is a template for one of the Schemes.
	URL     string
	Schemes []string
	// Query and Headers are templates by name.
	Query, Headers map[string]secret.Secret
}

// CompileRequest checks the templates of a request. The request can be used even if there are mistakes: what is wrong is left out.
func CompileRequest(text RequestText, scope Scope) (*Request, []spec.FieldError) {
	r := new(Request)

	var problems []spec.FieldError

	r.url, problems = CompileURL(text.Field+"url", text.URL, scope, text.Schemes...)
	r.uses = r.url.uses

	for _, name := range slices.Sorted(maps.Keys(text.Query)) {
		field := text.Field + "query." + name

		if name == "" || len(name) > maxName {
			problems = append(problems, spec.FieldError{Field: field, Problem: "is not the name of a query parameter"})

			continue
		}

		t, mistakes := CompileQuery(field, text.Query[name].Reveal(), scope)
		problems = append(problems, mistakes...)
		r.query, r.uses = append(r.query, named{name, t}), r.uses|t.uses
	}

	problems = append(problems, checkHeaders(text.Field+"headers", text.Headers)...)

	for _, name := range slices.Sorted(maps.Keys(text.Headers)) {
		t, mistakes := Compile(text.Field+"headers."+name, text.Headers[name].Reveal(), scope)
		problems = append(problems, mistakes...)
		r.headers, r.uses = append(r.headers, named{name, t}), r.uses|t.uses
	}

	if r.uses&Batch != 0 && r.uses&Own != 0 && len(problems) == 0 {
		problems = append(problems, spec.FieldError{
			Field: text.Field + "url", Problem: "has places of one instrument and of several together with the query and the headers",
			Suggestion: "ask for one by {symbol}, or for several by {symbols}",
		})
	}

	return r, problems
}

// Uses returns the places of all templates of the request.
func (r *Request) Uses() Places { return r.uses }

// HasHeaders reports whether the request has headers of its own.
func (r *Request) HasHeaders() bool { return len(r.headers) > 0 }

// Template returns the URL's template, without the query values.
func (r *Request) Template() *Template { return r.url }

// URL fills in the URL with the query values behind it.
func (r *Request) URL(v *Values) (string, error) {
	text, err := r.url.Render(v)
	if err != nil || len(r.query) == 0 {
		return text, err
	}

	var b strings.Builder

	for _, q := range r.query {
		if err := q.RenderQuery(&b, q.name, v); err != nil {
			return "", err
		}
	}

	return Append(text, b.String()), nil
}

// Append appends query values, escaped and joined by &, to a URL.
func Append(url, query string) string {
	switch {
	case query == "":
		return url
	case !strings.Contains(url, "?"):
		return url + "?" + query
	case strings.HasSuffix(url, "?") || strings.HasSuffix(url, "&"):
		return url + query
	default:
		return url + "&" + query
	}
}

// Header fills in the headers, in place of those that are there already.
func (r *Request) Header(v *Values, header http.Header) error {
	for _, h := range r.headers {
		value, err := h.Render(v)
		if err != nil {
			return err
		}

		if !IsHeaderValue(value) {
			return fmt.Errorf("template: the header %s would have control characters or stray spaces", h.name)
		}

		header.Set(h.name, value)
	}

	return nil
}

// Problem says what an instrument lacks that the request needs; empty if it lacks nothing.
func (r *Request) Problem(target *spec.Symbol) string {
	problem := r.url.Problem(target)

	for _, t := range slices.Concat(r.query, r.headers) {
		if problem == "" {
			problem = t.Problem(target)
		}
	}

	return problem
}

// Group returns what instruments must have in common to stand in one request: the values of the places of one instrument, such as {symbol},
// and of {base}, {quote} and {with.NAME} in it.
func (r *Request) Group(target *spec.Symbol) string {
	if r.uses&(Own|Group) == 0 {
		return ""
	}

	var b strings.Builder

	r.url.appendGroup(&b, target)

	for _, q := range r.query {
		q.appendGroup(&b, target)
	}

	for _, h := range r.headers {
		h.appendGroup(&b, target)
	}

	return b.String()
}

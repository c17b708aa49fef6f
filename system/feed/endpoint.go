package feed

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-go/rollcall/system/feed/reading"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/feed/template"
	"github.com/rollcall-go/rollcall/system/internal/expr"
)

// endpoint is one way to ask, made ready. It never changes.
type endpoint struct {
	name        string
	method      string
	request     *template.Request
	header      http.Header // what is the same in every request; the templates' headers come on top
	body        *expr.Program
	size        int // symbols of one request; 0 is no limit
	pages       *pages
	conditional bool
	reader      *reading.Reader
}

// compileEndpoint checks an endpoint. Its fields stand behind the prefix, which is empty for the first one.
func compileEndpoint(d spec.Definition, name, prefix string, e spec.Endpoint, veil reading.Veil) (*endpoint, []spec.FieldError) {
	c := &endpoint{name: name, conditional: e.Conditional}
	scope := template.Scope{Allowed: template.Batch | template.Own | template.Group | template.Anywhere, Secrets: d.Secrets}

	if e.Pages != (spec.Pages{}) {
		scope.Allowed |= template.Page | template.Offset
	}

	var problems, mistakes []spec.FieldError

	c.request, problems = template.CompileRequest(template.RequestText{
		Field: prefix, URL: e.URL, Schemes: []string{"http", "https"}, Query: e.Query, Headers: e.Headers,
	}, scope)

	c.method, mistakes = chooseMethod(prefix, e)
	problems = append(problems, mistakes...)

	if e.Body != "" {
		var err error
		if c.body, err = expr.Compile(e.Body); err != nil {
			problems = append(problems, spec.FieldError{Field: prefix + "body", Problem: err.Error()})
		}
	}

	c.pages, mistakes = compilePages(prefix+"pages.", e, c.request.Uses())
	problems = append(problems, mistakes...)

	if e.Conditional && c.pages != nil {
		problems = append(problems, spec.FieldError{Field: prefix + "conditional", Problem: "cannot be together with pages", Suggestion: "leave one of them out"})
	}

	problems = append(problems, checkBatch(prefix, e, c.request.Uses())...)
	c.size = batchSize(e, c.request.Uses())
	c.header = commonHeader(e)
	c.reader, mistakes = reading.Compile(e.Parse, d.Errors, veil)

	for _, mistake := range mistakes {
		if !isRule(mistake.Field) { // the rules are the definition's
			mistake.Field = prefix + mistake.Field
		}

		problems = append(problems, mistake)
	}

	return c, problems
}

func isRule(field string) bool { return len(field) > 7 && field[:7] == "errors[" }

// commonHeader are the headers that a definition may replace.
func commonHeader(e spec.Endpoint) http.Header {
	accept := map[string]string{
		"": "application/json", "json": "application/json", "ndjson": "application/x-ndjson, application/json;q=0.9, */*;q=0.5",
		"csv": "text/csv, */*;q=0.5", "xml": "application/xml, text/xml, */*;q=0.5",
	}[e.Parse.Format]
	if accept == "" {
		accept = "*/*"
	}

	header := http.Header{"Accept": {accept}, "User-Agent": {"rollcall"}, "Accept-Encoding": {"gzip"}}
	if e.Body != "" {
		header.Set("Content-Type", "application/json")
	}

	return header
}

func chooseMethod(prefix string, e spec.Endpoint) (string, []spec.FieldError) {
	switch {
	case !slices.Contains([]string{"", http.MethodGet, http.MethodPost, http.MethodPut}, e.Method):
		return e.Method, []spec.FieldError{{Field: prefix + "method", Problem: "is none of GET, POST and PUT", Suggestion: "leave it out for GET"}}
	case e.Method == http.MethodGet && e.Body != "":
		return e.Method, []spec.FieldError{{Field: prefix + "method", Problem: "is GET, which carries no body", Suggestion: "leave it out for POST"}}
	case e.Method != "":
		return e.Method, nil
	case e.Body != "":
		return http.MethodPost, nil
	default:
		return http.MethodGet, nil
	}
}

// batchSize returns how many symbols one request asks for; 0 is no limit. A request that names one of its own is for those that share it, and
// one that names none has an answer that holds them all.
func batchSize(e spec.Endpoint, uses template.Places) int {
	if uses&template.Own != 0 || uses&template.Batch == 0 && e.Body == "" {
		return 0
	}

	return e.Batch
}

// checkBatch finds batches that mean nothing.
func checkBatch(prefix string, e spec.Endpoint, uses template.Places) []spec.FieldError {
	inBody := func(variable string) bool { return strings.Contains(e.Body, variable) }

	switch {
	case e.Batch < 0:
		return []spec.FieldError{{Field: prefix + "batch", Problem: "is negative", Suggestion: "0 asks for all symbols at once"}}
	case e.Batch == 0, e.URL == "", uses&(template.Batch|template.Own|template.Group) != 0, slices.ContainsFunc([]string{"$symbols", "$keys", "$instruments"}, inBody):
		return nil
	default:
		return []spec.FieldError{{
			Field: prefix + "batch", Problem: "is given, and nothing in the request says for which symbols it asks",
			Suggestion: "put {symbols} into url, query or headers, or $symbols into body; or leave batch out",
		}}
	}
}

// changes reports whether a request has to be made anew each time.
func (e *endpoint) changes() bool {
	return e.request.Uses()&template.Changing != 0 || e.body != nil || e.pages != nil || e.conditional
}

// checkAlone finds endpoints whose answers cannot say whose rows they have.
func checkAlone(prefix string, e spec.Endpoint, c *endpoint, symbols int) []spec.FieldError {
	listed := e.Parse.Format == "csv" || e.Parse.Format == "ndjson"
	if !listed || e.Parse.Key != "" || e.Parse.JQ != "" || c.size == 1 || symbols < 2 || c.request.Uses()&(template.Own|template.Group) != 0 {
		return nil
	}

	return []spec.FieldError{{
		Field: prefix + "parse.key", Problem: "is missing: one answer holds the rows of " + strconv.Itoa(symbols) + " instruments",
		Suggestion: "give the column of the symbol, or ask for one by {symbol}",
	}}
}

// checkKeyless finds expressions whose rows do not say which of several keys of a request they belong to.
func checkKeyless(prefix string, c *endpoint, keys int) []spec.FieldError {
	if keys < 2 || !c.reader.Keyless() {
		return nil
	}

	return []spec.FieldError{{
		Field: prefix + "parse.jq", Problem: "gives rows without key: nothing says which of " + strconv.Itoa(keys) + " instruments they are of",
		Suggestion: "give the rows a key, or ask for one by {symbol}",
	}}
}

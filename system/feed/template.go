package feed

import (
	"net/url"
	"strconv"
	"strings"
)

// The placeholders of a URL template.
const (
	placeSymbols = "{symbols}"
	placeSymbol  = "{symbol}"
)

// template is a URL with places for symbols. Literal parts are sent as written; symbols are escaped for the part of the URL they stand in.
type template struct {
	parts  []templatePart
	single bool // the URL names one symbol, so each request asks for one
	batch  bool // the URL names all symbols of a request
}

type templatePart struct {
	text  string // literal text; empty for a place
	query bool   // the place stands behind the question mark
}

// render returns the URL for a batch of vendor symbols.
func (t template) render(symbols []string) string {
	var b strings.Builder

	for _, part := range t.parts {
		if part.text != "" {
			b.WriteString(part.text)

			continue
		}

		for i, symbol := range symbols {
			if i > 0 {
				b.WriteByte(',')
			}

			if part.query {
				b.WriteString(url.QueryEscape(symbol))
			} else {
				b.WriteString(escapeSegment(symbol))
			}
		}
	}

	return b.String()
}

// escapeSegment escapes a symbol for a path. A symbol of dots alone would climb out of its segment, so its dots are escaped as well.
func escapeSegment(symbol string) string {
	if strings.Trim(symbol, ".") == "" {
		return strings.ReplaceAll(symbol, ".", "%2E")
	}

	return url.PathEscape(symbol)
}

// parseTemplate compiles and checks a URL template. Problems never quote the URL, because keys travel in it.
func parseTemplate(text string) (template, []FieldError) {
	refuse := func(problem, suggestion string) (template, []FieldError) {
		return template{single: strings.Contains(text, placeSymbol)}, []FieldError{{Field: "url", Problem: problem, Suggestion: suggestion}}
	}

	if problem, suggestion := textProblem(text); problem != "" {
		return refuse(problem, suggestion)
	}

	t, problem := splitTemplate(text)
	if problem != "" {
		return refuse(problem, "the places are "+placeSymbol+" and "+placeSymbols+", in the path or the query")
	}

	u, err := url.Parse(t.render([]string{"S"}))
	if err != nil {
		return refuse("is not a URL", "write it as https://host/path?query")
	}

	if problem := urlProblem(u); problem != "" {
		return refuse(problem, "write it as https://host/path?query")
	}

	return t, nil
}

func textProblem(text string) (problem, suggestion string) {
	switch {
	case text == "":
		return "is missing", "write it as https://host/path?symbols={symbols}"
	case len(text) > maxURLText:
		return "is longer than " + strconv.Itoa(maxURLText) + " bytes", ""
	case strings.Contains(text, "#"):
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

// splitTemplate cuts the text at its places. Braces that are no place are mistakes, and so are places in front of the path.
func splitTemplate(text string) (t template, problem string) {
	path := len(text)
	if i := strings.Index(text, "://"); i >= 0 {
		if j := strings.IndexAny(text[i+3:], "/?"); j >= 0 {
			path = i + 3 + j
		}
	}

	query := strings.IndexByte(text, '?')

	for at := 0; at < len(text); {
		open := strings.IndexAny(text[at:], "{}")
		if open < 0 {
			t.parts = append(t.parts, templatePart{text: text[at:]})

			break
		}

		if open > 0 {
			t.parts = append(t.parts, templatePart{text: text[at : at+open]})
			at += open
		}

		var place string

		switch {
		case strings.HasPrefix(text[at:], placeSymbols):
			place, t.batch = placeSymbols, true
		case strings.HasPrefix(text[at:], placeSymbol):
			place, t.single = placeSymbol, true
		default:
			return t, "has a brace that belongs to no known place"
		}

		if at < path {
			return t, "has a place outside its path and query"
		}

		t.parts = append(t.parts, templatePart{query: query >= 0 && at > query})
		at += len(place)
	}

	if t.batch && t.single {
		return t, "has both " + placeSymbol + " and " + placeSymbols
	}

	return t, ""
}

// urlProblem says why a URL may not be asked; empty if it may. It is applied to templates and to redirects alike.
func urlProblem(u *url.URL) string {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return "is neither http nor https"
	case u.User != nil:
		return "contains a user name or a password; send credentials in headers"
	default:
		return hostProblem(u)
	}
}

func hostProblem(u *url.URL) string {
	host := u.Hostname()

	switch {
	case u.Opaque != "" || host == "":
		return "has no host"
	case len(host) > 253:
		return "has a host name longer than 253 bytes"
	}

	ipv6 := strings.Contains(host, ":")

	for i := range len(host) {
		c := host[i]
		plain := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_'

		if !plain && (!ipv6 || (c != ':' && c != '%')) {
			return "has a host name with characters outside letters, digits, dots and hyphens"
		}
	}

	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return "has a port outside 1 … 65535"
		}
	}

	return ""
}

package template

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/secret"
)

const (
	maxHeaders = 64
	maxName    = 128 // bytes of a query parameter's name
)

// ownHeaders are set by the client itself, or would change how an answer is framed.
func ownHeaders() []string {
	return []string{
		"Accept-Encoding", "Connection", "Content-Length", "Expect", "Host", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "Range",
		"Te", "Trailer", "Transfer-Encoding", "Upgrade", "Sec-Websocket-Key", "Sec-Websocket-Version", "Sec-Websocket-Extensions",
	}
}

func checkHeaders(prefix string, headers map[string]secret.Secret) []spec.FieldError {
	var problems []spec.FieldError

	if len(headers) > maxHeaders {
		problems = append(problems, spec.FieldError{Field: prefix, Problem: "has more than " + strconv.Itoa(maxHeaders) + " headers"})
	}

	seen := make(map[string]bool, len(headers))

	for _, name := range slices.Sorted(maps.Keys(headers)) {
		field, canonical := prefix+"."+name, http.CanonicalHeaderKey(name)
		problem, suggestion := HeaderProblem(name)

		switch {
		case problem != "":
		case seen[canonical]:
			problem, suggestion = "is given twice in different spelling", "keep one of them"
		case !IsHeaderValue(headers[name].Reveal()):
			problem, suggestion = "has a value with line breaks or control characters", "check the secret for a stray newline"
		}

		if problem != "" {
			problems = append(problems, spec.FieldError{Field: field, Problem: problem, Suggestion: suggestion})
		}

		seen[canonical] = true
	}

	return problems
}

// HeaderProblem says why a header of that name may not be sent, and what to do about it; empty if it may.
func HeaderProblem(name string) (problem, suggestion string) {
	switch {
	case !isToken(name):
		return "is not a header name", "use letters, digits and hyphens"
	case slices.Contains(ownHeaders(), http.CanonicalHeaderKey(name)):
		return "is set by the client itself", "leave it out"
	default:
		return "", ""
	}
}

// isToken follows RFC 9110, section 5.6.2.
func isToken(name string) bool {
	for i := range len(name) {
		c := name[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}

	return name != ""
}

// IsHeaderValue reports whether a text can be sent as a header's value as it is.
func IsHeaderValue(value string) bool {
	for i := range len(value) {
		if (value[i] < ' ' && value[i] != '\t') || value[i] == 0x7f {
			return false
		}
	}

	return strings.TrimSpace(value) == value
}

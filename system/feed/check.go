package feed

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rollcall-go/rollcall/system/secret"
)

// Limits of a definition. They are far above what vendors need and keep mistakes cheap.
const (
	maxSymbols    = 100_000 // symbols of one vendor
	maxSymbolText = 64      // bytes of one vendor symbol
	maxHeaders    = 64
	maxURLText    = 8 << 10 // bytes of the template
)

// Check returns every mistake in a definition, in the order of its fields; none means that New accepts it, except for files it cannot read.
func Check(d Definition) []FieldError {
	template, problems := parseTemplate(d.URL)
	problems = slices.Concat(problems, checkMethod(d.Method), checkHeaders(d.Headers), checkSymbols(d.Symbols))

	if d.Batch < 0 {
		problems = append(problems, FieldError{Field: "batch", Problem: "is negative", Suggestion: "0 asks for all symbols at once"})
	} else if longestURL(d, template) > maxRequestURL {
		problems = append(problems, FieldError{Field: "batch", Problem: "makes a URL longer than " + strconv.Itoa(maxRequestURL) + " bytes", Suggestion: "ask for fewer symbols at once"})
	}

	_, mistakes := compile(d.Parse, template.single)
	problems = append(problems, mistakes...)

	return append(problems, checkClient(d.Client)...)
}

// longestURL returns the length of the longest URL that the symbols make, in bytes.
func longestURL(d Definition, t template) int {
	size := batchSize(d.Batch, t)
	if size == 0 || size > len(d.Symbols) {
		size = max(len(d.Symbols), 1)
	}

	longest := 0

	for group := range slices.Chunk(d.Symbols, size) {
		names := make([]string, len(group))
		for i, symbol := range group {
			names[i] = symbol.VendorSymbol
		}

		longest = max(longest, len(t.render(names)))
	}

	return longest
}

func checkMethod(method string) []FieldError {
	if method == "" || method == http.MethodGet || method == http.MethodPost {
		return nil
	}

	return []FieldError{{Field: "method", Problem: "is neither GET nor POST", Suggestion: "leave it out for GET"}}
}

// ownHeaders are set by the client itself, or would change how an answer is framed.
func ownHeaders() []string {
	return []string{
		"Accept-Encoding", "Connection", "Content-Length", "Expect", "Host", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "Range",
		"Te", "Trailer", "Transfer-Encoding", "Upgrade",
	}
}

func checkHeaders(headers map[string]secret.Secret) []FieldError {
	var problems []FieldError

	if len(headers) > maxHeaders {
		problems = append(problems, FieldError{Field: "headers", Problem: "has more than " + strconv.Itoa(maxHeaders) + " headers"})
	}

	seen := make(map[string]bool, len(headers))

	for _, name := range slices.Sorted(keysOf(headers)) {
		field, canonical := "headers."+name, http.CanonicalHeaderKey(name)

		switch {
		case !isToken(name):
			problems = append(problems, FieldError{Field: field, Problem: "is not a header name", Suggestion: "use letters, digits and hyphens"})
		case slices.Contains(ownHeaders(), canonical):
			problems = append(problems, FieldError{Field: field, Problem: "is set by the client itself", Suggestion: "leave it out"})
		case seen[canonical]:
			problems = append(problems, FieldError{Field: field, Problem: "is given twice in different spelling", Suggestion: "keep one of them"})
		case !isHeaderValue(headers[name].Reveal()):
			problems = append(problems, FieldError{Field: field, Problem: "has a value with line breaks or control characters", Suggestion: "check the secret for a stray newline"})
		}

		seen[canonical] = true
	}

	return problems
}

func keysOf(headers map[string]secret.Secret) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for name := range headers {
			if !yield(name) {
				return
			}
		}
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

func isHeaderValue(value string) bool {
	for i := range len(value) {
		if (value[i] < ' ' && value[i] != '\t') || value[i] == 0x7f {
			return false
		}
	}

	return strings.TrimSpace(value) == value
}

func checkSymbols(symbols []Symbol) []FieldError {
	switch {
	case len(symbols) == 0:
		return []FieldError{{Field: "symbols", Problem: "is empty", Suggestion: "list at least one instrument"}}
	case len(symbols) > maxSymbols:
		return []FieldError{{Field: "symbols", Problem: "has more than " + strconv.Itoa(maxSymbols) + " symbols", Suggestion: "split it into several vendors"}}
	}

	var problems []FieldError

	instruments, names := make(map[string]bool, len(symbols)), make(map[string]bool, len(symbols))

	for i, symbol := range symbols {
		field := "symbols[" + strconv.Itoa(i) + "]"
		instrument := string(symbol.Instrument)

		for _, text := range []string{instrument, symbol.VendorSymbol} {
			if problem := symbolProblem(text); problem != "" {
				problems = append(problems, FieldError{Field: field, Problem: problem})

				break
			}
		}

		if instruments[instrument] {
			problems = append(problems, FieldError{Field: field, Problem: "lists an instrument twice", Suggestion: "remove one of them"})
		}

		if names[symbol.VendorSymbol] {
			problems = append(problems, FieldError{Field: field, Problem: "uses a vendor symbol twice", Suggestion: "map each instrument to a symbol of its own"})
		}

		instruments[instrument], names[symbol.VendorSymbol] = true, true
	}

	return problems
}

// symbolProblem says why text cannot be a symbol; empty if it can. Symbols reach URLs, logs and JSON, so nothing invisible may hide in them.
func symbolProblem(text string) string {
	switch {
	case text == "":
		return "is empty"
	case len(text) > maxSymbolText:
		return "is longer than " + strconv.Itoa(maxSymbolText) + " bytes"
	case !utf8.ValidString(text):
		return "is not valid UTF-8"
	case strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) }):
		return "contains control or bidirectional characters"
	case strings.TrimSpace(text) != text:
		return "begins or ends with a space"
	default:
		return ""
	}
}

package params

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/rollcall-go/rollcall/system/gateway/hub"
)

// Format is the form of an answer.
type Format string

// The formats.
const (
	JSON Format = "json"
	CSV  Format = "csv"
)

// Format is what the parameter format says, or else what the Accept header prefers. Who takes neither gets JSON.
func (p *Params) Format(r *http.Request) Format {
	switch Format(p.OneOf("format", string(JSON), string(CSV))) {
	case CSV:
		return CSV
	case JSON:
		return JSON
	}

	json := quality(r.Header.Values("Accept"), "application/json", "application/*", "*/*")
	if csv := quality(r.Header.Values("Accept"), "text/csv", "text/*"); csv > 0 && csv > json {
		return CSV
	}

	return JSON
}

// Coding is the content coding that a client takes and that makes the answer smallest.
func Coding(r *http.Request) hub.Coding {
	accepted := r.Header.Values("Accept-Encoding")
	zstd, gzip := quality(accepted, "zstd"), quality(accepted, "gzip", "x-gzip")

	switch {
	case zstd > 0 && zstd >= gzip:
		return hub.Zstd
	case gzip > 0:
		return hub.Gzip
	default:
		return hub.Identity
	}
}

// quality is how much a header wants one of some names, which are given from the most to the least exact: 0 for not at all, 1 for most. The most
// exact that is there counts.
func quality(headers []string, names ...string) float64 {
	found := make(map[string]float64)

	for _, header := range headers {
		for item := range strings.SplitSeq(header, ",") {
			name, rest, _ := strings.Cut(item, ";")
			found[strings.ToLower(strings.TrimSpace(name))] = weight(rest)
		}
	}

	for _, name := range names {
		if q, is := found[name]; is {
			return q
		}
	}

	return 0
}

// weight is the q of what follows a name in a header; 1 where it says nothing, 0 where nobody can tell what it says.
func weight(rest string) float64 {
	for parameter := range strings.SplitSeq(rest, ";") {
		name, value, is := strings.Cut(parameter, "=")
		if !is || !strings.EqualFold(strings.TrimSpace(name), "q") {
			continue
		}

		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || !(q >= 0 && q <= 1) { // not a number either
			return 0
		}

		return q
	}

	return 1
}

// Match reports whether an If-None-Match header names an entity tag, however weak.
func Match(r *http.Request, tag string) bool {
	for _, header := range r.Header.Values("If-None-Match") {
		for item := range strings.SplitSeq(header, ",") {
			item = strings.TrimSpace(item)
			if item == "*" || strings.TrimPrefix(item, "W/") == tag {
				return true
			}
		}
	}

	return false
}

package client

import (
	"net/url"
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// Limits of the client's settings.
const (
	maxBytes   = 64 << 20
	maxTimeout = time.Minute
)

// Check returns every setting that is out of range, its field beginning with "client.".
func Check(settings spec.ClientSettings) []spec.FieldError {
	var problems []spec.FieldError

	sizes := []struct {
		name  string
		value int64
	}{{"max_wire", settings.MaxWire}, {"max_body", settings.MaxBody}}

	for _, size := range sizes {
		if size.value < 0 || size.value > maxBytes {
			problems = append(problems, spec.FieldError{Field: "client." + size.name, Problem: "is outside 0 … " + strconv.Itoa(maxBytes) + " bytes", Suggestion: "leave it out for the default"})
		}
	}

	times := []struct {
		name  string
		value time.Duration
	}{{"dial_timeout", settings.DialTimeout}, {"tls_timeout", settings.TLSTimeout}}

	for _, limit := range times {
		if limit.value < 0 || limit.value > maxTimeout {
			problems = append(problems, spec.FieldError{Field: "client." + limit.name, Problem: "is outside 0 … " + maxTimeout.String(), Suggestion: "leave it out for the default"})
		}
	}

	if _, problem := parseProxy(settings.Proxy); problem != "" {
		problems = append(problems, spec.FieldError{Field: "client.proxy", Problem: problem, Suggestion: "write it as http://proxy.example.com:3128"})
	}

	return problems
}

// parseProxy returns the proxy's URL, nil for none. It refuses credentials, because a proxy's URL is shown to people.
func parseProxy(text string) (proxy *url.URL, problem string) {
	if text == "" {
		return nil, ""
	}

	parsed, err := url.Parse(text)

	switch {
	case err != nil:
		return nil, "is not a URL"
	case parsed.User != nil:
		return nil, "contains a user name or a password"
	case parsed.Scheme != "http" && parsed.Scheme != "https":
		return nil, "is neither http nor https"
	}

	return parsed, hostProblem(parsed)
}

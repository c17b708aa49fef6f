package streaming

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/rollcall-go/rollcall/system/feed/client"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/feed/template"
	"github.com/rollcall-go/rollcall/system/secret"
)

const (
	// maxURL is the longest URL that is asked, in bytes. Servers refuse much longer ones.
	maxURL = 16 << 10
	// bootHost stands in for scheme and host of a URL that begins with what the bootstrap gave.
	bootHost = "wss://bootstrap.invalid"
)

// address makes the requests that open connections.
type address struct {
	request *template.Request
	method  string
	boot    string   // the name of the bootstrap's value with which the URL begins; empty if it is written out
	at      *url.URL // nil where the vendor itself is asked
	secrets map[string]secret.Secret
	plain   bool // permits connections that are not encrypted to where the bootstrap leads
}

// schemes are those of a stream's URL.
func schemes() []string { return []string{"ws", "wss", "http", "https"} }

// compileAddress checks the templates of the stream's own request.
func compileAddress(d spec.Definition) (*address, []spec.FieldError) {
	st := &d.Stream
	text := template.RequestText{Field: "stream.", URL: st.URL, Schemes: schemes(), Query: st.Query, Headers: st.Headers}
	scope := template.Scope{Allowed: template.Batch | template.Own | template.Group | template.Anywhere, Secrets: d.Secrets}
	a := &address{method: http.MethodGet, secrets: d.Secrets, plain: d.Client.AllowPrivate}

	if st.Bootstrap.URL != "" {
		scope.Allowed |= template.Boot
		a.boot, text.URL = cutBoot(st.URL)
	}

	var problems []spec.FieldError

	a.request, problems = template.CompileRequest(text, scope)
	a.at, _ = url.Parse(d.At)

	if d.At == "" {
		a.at = nil
	}

	return a, problems
}

// compileBootstrap checks the templates of the request before each connection.
func compileBootstrap(d spec.Definition) (*address, []spec.FieldError) {
	b := &d.Stream.Bootstrap
	text := template.RequestText{Field: "stream.bootstrap.", URL: b.URL, Schemes: []string{"http", "https"}, Headers: b.Headers}
	a := &address{method: b.Method, secrets: d.Secrets}

	switch {
	case a.method != "":
	case b.Body != "":
		a.method = http.MethodPost
	default:
		a.method = http.MethodGet
	}

	var problems []spec.FieldError

	a.request, problems = template.CompileRequest(text, template.Scope{Allowed: template.Batch | template.Anywhere, Secrets: d.Secrets})
	a.at, _ = url.Parse(d.At)

	if d.At == "" {
		a.at = nil
	}

	return a, problems
}

// cutBoot reads the name of the value with which a URL begins, as in {boot.endpoint}?token={boot.token}.
func cutBoot(text string) (name, rest string) {
	inner, isBoot := strings.CutPrefix(text, "{boot.")
	if !isBoot {
		return "", text
	}

	name, rest, closed := strings.Cut(inner, "}")
	if !closed || (rest != "" && rest[0] != '/' && rest[0] != '?') {
		return "", text
	}

	return name, bootHost + rest
}

// Errors of requests. They do not wrap their causes, which quote URLs.
var (
	errAddress = errors.New("the templates and the instruments make no usable URL")
	errLength  = fmt.Errorf("the instruments make a URL longer than %d bytes; lower stream.subscribe.per_connection", maxURL)
	errBoot    = errors.New("the bootstrap gave no usable URL")
	errOpen    = errors.New("the bootstrap leads to a connection that is not encrypted")
)

// make returns the request for a connection with the instruments, and the values that its templates were filled in with.
func (a *address) make(ctx context.Context, symbols []spec.Symbol, boot map[string]any, now moment) (*http.Request, *template.Values, error) {
	values := &template.Values{Targets: symbols, Secrets: a.secrets, Now: now.at, Nonce: now.nonce, Boot: boot}

	text, err := a.url(values)
	if err != nil {
		return nil, nil, err
	}

	request, err := http.NewRequestWithContext(ctx, a.method, text, http.NoBody)
	if err != nil {
		return nil, nil, errAddress
	}

	if a.at != nil {
		relocate(request.URL, a.at)
		request.Host = request.URL.Host
	}

	request.Header = http.Header{"User-Agent": {"rollcall"}, "Accept": {"application/json, application/x-ndjson, text/event-stream"}}
	if err := a.request.Header(values, request.Header); err != nil {
		return nil, nil, err
	}

	return request, values, nil
}

// url fills in the URL.
func (a *address) url(values *template.Values) (string, error) {
	text, err := a.request.URL(values)

	switch {
	case err != nil:
		return "", err //nolint:wrapcheck // it says which place has no value
	case len(text) > maxURL:
		return "", errLength
	case a.boot != "":
		return a.follow(text, values.Boot)
	default:
		return text, nil
	}
}

// follow puts what the bootstrap gave in front of a URL. The vendor says where to go, so it is checked like anything else from outside; the
// dialer's policy on addresses holds in any case.
func (a *address) follow(text string, boot map[string]any) (string, error) {
	given, isText := boot[a.boot].(string)
	target, err := url.Parse(given)

	switch {
	case !isText || err != nil || len(given) > maxURL || client.URLProblem(target, schemes()...) != "":
		return "", errBoot
	case target.Scheme != "wss" && target.Scheme != "https" && !a.plain:
		return "", errOpen
	}

	rest := strings.TrimPrefix(text, bootHost)

	if query, isQuery := strings.CutPrefix(rest, "?"); isQuery {
		return template.Append(given, query), nil
	}

	return strings.TrimSuffix(given, "/") + rest, nil
}

// relocate replaces scheme, host and port of a URL by those of at, and puts its path in front.
func relocate(u, at *url.URL) {
	secure := at.Scheme == "https" || at.Scheme == "wss"
	socket := u.Scheme == "ws" || u.Scheme == "wss"

	switch {
	case socket && secure:
		u.Scheme = "wss"
	case socket:
		u.Scheme = "ws"
	default:
		u.Scheme = strings.Replace(at.Scheme, "ws", "http", 1)
	}

	u.Host = at.Host

	if prefix := strings.TrimSuffix(at.Path, "/"); prefix != "" {
		u.RawPath = strings.TrimSuffix(at.EscapedPath(), "/") + u.EscapedPath()
		u.Path = prefix + u.Path
	}
}

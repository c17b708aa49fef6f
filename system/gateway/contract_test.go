package gateway_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/gateway/openapi"
)

// contract is the description of the API, as far as answers are held against it.
type contract struct {
	Paths      map[string]map[string]described `json:"paths"`
	Components struct {
		Responses map[string]response `json:"responses"`
	} `json:"components"`

	compiler *validator.Compiler
}

type described struct {
	ID         string              `json:"operationId"`
	Summary    string              `json:"summary"`
	Parameters []describedParam    `json:"parameters"`
	Responses  map[string]response `json:"responses"`
}

type describedParam struct {
	Name    string         `json:"name"`
	In      string         `json:"in"`
	Example any            `json:"example"`
	Schema  map[string]any `json:"schema"`
}

type response struct {
	Ref     string                     `json:"$ref"`
	Headers map[string]json.RawMessage `json:"headers"`
	Content map[string]struct {
		Schema *struct {
			Ref string `json:"$ref"`
		} `json:"schema"`
	} `json:"content"`
}

const documentURL = "https://rollcall.test/openapi.json"

func newContract(t testing.TB) *contract {
	t.Helper()

	c := &contract{compiler: validator.NewCompiler()}
	require.NoError(t, json.Unmarshal(openapi.Document(), c))

	whole, err := validator.UnmarshalJSON(bytes.NewReader(openapi.Document()))
	require.NoError(t, err)
	closeObjects(t, whole)
	require.NoError(t, c.compiler.AddResource(documentURL, whole))
	c.compiler.AssertFormat()

	return c
}

// closeObjects lets the schemas take no members but those they describe: an answer says nothing that the document does not.
func closeObjects(t testing.TB, document any) {
	t.Helper()

	root, is := document.(map[string]any)
	require.True(t, is)

	components, is := root["components"].(map[string]any)
	require.True(t, is)

	schemas, is := components["schemas"].(map[string]any)
	require.True(t, is)

	for _, one := range schemas {
		if schema, is := one.(map[string]any); is && schema["properties"] != nil {
			schema["additionalProperties"] = false
		}
	}
}

// operation finds what a request means: the literal parts of a path go before its parameters.
func (c *contract) operation(method, target string) (path string, found described, known bool) {
	where, err := url.Parse(target)
	if err != nil {
		return "", described{}, false
	}

	parts := strings.Split(where.EscapedPath(), "/")

	for pattern, methods := range c.Paths {
		names := strings.Split(pattern, "/")
		fits := len(names) == len(parts)

		for i := range names {
			fits = fits && (names[i] == parts[i] || strings.HasPrefix(names[i], "{") && parts[i] != "")
		}

		if operation, has := methods[strings.ToLower(method)]; fits && has {
			return pattern, operation, true
		}
	}

	return "", described{}, false
}

// check holds an answer against the document.
func (c *contract) check(t testing.TB, method, target string, answer answered) {
	t.Helper()

	if method == http.MethodHead {
		method = http.MethodGet
	}

	what := fmt.Sprintf("%s %s: %d", method, target, answer.StatusCode)

	_, operation, known := c.operation(method, target)
	if !known {
		_, general := anywhere()[answer.StatusCode]
		page := target == "/" || strings.HasPrefix(target, "/?") || strings.HasPrefix(target, "/assets/") // the dashboard is no part of the API
		assert.True(t, general || page || answer.StatusCode == http.StatusNotFound, what)

		return
	}

	expected, documented := operation.Responses[strconv.Itoa(answer.StatusCode)]
	if name, general := anywhere()[answer.StatusCode]; general && !documented {
		expected, documented = c.Components.Responses[name]
	}

	if !assert.True(t, documented, "%s is not in the document: %s", what, answer.body) {
		return
	}

	if name, shared := strings.CutPrefix(expected.Ref, "#/components/responses/"); shared {
		expected = c.Components.Responses[name]
	}

	for name := range expected.Headers {
		if name != "Link" {
			assert.NotEmpty(t, answer.Header.Get(name), "%s has no %s", what, name)
		}
	}

	if answer.Request.Method != http.MethodHead {
		c.checkBody(t, what, expected, answer)
	}
}

// anywhere are the answers that any request can get before it comes to its resource, by the name of their component.
func anywhere() map[int]string {
	return map[int]string{
		http.StatusRequestTimeout: "RequestTimeout", http.StatusRequestEntityTooLarge: "RequestBodyTooLarge",
		http.StatusRequestURITooLong: "RequestURITooLong", http.StatusMisdirectedRequest: "MisdirectedRequest",
		http.StatusMethodNotAllowed: "MethodNotAllowed", http.StatusForbidden: "Forbidden", http.StatusInternalServerError: "InternalServerError",
	}
}

func (c *contract) checkBody(t testing.TB, what string, expected response, answer answered) {
	t.Helper()

	if len(expected.Content) == 0 {
		assert.Empty(t, answer.body, what)

		return
	}

	kind, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	require.NoError(t, err, what)

	content, documented := expected.Content[kind]
	if !assert.True(t, documented, "%s is %s, which is not in the document", what, kind) || !strings.HasSuffix(kind, "json") || content.Schema == nil {
		return
	}

	schema, err := c.compiler.Compile(documentURL + content.Schema.Ref)
	require.NoError(t, err)

	value, err := validator.UnmarshalJSON(bytes.NewReader(unpacked(t, answer)))
	if assert.NoError(t, err, "%s: %s", what, answer.body) {
		assert.NoError(t, schema.Validate(value), "%s: %s", what, answer.body)
	}
}

// example is a request for an operation, with all of the example parameters of a place.
func example(path string, operation described, parameters ...describedParam) string {
	query := make(url.Values)

	for _, p := range operation.Parameters {
		if p.In == "path" {
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(fmt.Sprint(exampleName(p))))
		}
	}

	for _, p := range parameters {
		values, several := p.Example.([]any)
		if !several {
			values = []any{p.Example}
		}

		for _, value := range values {
			query.Add(p.Name, fmt.Sprint(value))
		}
	}

	if len(query) > 0 {
		path += "?" + query.Encode()
	}

	return path
}

// exampleName is what the stage has instead of the document's example.
func exampleName(p describedParam) any {
	if p.Name == "vendor" {
		return "public"
	}

	return p.Example
}

// Every operation of the document answers as it says: without parameters, with each, with one that is unknown, without a token, with too little of
// one. A06.
func TestAnswersAreAsDescribed(t *testing.T) {
	t.Parallel()

	c := newContract(t)

	for path, methods := range c.Paths {
		for method, operation := range methods {
			if operation.ID == "streamEvents" || operation.ID == "openWebSocket" || operation.ID == "getMetrics" {
				continue // what goes on is for the hub's tests
			}

			t.Run(operation.ID, func(t *testing.T) {
				t.Parallel()
				c.exercise(t, newStage(t, 5), strings.ToUpper(method), path, operation)
			})
		}
	}
}

func (c *contract) exercise(t *testing.T, s *stage, method, path string, operation described) {
	t.Helper()

	target := example(path, operation)
	ask := func(token, method, target string, statuses ...int) {
		answer := s.ask(t, token, method, target)
		c.check(t, method, target, answer)
		assert.Contains(t, statuses, answer.StatusCode, "%s %s: %s", method, target, answer.body)
	}

	good := []int{200, 204}
	if path == "/readyz" {
		good = append(good, 503) // the stage's rounds are old
	}

	ask(adminToken, method, target, good...)

	for _, p := range operation.Parameters {
		if p.In == "query" && p.Example != nil {
			ask(adminToken, method, example(path, operation, p), good...)
		}
	}

	if path == "/healthz" {
		return
	}

	ask("", method, target, 401, 429) // guessing is limited
	ask("guess-0123456789abcdef", method, target, 401, 429)
	ask(adminToken, method, target+"?unknown=1", 400)

	if method == http.MethodGet {
		ask(readToken, method, target, good...)
		ask(readToken, http.MethodHead, target, good...)
		ask(readToken, http.MethodPut, target, 405)
	} else {
		ask(readToken, method, target, 403)
		ask(adminToken, http.MethodDelete, target, 405)
	}
}

// No route is without a description, and none is described that is not there.
func TestEveryRouteIsDescribed(t *testing.T) {
	t.Parallel()

	c, s := newContract(t), newStage(t, 1)

	var described []string

	for path, methods := range c.Paths {
		for method, operation := range methods {
			described = append(described, strings.ToUpper(method)+" "+path)
			assert.NotEmpty(t, operation.Summary, path)
			assert.NotEmpty(t, operation.ID, path)
		}
	}

	var there []string

	for _, route := range s.Routes() {
		if !strings.HasPrefix(route.Path, "/assets") && route.Path != "/{$}" { // the dashboard's files
			for _, method := range route.Methods {
				if method != http.MethodHead {
					there = append(there, method+" "+route.Path)
				}
			}
		}
	}

	slices.Sort(described)
	slices.Sort(there)
	assert.Equal(t, described, there)
}

// The document is one, and says so to who asks. What it calls an example is one.
func TestTheDocumentIsServed(t *testing.T) {
	t.Parallel()

	s := newStage(t, 0)
	answer := s.get(t, readToken, "/openapi.json")
	assert.Equal(t, string(openapi.Document()), string(answer.body))
	assert.Less(t, time.Duration(len(answer.body)), 256*time.Microsecond) // bytes: it stays readable
}

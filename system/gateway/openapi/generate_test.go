package openapi_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/invopop/jsonschema"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/gateway/openapi"
)

var update = flag.Bool("update", false, "rewrite golden files")

// document is an OpenAPI 3.1 document, as far as it is needed.
type document struct {
	OpenAPI    string                          `json:"openapi"`
	Info       info                            `json:"info"`
	Servers    []server                        `json:"servers"`
	Security   []map[string][]string           `json:"security"`
	Tags       []tag                           `json:"tags"`
	Paths      map[string]map[string]operation `json:"paths"`
	Components components                      `json:"components"`
}

type info struct {
	Title       string  `json:"title"`
	Version     string  `json:"version"`
	Description string  `json:"description"`
	License     license `json:"license"`
}

type license struct {
	Name       string `json:"name"`
	Identifier string `json:"identifier"`
}

type server struct {
	URL string `json:"url"`
}

type tag struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

type operation struct {
	Tags        []string               `json:"tags"`
	ID          string                 `json:"operationId"`
	Summary     string                 `json:"summary"`
	Description string                 `json:"description,omitempty"`
	Security    *[]map[string][]string `json:"security,omitempty"`
	Parameters  []parameter            `json:"parameters,omitempty"`
	Responses   map[string]answer      `json:"responses"`
}

type parameter struct {
	Name        string             `json:"name"`
	In          string             `json:"in"`
	Description string             `json:"description"`
	Required    bool               `json:"required,omitempty"`
	Style       string             `json:"style,omitempty"`
	Explode     *bool              `json:"explode,omitempty"`
	Schema      *jsonschema.Schema `json:"schema"`
	Example     any                `json:"example,omitempty"`
}

type answer struct {
	Ref         string            `json:"$ref,omitempty"`
	Description string            `json:"description,omitempty"`
	Headers     map[string]header `json:"headers,omitempty"`
	Content     map[string]media  `json:"content,omitempty"`
}

type header struct {
	Description string             `json:"description"`
	Schema      *jsonschema.Schema `json:"schema"`
}

type media struct {
	Schema *jsonschema.Schema `json:"schema"`
}

type components struct {
	SecuritySchemes map[string]security           `json:"securitySchemes"`
	Responses       map[string]answer             `json:"responses"`
	Schemas         map[string]*jsonschema.Schema `json:"schemas"`
}

type security struct {
	Type        string `json:"type"`
	Scheme      string `json:"scheme"`
	Description string `json:"description"`
}

const about = `Consolidated market-data snapshots, their history and the vendors they come from.

Times are RFC 3339 in UTC, cut to milliseconds. Durations are whole milliseconds. Prices are decimal text with the vendor's digits.
An unknown path is 404, another method 405 with Allow, an unknown parameter 400 with its name. Errors are problems of RFC 9457.
Any request may be answered with 408, 413, 414, 421 or 500 too; they are among the shared responses.
What a token may not see is answered as if it did not exist.`

// generate makes the document.
func generate(t *testing.T) []byte {
	t.Helper()

	home, err := os.Getwd()
	require.NoError(t, err)
	t.Chdir(filepath.Join(home, "..", "..", ".."))

	doc := document{
		OpenAPI:  "3.1.0",
		Info:     info{Title: "Rollcall", Version: "1", Description: about, License: license{Name: "Apache 2.0", Identifier: "Apache-2.0"}},
		Servers:  []server{{URL: "http://127.0.0.1:8080"}},
		Security: []map[string][]string{{"token": {}}},
		Tags:     tags(),
		Paths:    operations(),
		Components: components{
			SecuritySchemes: map[string]security{"token": {
				Type: "http", Scheme: "bearer", Description: "One of the configured tokens. Without tokens in the configuration none is needed.",
			}},
			Responses: problems(),
			Schemas:   schemas(t),
		},
	}

	t.Chdir(home)

	var out bytes.Buffer

	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	require.NoError(t, encoder.Encode(doc))

	return bytes.ReplaceAll(out.Bytes(), []byte(`"#/$defs/`), []byte(`"`+schemaPath))
}

// The embedded document is generated here, so that the program does not carry the generator.
func TestDocumentFollowsTheTypes(t *testing.T) {
	got := generate(t)

	if *update {
		require.NoError(t, os.WriteFile("openapi.json", got, 0o600))

		return
	}

	assert.Equal(t, string(got), string(openapi.Document()), "run 'make golden' and read the difference")
}

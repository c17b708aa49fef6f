package openapi_test

import (
	"encoding/json"

	"github.com/invopop/jsonschema"

	"github.com/rollcall-go/rollcall/system/gateway/params"
)

// Media types.
const (
	mediaJSON    = "application/json"
	mediaCSV     = "text/csv"
	mediaProblem = "application/problem+json"
	mediaSSE     = "text/event-stream"
	mediaText    = "text/plain"
)

func text() *jsonschema.Schema { return &jsonschema.Schema{Type: "string"} }

func wordOf(words ...any) *jsonschema.Schema { return &jsonschema.Schema{Type: "string", Enum: words} }

func flagged() *jsonschema.Schema { return &jsonschema.Schema{Type: "boolean", Default: false} }

func instant() *jsonschema.Schema { return &jsonschema.Schema{Type: "string", Format: "date-time"} }

func count(least, most int) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "integer", Minimum: numeral(least), Maximum: numeral(most)}
}

func roundNumber() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "integer", Format: "int64", Minimum: "0"}
}

func numeral(n int) json.Number {
	written, err := json.Marshal(n)
	if err != nil {
		panic(err)
	}

	return json.Number(written)
}

func ref(name string) *jsonschema.Schema { return &jsonschema.Schema{Ref: schemaPath + name} }

// query is a parameter of the query.
func query(name, description string, schema *jsonschema.Schema, example any) parameter {
	return parameter{Name: name, In: "query", Description: description, Schema: schema, Example: example}
}

// list is a parameter that holds several values with commas, and may be repeated.
func list(name, description string, item *jsonschema.Schema, example ...any) parameter {
	explode := false

	return parameter{
		Name: name, In: "query", Description: description + ", with commas or repeated", Style: "form", Explode: &explode,
		Schema: &jsonschema.Schema{Type: "array", Items: item}, Example: example,
	}
}

// inPath is a part of the path.
func inPath(name, description string, schema *jsonschema.Schema, example any) parameter {
	return parameter{Name: name, In: "path", Description: description, Required: true, Schema: schema, Example: example}
}

// inHeader is a header of the request.
func inHeader(name, description string, example any) parameter {
	return parameter{Name: name, In: "header", Description: description, Schema: text(), Example: example}
}

func selection() []parameter {
	return []parameter{
		list("instruments", "Only these instruments", text(), "EUR/USD", "GOLD"),
		list("classes", "Only instruments of these classes", text(), "forex"),
		list("vendors", "Only these vendors, and what they alone give", text(), "forex"),
	}
}

func format() parameter {
	return query("format", "The form of the answer; without it, what the Accept header prefers", wordOf("json", "csv"), "json")
}

func snapshotForm() []parameter {
	return append(selection(),
		list("fields", "Only these members, besides the round's own", wordOf("missing", "prices", "instruments", "vendors"), "prices"),
		format(),
		inHeader("If-None-Match", "The ETag of the snapshot that the client has", `"42-6t0r4jSHf8mQ"`),
	)
}

func span() []parameter {
	return []parameter{
		query("from", "At this time or later", instant(), "2026-11-21T06:00:00Z"),
		query("to", "Before this time", instant(), "2026-11-21T07:00:00Z"),
	}
}

func paging() []parameter {
	limit := count(1, params.MaxLimit)
	limit.Default = params.DefaultLimit

	return []parameter{
		query("limit", "At most so many rows", limit, 2),
		{Name: "cursor", In: "query", Description: "The member next of the page before. It holds for the same parameters", Schema: text()},
	}
}

func vendorName() parameter { return inPath("vendor", "The vendor's name", text(), "forex") }

// join makes one list of several.
func join(lists ...[]parameter) []parameter {
	var all []parameter
	for _, list := range lists {
		all = append(all, list...)
	}

	return all
}

package config_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"github.com/rollcall-go/rollcall/system/config"
)

// The patterns of what YAML sees as text and the program reads as something else.
const (
	durationPattern  = `^[0-9.]+(ns|us|µs|ms|s|m|h)([0-9.]+(ns|us|µs|ms|s|m|h))*$`
	decimalPattern   = `^-?[0-9]+([.][0-9]+)?$`
	percentPattern   = `^[0-9]+([.][0-9]{1,4})?%$`
	referencePattern = `\$\{`
)

// patterns are those of names that may not be chosen freely.
var patterns = map[config.Naming]string{
	config.NamingName:       `^[a-z0-9][a-z0-9_-]{0,63}$`,
	config.NamingIdentifier: `^[A-Za-z_][A-Za-z0-9_]{0,63}$`,
}

// The embedded schema is generated here, so that the program does not carry the generator.
func TestSchemaFollowsTheReference(t *testing.T) {
	schema := object()
	schema.Version = "https://json-schema.org/draft/2020-12/schema"
	schema.Title = "Rollcall's configuration"
	schema.Definitions = jsonschema.Definitions{"scalar": scalar()}

	for _, key := range config.Reference() {
		place(t, schema, key)
	}

	for _, key := range config.Reference() {
		share(t, schema, key)
	}

	got, err := json.MarshalIndent(schema, "", "  ")
	require.NoError(t, err)
	golden(t, "schema.json", string(got)+"\n")

	if !*update {
		assert.Equal(t, string(got)+"\n", string(config.Schema()))
	}
}

func object() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "object", Properties: jsonschema.NewProperties(), AdditionalProperties: jsonschema.FalseSchema}
}

// scalar is text: whatever YAML makes of it, the program reads what was written.
func scalar() *jsonschema.Schema {
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "string"}, {Type: "number"}, {Type: "boolean"}}}
}

// place puts what the reference knows about a key into the schema.
func place(t *testing.T, root *jsonschema.Schema, key config.Key) {
	t.Helper()

	node := schemaOf(key)
	node.Description = strings.ReplaceAll(key.Doc, "`", "")

	if key.Default != "" {
		node.Default = typed(key)
	}

	path, item := strings.CutSuffix(key.Path, "[]")
	if item {
		schemaAt(t, root, path).Items = node

		return
	}

	parent, name := root, key.Path
	if last := strings.LastIndexByte(key.Path, '.'); last >= 0 {
		parent, name = schemaAt(t, root, key.Path[:last]), key.Path[last+1:]
	}

	switch pattern := patterns[key.Names]; {
	case strings.HasSuffix(key.Path, ".symbols.*"):
		parent.OneOf = symbolsSchema(node)
	case name == "*" && pattern != "":
		parent.PatternProperties = map[string]*jsonschema.Schema{pattern: node}
	case name == "*":
		parent.AdditionalProperties = node
	default:
		parent.Properties.Set(name, node)
	}

	switch {
	case key.Required && len(key.Unless) == 0:
		parent.Required = append(parent.Required, name)
	case key.Required:
		either := &jsonschema.Schema{}
		for _, alternative := range append([]string{name}, key.Unless...) {
			either.AnyOf = append(either.AnyOf, &jsonschema.Schema{Required: []string{alternative}})
		}

		parent.AllOf = append(parent.AllOf, either)
	}
}

// schemaOf is what a key's type says.
func schemaOf(key config.Key) *jsonschema.Schema {
	reference := &jsonschema.Schema{Type: "string", Pattern: referencePattern}

	switch key.Type {
	case config.TypeMapping:
		mapping := object()
		if key.Required {
			mapping.MinProperties = new(uint64(1))
		}

		return mapping
	case config.TypeList:
		return &jsonschema.Schema{Type: "array"}
	case config.TypeSymbols:
		return &jsonschema.Schema{}
	case config.TypeDuration:
		return &jsonschema.Schema{Type: "string", AnyOf: []*jsonschema.Schema{{Pattern: durationPattern}, {Pattern: referencePattern}}}
	case config.TypeInteger:
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "integer", Minimum: number(key.Min), Maximum: number(key.Max)}, reference}}
	case config.TypeDecimal:
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{
			{Type: "number", Minimum: number(key.Min), Maximum: number(key.Max)}, {Type: "string", Pattern: decimalPattern}, reference,
		}}
	case config.TypePercent:
		return &jsonschema.Schema{Type: "string", AnyOf: []*jsonschema.Schema{{Pattern: percentPattern}, {Pattern: referencePattern}}}
	case config.TypeBoolean:
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "boolean"}, reference}}
	case config.TypeURL:
		return &jsonschema.Schema{Type: "string"}
	case config.TypeText, config.TypeTemplate, config.TypeExpression, config.TypeSecret, config.TypeSecretTemplate:
	}

	if len(key.Words) == 0 {
		return &jsonschema.Schema{Ref: "#/$defs/scalar"}
	}

	words := &jsonschema.Schema{Type: "string"}
	for _, word := range key.Words {
		words.Enum = append(words.Enum, word)
	}

	return words
}

// symbolsSchema accepts names, mappings, and lists with both in them.
func symbolsSchema(one *jsonschema.Schema) []*jsonschema.Schema {
	value := &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Ref: "#/$defs/scalar"}, one}}
	mapping := &jsonschema.Schema{Type: "object", AdditionalProperties: value, MinProperties: new(uint64(1))}
	item := &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Ref: "#/$defs/scalar"}, mapping}}

	return []*jsonschema.Schema{{Type: "array", MinItems: new(uint64(1)), Items: item}, mapping}
}

// share replaces keys that repeat others by a pointer to them.
func share(t *testing.T, root *jsonschema.Schema, key config.Key) {
	t.Helper()

	name := strings.Trim(key.Repeats[strings.LastIndexByte(key.Repeats, '.')+1:], "[]*")
	if name == "" {
		return // its keys are but some of the others
	}

	if _, is := root.Definitions[name]; !is {
		whole := *schemaAt(t, root, key.Repeats)
		root.Definitions[name] = &whole
		*schemaAt(t, root, key.Repeats) = jsonschema.Schema{Ref: "#/$defs/" + name}
	}

	*schemaAt(t, root, key.Path) = jsonschema.Schema{Ref: "#/$defs/" + name, Description: strings.ReplaceAll(key.Doc, "`", "")}
}

func number(value int64) json.Number { return json.Number(strconv.FormatInt(value, 10)) }

func typed(key config.Key) any {
	if key.Type == config.TypeInteger || key.Type == config.TypeBoolean {
		return json.RawMessage(key.Default)
	}

	return key.Default
}

// schemaAt walks from the root to a path of the reference.
func schemaAt(t *testing.T, node *jsonschema.Schema, path string) *jsonschema.Schema {
	t.Helper()

	for step := range strings.SplitSeq(path, ".") {
		name, item := strings.CutSuffix(step, "[]")

		switch {
		case name == "*" && len(node.OneOf) > 0: // symbols
			node = node.OneOf[1].AdditionalProperties.AnyOf[1]
		case name == "*" && len(node.PatternProperties) > 0:
			for _, only := range node.PatternProperties {
				node = only
			}
		case name == "*":
			node = node.AdditionalProperties
		default:
			child, ok := node.Properties.Get(name)
			require.True(t, ok, "%s stands behind the mapping it is in", path)

			node = child
		}

		if item {
			node = node.Items
		}
	}

	return node
}

// validate checks a file's text against the embedded schema.
func validate(t *testing.T, text []byte) error {
	t.Helper()

	document, err := validator.UnmarshalJSON(bytes.NewReader(config.Schema()))
	require.NoError(t, err)

	compiler := validator.NewCompiler()
	require.NoError(t, compiler.AddResource("schema.json", document))

	schema, err := compiler.Compile("schema.json")
	require.NoError(t, err)

	var tree any

	require.NoError(t, yaml.Load(text, &tree))

	asJSON, err := json.Marshal(tree)
	require.NoError(t, err)

	instance, err := validator.UnmarshalJSON(bytes.NewReader(asJSON))
	require.NoError(t, err)

	return schema.Validate(instance)
}

func TestSchemaAcceptsEveryGoodFile(t *testing.T) {
	for name, data := range goodFiles(t) {
		assert.NoError(t, validate(t, data), name)
	}
}

func TestSchemaRefusesWhatAnEditorCanSee(t *testing.T) {
	for _, name := range []string{
		"unknown_key", "unknown_key_vendor", "unknown_key_far_top", "unknown_key_parse", "wrong_type_duration", "wrong_type_mapping", "wrong_type_integer",
		"wrong_type_vendors", "wrong_type_symbols", "null_value", "missing_vendors", "missing_class", "missing_url", "missing_symbols",
		"empty_symbols", "vendor_name", "duration_unit", "duration_negative", "integer_range", "word", "method", "no_vendor",
	} {
		data, err := os.ReadFile(filepath.Join("testdata", name+".bad.yaml"))
		require.NoError(t, err)
		assert.Error(t, validate(t, data), name)
	}
}

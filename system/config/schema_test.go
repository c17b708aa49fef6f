package config_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/feed"
	"github.com/rollcall-go/rollcall/system/secret"
)

// The patterns of what YAML sees as text and the program reads as something else.
const (
	durationPattern  = `^[0-9.]+(ns|us|µs|ms|s|m|h)([0-9.]+(ns|us|µs|ms|s|m|h))*$`
	referencePattern = `\$\{`
	namePattern      = `^[a-z0-9][a-z0-9_-]{0,63}$`
)

// The embedded schema is generated here, so that the program does not carry the generator.
func TestSchemaFollowsTheTypes(t *testing.T) {
	reflector := jsonschema.Reflector{FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, ExpandedStruct: true, DoNotReference: true, Anonymous: true}
	reflector.Mapper = func(typ reflect.Type) *jsonschema.Schema {
		switch typ {
		case reflect.TypeFor[time.Duration](), reflect.TypeFor[secret.Secret]():
			return &jsonschema.Schema{Type: "string"}
		case reflect.TypeFor[map[string]secret.Secret]():
			return &jsonschema.Schema{Type: "object"}
		case reflect.TypeFor[[]feed.Symbol]():
			return symbolsSchema()
		case reflect.TypeFor[[]config.Vendor]():
			vendor := reflector.Reflect(config.Vendor{})
			vendor.Version = ""

			return &jsonschema.Schema{
				Type: "object", MinProperties: new(uint64(1)), AdditionalProperties: jsonschema.FalseSchema,
				PatternProperties: map[string]*jsonschema.Schema{namePattern: vendor},
			}
		default:
			return nil
		}
	}

	schema := reflector.Reflect(config.Config{})
	schema.Title = "Rollcall's configuration"

	for _, key := range config.Reference() {
		describe(t, schema, key)
	}

	got, err := json.MarshalIndent(schema, "", "  ")
	require.NoError(t, err)
	golden(t, "schema.json", string(got)+"\n")

	if !*update {
		assert.Equal(t, string(got)+"\n", string(config.Schema()))
	}
}

func symbolsSchema() *jsonschema.Schema {
	text := func() *jsonschema.Schema {
		return &jsonschema.Schema{OneOf: []*jsonschema.Schema{{Type: "string", MinLength: new(uint64(1))}, {Type: "number"}, {Type: "boolean"}}}
	}
	mapping := &jsonschema.Schema{Type: "object", AdditionalProperties: text(), MinProperties: new(uint64(1))}
	list := &jsonschema.Schema{Type: "array", MinItems: new(uint64(1)), Items: &jsonschema.Schema{OneOf: []*jsonschema.Schema{text(), mapping}}}

	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{list, mapping}}
}

// describe puts what the reference knows about a key into its schema.
func describe(t *testing.T, root *jsonschema.Schema, key config.Key) {
	t.Helper()

	parent, name := root, key.Path
	if last := strings.LastIndex(key.Path, "."); last >= 0 {
		parent, name = schemaAt(t, root, key.Path[:last]), key.Path[last+1:]
	}

	if name == "*" && len(parent.PatternProperties) == 0 {
		parent.AdditionalProperties = &jsonschema.Schema{Type: "string", MinLength: new(uint64(1))}
	}

	node := schemaAt(t, root, key.Path)
	node.Description = strings.ReplaceAll(key.Doc, "`", "")

	if key.Required {
		parent.Required = append(parent.Required, name)
	}

	switch key.Type {
	case config.TypeDuration:
		node.AnyOf = []*jsonschema.Schema{{Pattern: durationPattern}, {Pattern: referencePattern}}
	case config.TypeInteger:
		node.Type = ""
		node.AnyOf = []*jsonschema.Schema{
			{Type: "integer", Minimum: json.Number(strconv.FormatInt(key.Min, 10)), Maximum: json.Number(strconv.FormatInt(key.Max, 10))},
			{Type: "string", Pattern: referencePattern},
		}
	case config.TypeBoolean:
		node.Type = ""
		node.AnyOf = []*jsonschema.Schema{{Type: "boolean"}, {Type: "string", Pattern: referencePattern}}
	case config.TypeText, config.TypeURL:
		for _, word := range key.Words {
			node.Enum = append(node.Enum, word)
		}
	case config.TypeSecret, config.TypeSymbols, config.TypeMapping:
	}

	if key.Default != "" {
		node.Default = typed(key)
	}
}

func typed(key config.Key) any {
	if key.Type == config.TypeInteger || key.Type == config.TypeBoolean {
		return json.RawMessage(key.Default)
	}

	return key.Default
}

// schemaAt walks from the root to a path of the reference.
func schemaAt(t *testing.T, node *jsonschema.Schema, path string) *jsonschema.Schema {
	t.Helper()

	for name := range strings.SplitSeq(path, ".") {
		switch {
		case name == "*" && len(node.PatternProperties) > 0:
			node = node.PatternProperties[namePattern]
			node.AdditionalProperties = jsonschema.FalseSchema
		case name == "*":
			node = node.AdditionalProperties
		default:
			child, ok := node.Properties.Get(name)
			require.True(t, ok, "the reference's %s is a key of the types", path)

			node = child
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
		"unknown_key", "unknown_key_vendor", "unknown_key_http", "unknown_key_use", "unknown_key_parse", "wrong_type_duration", "wrong_type_mapping", "wrong_type_integer",
		"wrong_type_vendors", "wrong_type_symbols", "null_value", "missing_vendors", "missing_class", "missing_url", "missing_symbols",
		"empty_symbols", "vendor_name", "duration_unit", "duration_negative", "integer_range", "word", "method", "limits_required", "no_vendor",
	} {
		data, err := os.ReadFile(filepath.Join("testdata", name+".bad.yaml"))
		require.NoError(t, err)
		assert.Error(t, validate(t, data), name)
	}
}

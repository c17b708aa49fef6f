package openapi_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/invopop/jsonschema"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

// module is where the packages are whose comments describe their types.
const module = "github.com/rollcall-go/rollcall"

const schemaPath = "#/components/schemas/"

// described are the types that answers consist of.
func described() []any {
	return []any{
		Snapshot{},
		api.Rounds{},
		api.Instruments{},
		api.InstrumentDetail{},
		api.Vendors{},
		api.Vendor{},
		api.VendorDetail{},
		api.Audit{},
		api.Status{},
		api.Actor{},
		api.Problem{},
		api.Event{},
		api.Changes{},
		api.Skipped{},
		api.Reset{},
		api.RoundStarted{},
		api.VendorAnswered{},
		api.VendorChanged{},
		api.Heartbeat{},
		api.Bye{},
	}
}

// words are the types whose values are a closed set.
func words() map[reflect.Type][]any {
	list := func(values ...any) []any { return values }

	var outcomes, flags []any
	for _, outcome := range messages.Outcomes() {
		outcomes = append(outcomes, string(outcome))
	}

	for bit := messages.Flag(1); bit != 0; bit <<= 1 {
		for _, word := range bit.Words() {
			flags = append(flags, word)
		}
	}

	return map[reflect.Type][]any{
		reflect.TypeFor[messages.Outcome]():        outcomes,
		reflect.TypeFor[messages.Flag]():           flags,
		reflect.TypeFor[messages.SnapshotStatus](): list(messages.SnapshotComplete, messages.SnapshotPartial, messages.SnapshotEmpty),
		reflect.TypeFor[messages.InstrumentStatus](): list(messages.InstrumentGood, messages.InstrumentDegraded, messages.InstrumentCarried,
			messages.InstrumentClosed, messages.InstrumentInsufficient),
		reflect.TypeFor[messages.VendorState](): list(messages.VendorRunning, messages.VendorBackoff, messages.VendorQuarantined,
			messages.VendorProbing, messages.VendorPaused),
		reflect.TypeFor[messages.StreamState](): list(messages.StreamConnecting, messages.StreamLive, messages.StreamThin, messages.StreamPolled),
		reflect.TypeFor[api.EventType](): list(api.EventSnapshot, api.EventChanges, api.EventSkipped, api.EventReset, api.EventRound, api.EventAnswer,
			api.EventVendor, api.EventHeartbeat, api.EventBye),
	}
}

// schemas are the components of the document, by name.
func schemas(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()

	found := make(map[string]*jsonschema.Schema)
	closed := words()

	r := &jsonschema.Reflector{
		AllowAdditionalProperties: true, // clients get along with members that come later
		Anonymous:                 true,
		Namer: func(of reflect.Type) string {
			if of.Kind() == reflect.String { // so that it is not taken for the struct of the same name
				return of.Name() + "Text"
			}

			return ""
		},
		Mapper: func(of reflect.Type) *jsonschema.Schema {
			if _, is := closed[of]; is {
				return &jsonschema.Schema{Ref: schemaPath + of.Name()}
			}

			switch of {
			case reflect.TypeFor[messages.Round]():
				return &jsonschema.Schema{Type: "integer", Format: "int64", Minimum: "0"}
			case reflect.TypeFor[json.Number]():
				return &jsonschema.Schema{Type: "number"}
			case reflect.TypeFor[json.RawMessage]():
				return &jsonschema.Schema{Type: "object"}
			case reflect.TypeFor[time.Time]():
				return &jsonschema.Schema{Type: "string", Format: "date-time"}
			}

			switch of.Kind() {
			case reflect.Int64:
				return &jsonschema.Schema{Type: "integer", Format: "int64"}
			case reflect.Uint64:
				return &jsonschema.Schema{Type: "integer", Format: "int64", Minimum: "0"}
			default:
				return nil
			}
		},
	}

	for _, dir := range []string{"messages", "system/api", "system/gateway/openapi"} {
		require.NoError(t, r.AddGoComments(module, dir, jsonschema.WithFullComment()))
	}

	r.LookupComment = func(of reflect.Type, field string) string {
		key := strings.TrimSuffix(of.PkgPath(), "_test") + "." + of.Name()
		if field != "" {
			key += "." + field
		}

		return strings.Join(strings.Fields(r.CommentMap[key]), " ")
	}

	for _, value := range described() {
		maps.Copy(found, r.Reflect(value).Definitions)
	}

	for of, values := range closed {
		found[of.Name()] = &jsonschema.Schema{Type: "string", Enum: values, Description: r.LookupComment(of, "")}
	}

	nullable(found)

	return found
}

// nullable lets be null what JSON has as null: a pointer that is always there.
func nullable(found map[string]*jsonschema.Schema) {
	types := make(map[string]reflect.Type)
	for _, value := range described() {
		collect(reflect.TypeOf(value), types)
	}

	for name, of := range types {
		schema := found[name]
		if schema == nil {
			continue
		}

		for _, field := range reflect.VisibleFields(of) {
			tag, options, _ := strings.Cut(field.Tag.Get("json"), ",")

			property, known := schema.Properties.Get(tag)
			if known && field.Type.Kind() == reflect.Pointer && !strings.Contains(options, "omitempty") && property.Type != "" {
				property.Extras = map[string]any{"type": []string{property.Type, "null"}}
				property.Type = ""
			}
		}
	}
}

// collect finds the structs that a type consists of.
func collect(of reflect.Type, types map[string]reflect.Type) {
	switch of.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		collect(of.Elem(), types)
	case reflect.Struct:
		if _, known := types[of.Name()]; known || of == reflect.TypeFor[time.Time]() {
			return
		}

		types[of.Name()] = of

		for _, field := range reflect.VisibleFields(of) {
			collect(field.Type, types)
		}
	default:
	}
}

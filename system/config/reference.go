package config

import (
	"slices"
	"time"
)

// Type is what a key's value is.
type Type string

// The types.
const (
	TypeDuration   Type = "duration" // such as 250ms, 5s, 1h30m
	TypeInteger    Type = "integer"
	TypeDecimal    Type = "decimal"    // such as 0.01
	TypePercent    Type = "percentage" // such as 12.5%, with at most four digits behind the point
	TypeBoolean    Type = "boolean"    // true or false
	TypeText       Type = "text"
	TypeTemplate   Type = "template"   // text with places such as {symbols}
	TypeExpression Type = "expression" // jq; it is taken as written, without references
	TypeURL        Type = "url"        // a template whose sensitive parts are not shown
	TypeSecret     Type = "secret"     // text that is never shown
	// TypeSecretTemplate is a template that is shown only if it consists of places. What references bring in holds no places.
	TypeSecretTemplate Type = "secret template"
	TypeSymbols        Type = "symbols"
	TypeMapping        Type = "mapping"
	TypeList           Type = "list"
)

// noun is the type with its article, for messages.
func (t Type) noun() string {
	switch t {
	case TypeText, TypeTemplate, TypeSecret, TypeSecretTemplate:
		return "text"
	case TypeInteger:
		return "an integer"
	case TypeExpression:
		return "an expression"
	case TypeURL:
		return "a URL"
	default:
		return "a " + string(t)
	}
}

// isSecret reports whether values of the type are masked.
func (t Type) isSecret() bool { return t == TypeSecret || t == TypeSecretTemplate }

// Naming is what the names in a mapping may be that the user chooses.
type Naming string

// The namings.
const (
	NamingAny        Naming = ""           // any text
	NamingName       Naming = "name"       // small letters, digits, - and _
	NamingIdentifier Naming = "identifier" // letters, digits and _, as expressions need it
)

// Key describes one key of the file. The decoder, docs/config.md and the JSON Schema all follow it.
type Key struct {
	// Path is the way to the key, where * stands for any name and [] for an item of a list: vendors.*.errors[].when.
	Path string
	Type Type
	// Section is the heading under which the key is documented.
	Section string
	// Repeats is the path of the mapping with the same keys, under which they are documented; usually empty.
	Repeats string
	// Required keys have no default. Where there is one of Unless, keys of the same mapping, they are not.
	Required bool
	Unless   []string
	// Default is the value of a key that is not there, as it would be written. Fallback says it in words where it depends on other keys.
	Default, Fallback string
	// Local keys stand in the configuration only: a definition that `use` names may not set them.
	Local bool
	// Min and Max are the limits, both included: nanoseconds for a duration, the number itself for an integer or decimal, millionths for a
	// percentage, characters for a text (0 and 0 for no limit).
	Min, Max int64
	// Words are the only values allowed.
	Words []string
	// Names is what the entries of a mapping with free names may be called.
	Names Naming
	// Example is a value as it would be written.
	Example string
	// Doc is one sentence for people, or a few.
	Doc string
}

// Limits that several keys share.
const (
	day      = int64(24 * time.Hour)
	month    = 31 * day
	year     = 366 * day
	maxBytes = 64 << 20
	maxCount = 1_000_000
)

// Reference returns every key of the file: a mapping before the keys in it, the keys of a mapping in the order in which they are decoded.
func Reference() []Key {
	return append(section("The program", programKeys()), below("vendors.*.", vendorKeys())...)
}

// below puts a prefix before the paths of keys, and of what they repeat.
func below(prefix string, keys []Key) []Key {
	for i := range keys {
		keys[i].Path = prefix + keys[i].Path
	}

	return keys
}

// section puts keys under a heading, those that have none.
func section(heading string, keys []Key) []Key {
	for i := range keys {
		if keys[i].Section == "" {
			keys[i].Section = heading
		}
	}

	return keys
}

func programKeys() []Key {
	return slices.Concat([]Key{
		{
			Path: "every", Type: TypeDuration, Default: "5s", Min: int64(10 * time.Millisecond), Max: day, Example: "5s",
			Doc: "The interval between rounds. Rounds start on the wall clock's grid: with 5s at :00, :05, :10.",
		},
		{
			Path: "deadline", Type: TypeDuration, Fallback: "2s, or `every` if that is shorter", Min: int64(time.Millisecond), Max: day, Example: "2s",
			Doc: "How long a round waits for its vendors. At most `every`.",
		},
		{
			Path: "data", Type: TypeText, Default: "./rollcall-data", Example: "/var/lib/rollcall",
			Doc: "The directory of the snapshot, the history and the audit log; relative to the working directory.",
		},
		{
			Path: "durability", Type: TypeText, Default: "strict", Words: []string{"strict", "relaxed"}, Example: "strict",
			Doc: "`strict` publishes a snapshot once it is on disk, `relaxed` at once.",
		},
		{Path: "history", Type: TypeMapping, Doc: "What is kept of past snapshots."},
		{
			Path: "history.retention", Type: TypeDuration, Default: "720h", Min: int64(time.Minute), Max: 10 * year, Example: "720h",
			Doc: "How long snapshots are kept.",
		},
		{
			Path: "carry", Type: TypeDuration, Default: "0s", Max: 7 * day, Example: "1m",
			Doc: "How long an instrument's last accepted price stands in when a round has none. It keeps its true age; `0s` means never.",
		},
	}, checksKeys(), []Key{
		{
			Path: "max_in_flight", Type: TypeInteger, Default: "1024", Min: 1, Max: 100_000, Example: "256",
			Doc: "How many vendors are asked at the same moment, at most.",
		},
	}, httpKeys(), watchKeys(), []Key{
		{
			Path: "vendors", Type: TypeMapping, Required: true,
			Doc: "The vendors by name, at least one. A name is a small letter or digit, then at most 63 small letters, digits, `-` and `_`.",
		},
		{Path: "vendors.*", Type: TypeMapping, Names: NamingName, Doc: "One vendor."},
	})
}

package config

import "time"

// Type is what a key's value is.
type Type string

// The types.
const (
	TypeDuration Type = "duration" // such as 250ms, 5s, 1h30m
	TypeInteger  Type = "integer"
	TypeBoolean  Type = "boolean" // true or false
	TypeText     Type = "text"
	TypeURL      Type = "url"
	TypeSecret   Type = "secret" // text that is never shown
	TypeSymbols  Type = "symbols"
	TypeMapping  Type = "mapping"
)

// noun is the type with its article, for messages.
func (t Type) noun() string {
	switch t {
	case TypeText, TypeSecret:
		return "text"
	case TypeInteger:
		return "an integer"
	case TypeURL:
		return "a URL"
	default:
		return "a " + string(t)
	}
}

// Key describes one key of the file. The decoder, docs/config.md and the JSON Schema all follow it.
type Key struct {
	// Path is the way to the key, where * stands for any name: vendors.*.deadline.
	Path string
	Type Type
	// Required keys have no default.
	Required bool
	// Default is the value of a key that is not there, as it would be written. Fallback says it in words where it depends on other keys.
	Default, Fallback string
	// Min and Max are the limits, both included: nanoseconds for a duration, the number itself for an integer.
	Min, Max int64
	// Words are the only values allowed.
	Words []string
	// Example is a value as it would be written.
	Example string
	// Doc is one sentence for people, or a few.
	Doc string
}

// Limits that several keys share.
const (
	day      = int64(24 * time.Hour)
	maxBytes = 64 << 20
)

// Reference returns every key of the file: a mapping before the keys in it, the keys of a mapping in the order in which they are decoded.
func Reference() []Key {
	return append(programKeys(), vendorKeys()...)
}

func programKeys() []Key {
	return []Key{
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
			Path: "history.retention", Type: TypeDuration, Default: "720h", Min: int64(time.Minute), Max: 3660 * day, Example: "720h",
			Doc: "How long snapshots are kept.",
		},
		{
			Path: "carry", Type: TypeDuration, Default: "0s", Max: 7 * day, Example: "1m",
			Doc: "How long an instrument's last accepted price stands in when a round has none. It keeps its true age; `0s` means never.",
		},
		{
			Path: "max_in_flight", Type: TypeInteger, Default: "1024", Min: 1, Max: 100_000, Example: "256",
			Doc: "How many vendors are asked at the same moment, at most.",
		},
		{
			Path: "vendors", Type: TypeMapping, Required: true,
			Doc: "The vendors by name, at least one. A name is a small letter or digit, then at most 63 small letters, digits, `-` and `_`.",
		},
	}
}

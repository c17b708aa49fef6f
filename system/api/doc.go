// Package api holds the words of the HTTP API as Go types: what the gateway sends, what the client reads, and what the OpenAPI document is made
// of. It has no logic but what belongs to the shapes themselves.
//
// Times are RFC 3339 in UTC, cut to milliseconds. Durations are whole milliseconds and end in _ms. Prices are decimal text with the vendor's
// digits, or null. Snapshots have the schema of messages.SnapshotSchema and are passed on as they are.
package api

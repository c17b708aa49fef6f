// Package openapi holds the description of the HTTP API: an OpenAPI 3.1 document. Its tests generate it from the types of package api and from the
// table of operations, so that the program does not carry the generator; the gateway's tests hold its answers against it.
package openapi

import _ "embed" // the document

//go:embed openapi.json
var document []byte

// Document returns the document. The caller must not change it.
func Document() []byte { return document }

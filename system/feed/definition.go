// Package feed turns a vendor definition, which is data, into a source of quotes: it asks the definition's endpoints over a hardened client and
// reads prices out of the answers. A definition can run no code, read no file and reach no address it was not given.
//
// The vendor language is in package spec. The work is done by the packages beside it: client sends, template fills in, reading reads, streaming
// holds connections on which a vendor pushes. This one puts them together for vendors that are polled.
package feed

import "github.com/rollcall-go/rollcall/system/feed/spec"

// The vendor language, see package spec.
type (
	// Definition is how one vendor is asked and how its answer is read.
	Definition = spec.Definition
	// Symbol is one instrument and what the vendor calls it.
	Symbol = spec.Symbol
	// Endpoint is one way to ask for quotes over HTTP.
	Endpoint = spec.Endpoint
	// Parse says where in an answer the quotes are.
	Parse = spec.Parse
	// ClientSettings limits what a vendor may do to us.
	ClientSettings = spec.ClientSettings
	// FieldError is one mistake in a definition.
	FieldError = spec.FieldError
)

package template

import "strings"

// Places is a set of the places a template has, or may have.
type Places uint32

// The places, by the words they are written with.
const (
	Symbols    Places = 1 << iota // of a batch
	Keys                          // of a batch
	Bases                         // of a batch
	Quotes                        // of a batch
	Symbol                        // of one instrument, and so on down to With
	Key                           //
	Instrument                    //
	Base                          //
	Quote                         //
	With                          // {with.NAME}
	Secret                        // {secret.NAME}
	Now                           // {now:FORMAT}
	Nonce                         //
	Page                          //
	Offset                        //
	Boot                          // {boot.NAME}
	Method                        // of the request that is signed, and so on down to Body
	Host                          //
	Path                          //
	Query                         //
	Target                        // path and query
	Body                          //
)

// Sets of places that belong together.
const (
	// Batch are the places of all instruments of a request, joined.
	Batch = Symbols | Keys | Bases | Quotes
	// Own are those that name one instrument, so that a request is about it alone.
	Own = Symbol | Key | Instrument
	// Group are those whose values all instruments of a request have in common.
	Group = Base | Quote | With
	// Anywhere are those that need no instrument.
	Anywhere = Secret | Now | Nonce
	// Signed are the parts of a request that is signed.
	Signed = Method | Host | Path | Query | Target | Body
	// Changing are those whose values differ from one request to the next of the same instruments.
	Changing = Now | Nonce | Page | Offset | Boot | Signed
)

// words returns the places' names, in the order of their bits.
func words() []string {
	return []string{
		"symbols", "keys", "bases", "quotes", "symbol", "key", "instrument", "base", "quote", "with", "secret", "now", "nonce", "page", "offset",
		"boot", "method", "host", "path", "query", "target", "body",
	}
}

// placeOf returns the place with a name, 0 for none.
func placeOf(name string) Places {
	for i, word := range words() {
		if word == name {
			return 1 << i
		}
	}

	return 0
}

// Has reports whether all of the wanted places are in the set.
func (p Places) Has(wanted Places) bool { return p&wanted == wanted }

// list names the places of a set as they are written.
func (p Places) list() string {
	var all []string

	for i, word := range words() {
		switch place := Places(1) << i; {
		case p&place == 0:
		case place == With || place == Secret || place == Boot:
			all = append(all, "{"+word+".NAME}")
		case place == Now:
			all = append(all, "{now:FORMAT}")
		default:
			all = append(all, "{"+word+"}")
		}
	}

	if len(all) == 0 {
		return "no place may stand here"
	}

	return "the places here are " + strings.Join(all, ", ") + "; {{ is a brace"
}

package template

import (
	"strconv"
	"strings"

	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// single returns the place of one instrument that a place of a batch repeats; the place itself where it is no place of a batch.
func (p Places) single() Places {
	switch p {
	case Symbols:
		return Symbol
	case Keys:
		return Key
	case Bases:
		return Base
	case Quotes:
		return Quote
	default:
		return p
	}
}

// Problem says what an instrument lacks that the template needs, such as a slash for {base}; empty if it lacks nothing.
func (t *Template) Problem(target *spec.Symbol) string {
	for i := range t.parts {
		p := &t.parts[i]

		place := p.place.single()
		if place&(Own|Group) == 0 {
			continue
		}

		if _, err := field(place, p.name, target); err != nil {
			if place == With {
				return "has no with." + p.name + ", which a template needs"
			}

			return "has no slash, and so no base and quote, which a template needs"
		}
	}

	return ""
}

// appendGroup writes what instruments must have in common to stand in one request.
func (t *Template) appendGroup(b *strings.Builder, target *spec.Symbol) {
	for i := range t.parts {
		p := &t.parts[i]

		if p.place&(Own|Group) == 0 {
			continue
		}

		if value, err := field(p.place, p.name, target); err == nil {
			b.WriteString(strconv.Quote(p.apply(value)))
		}
	}
}

package config

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName is the longest name of a vendor, a class or an instrument, in bytes.
const maxName = 64

// What names may be, for suggestions.
const (
	nameRule   = "use at most 64 small letters, digits, - and _, beginning with a letter or digit"
	symbolRule = "use at most 64 bytes of visible characters without spaces"
	identRule  = "use at most 64 letters, digits and _, not beginning with a digit"
)

// refuses says what a name must be that is not; empty if it is fine.
func (n Naming) refuses(name string) string {
	switch {
	case n == NamingName && !isName(name):
		return nameRule
	case n == NamingIdentifier && !isIdentifier(name):
		return identRule
	default:
		return ""
	}
}

// isName follows [a-z0-9][a-z0-9_-]{0,63}.
func isName(name string) bool {
	return name != "" && len(name) <= maxName && name[0] != '-' && name[0] != '_' &&
		strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

// isIdentifier accepts what an expression can write behind a dot.
func isIdentifier(name string) bool {
	return name != "" && len(name) <= maxName && (name[0] < '0' || name[0] > '9') &&
		strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

// isInstrument accepts visible characters only, so that a name cannot pretend to be another line, direction or word.
func isInstrument(name string) bool {
	return name != "" && len(name) <= maxName && utf8.ValidString(name) && !strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.IsGraphic(r) || unicode.IsSpace(r) || unicode.Is(unicode.Bidi_Control, r)
	})
}

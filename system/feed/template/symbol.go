package template

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rollcall-go/rollcall/system/feed/spec"
)

const (
	maxSymbolText = 64  // bytes of an instrument's name, a vendor symbol or a key
	maxWith       = 256 // bytes of a further value
)

// symbolProblem says why a symbol cannot be asked for; empty if it can.
func symbolProblem(symbol spec.Symbol) string {
	for _, text := range []string{string(symbol.Instrument), symbol.VendorSymbol, symbol.Key} {
		if problem := nameProblem(text, maxSymbolText); problem != "" {
			return problem
		}
	}

	for _, text := range symbol.With {
		if problem := nameProblem(text, maxWith); problem != "" {
			return "has a value under with that " + problem
		}
	}

	return ""
}

// nameProblem says why text cannot be a name. Names reach URLs, logs and JSON, so nothing invisible may hide in them.
func nameProblem(text string, limit int) string {
	switch {
	case text == "":
		return "is empty"
	case len(text) > limit:
		return "is longer than " + strconv.Itoa(limit) + " bytes"
	case !utf8.ValidString(text):
		return "is not valid UTF-8"
	case strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) }):
		return "contains control or bidirectional characters"
	case strings.TrimSpace(text) != text:
		return "begins or ends with a space"
	default:
		return ""
	}
}

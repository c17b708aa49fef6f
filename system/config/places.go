package config

import (
	"slices"
	"strings"
)

// onlyPlaces reports whether a text consists of places of a template, such as {symbols}, and, where they may stand, references without a
// default. Nothing secret can be in it.
func onlyPlaces(text string, references bool) bool {
	for text != "" {
		inner, rest, closed := strings.Cut(text, "}")
		if !closed {
			return false
		}

		reference := references && strings.HasPrefix(inner, "${") && !strings.Contains(inner, ":-")
		if !reference && !isPlace(inner) {
			return false
		}

		text = strings.TrimLeft(rest, ",")
	}

	return true
}

// isPlace reports whether a text is a place without its closing brace, such as {symbols|lower.
func isPlace(text string) bool {
	inner, braced := strings.CutPrefix(text, "{")
	if !braced || strings.ContainsAny(inner, "{$") {
		return false
	}

	parts := strings.Split(inner, "|")
	kind, name, dotted := strings.Cut(parts[0], ".")

	for _, filter := range parts[1:] {
		if !slices.Contains(filters(), filter) {
			return false
		}
	}

	switch {
	case strings.HasPrefix(parts[0], "now:"), strings.HasPrefix(parts[0], "now+"), strings.HasPrefix(parts[0], "now-"):
		return true
	case dotted:
		return slices.Contains([]string{"with", "secret", "boot"}, kind) && isIdentifier(name)
	default:
		return slices.Contains(places(), kind)
	}
}

// places are the names of places that have no further name.
func places() []string {
	return []string{
		"symbols", "keys", "bases", "quotes", "symbol", "key", "instrument", "base", "quote", "nonce", "page", "offset",
		"method", "host", "path", "query", "target", "body",
	}
}

func filters() []string {
	return []string{"unique", "lower", "upper", "plus", "space", "pipe", "semicolon", "json", "repeat"}
}

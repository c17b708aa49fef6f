package metrics

import (
	"strconv"
	"strings"
	"unicode"
)

// label makes a configured name fit to be a label's value that breaks no line, whoever reads it. Names that differ stay different: only what holds
// invisible characters or a backslash is written another way.
func label(name string) string {
	if !strings.ContainsFunc(name, hostile) {
		return name
	}

	quoted := strconv.QuoteToGraphic(name)

	return quoted[1 : len(quoted)-1]
}

func hostile(r rune) bool {
	return r == '\\' || r == unicode.ReplacementChar || !unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r)
}

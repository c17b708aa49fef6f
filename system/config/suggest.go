package config

import (
	"strings"

	"github.com/rollcall-go/rollcall/system/internal/spell"
)

// nearest is the word that a misspelt one was probably meant to be; empty if none is near.
func nearest(misspelt string, words []string) string { return spell.Nearest(shown(misspelt), words) }

// suggest names the word that was meant, or all that are possible.
func suggest(meant string, words []string) string {
	if meant != "" {
		return "did you mean " + quote(meant) + "?"
	}

	return "it is one of " + strings.Join(words, ", ")
}

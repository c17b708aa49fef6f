package config

import (
	"strings"

	"github.com/rollcall-go/rollcall/system/secret"
)

// part is a range of bytes.
type part struct{ from, to int }

// sensitiveParts are the ranges of a URL's text that may be secret, in order: user and password, query values other than placeholders, and
// the fragment. The text need not be a valid URL; in doubt more is sensitive.
func sensitiveParts(text string) []part {
	var parts []part

	original := text
	text = blankPlaces(text)

	start := 0
	if scheme := strings.Index(text, "://"); scheme >= 0 {
		start = scheme + len("://")
	}

	if at := strings.LastIndexByte(text, '@'); at > start {
		parts = append(parts, part{start, at})
		start = at
	}

	fragment := len(text)
	if hash := strings.IndexByte(text[start:], '#'); hash >= 0 {
		fragment = start + hash
	}

	if query := strings.IndexByte(text[start:fragment], '?'); query >= 0 {
		parts = append(parts, sensitiveValues(original, part{start + query + 1, fragment})...)
	}

	if fragment+1 < len(text) {
		parts = append(parts, part{fragment + 1, len(text)})
	}

	return parts
}

// sensitiveValues are the values in a query that are more than placeholders. A query parameter without = counts as a value.
func sensitiveValues(text string, query part) []part {
	var parts []part

	for from := query.from; from <= query.to; {
		to := query.to
		if next := strings.IndexAny(text[from:query.to], "&;"); next >= 0 {
			to = from + next
		}

		value := from
		if equals := strings.IndexByte(text[from:to], '='); equals >= 0 {
			value = from + equals + 1
		}

		if !onlyPlaces(text[value:to], true) {
			parts = append(parts, part{value, to})
		}

		from = to + 1
	}

	return parts
}

// blankPlaces replaces the insides of places, in which / ? @ and # mean something else than in a URL, by as many letters.
func blankPlaces(text string) string {
	blank := []byte(text)

	for from := 0; ; {
		open := strings.IndexByte(text[from:], '{')
		if open < 0 {
			return string(blank)
		}

		open += from

		length := strings.IndexByte(text[open:], '}')
		if length < 0 {
			return string(blank)
		}

		if isPlace(text[open : open+length]) {
			for i := open + 1; i < open+length; i++ {
				blank[i] = 'x'
			}
		}

		from = open + 1
	}
}

// maskURL is the text with its sensitive parts replaced by the mask.
func maskURL(text string) string {
	var b strings.Builder

	end := 0

	for _, part := range sensitiveParts(text) {
		b.WriteString(text[end:part.from])
		b.WriteString(secret.Mask)

		end = part.to
	}

	b.WriteString(text[end:])

	return b.String()
}

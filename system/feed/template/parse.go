package template

import (
	"strings"
)

// part is a literal text, or a place.
type part struct {
	text  string // literal; empty for a place
	place Places
	name  string // of {with.NAME}, {secret.NAME} and {boot.NAME}
	clock clock  // of {now:FORMAT}
	filters
	escape escaping
}

// parse cuts a text at its places.
func parse(text string) (parts []part, problem string) {
	var literal strings.Builder

	flush := func() {
		if literal.Len() > 0 {
			parts = append(parts, part{text: literal.String()})
			literal.Reset()
		}
	}

	for text != "" {
		at := strings.IndexAny(text, "{}")
		if at < 0 {
			at = len(text)
		}

		literal.WriteString(text[:at])
		text = text[at:]

		switch {
		case text == "":
		case strings.HasPrefix(text, "{{"), strings.HasPrefix(text, "}}"):
			literal.WriteByte(text[0])
			text = text[2:]
		case text[0] == '}':
			return nil, "has a closing brace that belongs to no place"
		default:
			inner, rest, closed := strings.Cut(text[1:], "}")
			if !closed {
				return nil, "has a brace that is not closed"
			}

			flush()

			next, problem := parsePlace(inner)
			if problem != "" {
				return nil, problem
			}

			parts, text = append(parts, next), rest
		}
	}

	flush()

	return parts, ""
}

// parsePlace reads what stands between two braces.
func parsePlace(inner string) (p part, problem string) {
	words := strings.Split(inner, "|")

	head := words[0]

	switch dotted, name, has := strings.Cut(head, "."); {
	case strings.HasPrefix(head, "now"):
		p.place = Now
		p.clock, problem = parseClock(head)
	case !has:
		p.place = placeOf(head)
		if p.place&(With|Secret|Boot|Now) != 0 {
			problem = "has a place that needs a name, as in {" + head + ".NAME}"
		}
	case isName(name):
		p.place, p.name = placeOf(dotted), name
		if p.place&(With|Secret|Boot) == 0 {
			p.place = 0
		}
	}

	if problem == "" && p.place == 0 {
		problem = "has braces around what is no known place"
	}

	if problem != "" {
		return part{}, problem
	}

	p.filters, problem = parseFilters(words[1:], p.place&Batch != 0)
	p.unique = p.unique || p.place&(Symbols|Keys) != 0 // several instruments may have the same

	return p, problem
}

// isName reports whether text can be the name of a secret or of a further value.
func isName(text string) bool {
	for i := range len(text) {
		c := text[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return false
		}
	}

	return text != "" && len(text) <= 64
}

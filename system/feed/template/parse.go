package template

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rollcall-go/rollcall/system/internal/spell"
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

// parse cuts a text at its places. The problem says at which of its characters.
func parse(text string) (parts []part, problem string) {
	whole := text
	at := func(problem string) ([]part, string) {
		return nil, problem + ", at character " + strconv.Itoa(utf8.RuneCountInString(whole[:len(whole)-len(text)])+1)
	}

	var literal strings.Builder

	flush := func() {
		if literal.Len() > 0 {
			parts = append(parts, part{text: literal.String()})
			literal.Reset()
		}
	}

	for text != "" {
		brace := strings.IndexAny(text, "{}")
		if brace < 0 {
			brace = len(text)
		}

		literal.WriteString(text[:brace])
		text = text[brace:]

		switch {
		case text == "":
		case strings.HasPrefix(text, "{{"), strings.HasPrefix(text, "}}"):
			literal.WriteByte(text[0])
			text = text[2:]
		case text[0] == '}':
			return at("has a closing brace that belongs to no place")
		default:
			inner, rest, closed := strings.Cut(text[1:], "}")
			if !closed {
				return at("has a brace that is not closed")
			}

			flush()

			next, problem := parsePlace(inner)
			if problem != "" {
				return at(problem)
			}

			parts, text = append(parts, next), rest
		}
	}

	flush()

	return parts, ""
}

// parsePlace reads what stands between two braces.
func parsePlace(inner string) (p part, problem string) {
	steps := strings.Split(inner, "|")
	head := steps[0]

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

		if meant := spell.Nearest(head, words()); meant != "" {
			problem += ` (perhaps "` + meant + `" is meant)`
		}
	}

	if problem != "" {
		return part{}, problem
	}

	p.filters, problem = parseFilters(steps[1:], p.place&Batch != 0)
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

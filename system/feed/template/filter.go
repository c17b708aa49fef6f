package template

import (
	"slices"
	"strings"
)

// joiner is what stands between the values of a batch.
type joiner uint8

const (
	commas joiner = iota
	pluses
	spaces
	pipes
	semicolons
	asJSON
	repeated // the whole query parameter, once for each value
)

// filters are how the values of a place are changed before they are inserted.
type filters struct {
	unique, lower, upper bool
	join                 joiner
}

// filterNames are shown to people.
const filterNames = "the filters are lower, upper and, for several instruments, unique, plus, space, pipe, semicolon, json and repeat"

// joiners maps the filters that join.
func joiners() map[string]joiner {
	return map[string]joiner{
		"plus": pluses, "space": spaces, "pipe": pipes, "semicolon": semicolons, "json": asJSON, "repeat": repeated,
	}
}

// parseFilters reads what stands behind a place's name. Many says that the place has several values.
func parseFilters(names []string, many bool) (f filters, problem string) {
	for _, name := range names {
		join, joins := joiners()[name]

		switch {
		case name == "lower":
			f.lower = true
		case name == "upper":
			f.upper = true
		case name != "unique" && !joins:
			return f, "has a place with an unknown filter"
		case !many:
			return f, "has a filter for several instruments at a place of one"
		case name == "unique":
			f.unique = true
		case f.join != commas:
			return f, "has a place that is joined in two ways"
		default:
			f.join = join
		}
	}

	if f.lower && f.upper {
		return f, "has a place in lower and upper case"
	}

	return f, ""
}

// apply changes one value.
func (f filters) apply(text string) string {
	switch {
	case f.lower:
		return strings.ToLower(text)
	case f.upper:
		return strings.ToUpper(text)
	default:
		return text
	}
}

// applyAll changes the values of a batch.
func (f filters) applyAll(values []string) []string {
	for i, value := range values {
		values[i] = f.apply(value)
	}

	if !f.unique {
		return values
	}

	seen := make(map[string]bool, len(values))

	return slices.DeleteFunc(values, func(value string) bool {
		twice := seen[value]
		seen[value] = true

		return twice
	})
}

// mark returns what stands between two values. In a URL a space has to be written in another way.
func (j joiner) mark(url bool) string {
	switch j {
	case pluses:
		return "+"
	case spaces:
		if url {
			return "%20"
		}

		return " "
	case pipes:
		return "|"
	case semicolons:
		return ";"
	default:
		return ","
	}
}

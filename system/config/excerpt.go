package config

import (
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// shownColumns is how much of a long line an excerpt shows.
const shownColumns = 100

// structural are the characters of YAML that an excerpt always shows: without them one could not see what is wrong with a line.
const structural = "[]{},:'\"#&*!|>%@`?-"

// visible is a scalar whose text may be shown.
type visible struct {
	node *yaml.Node
	url  bool // all but its sensitive parts
}

// excerpt is a line while it is being masked: columns are runes.
type excerpt struct{ original, masked []rune }

// window cuts a line down to what is around the column, and returns the column in what is left.
func window(line []rune, column int) (string, int) {
	if len(line) <= shownColumns {
		return string(line), column
	}

	start := max(0, min(column-shownColumns/2, len(line)-shownColumns))

	return string(line[start : start+shownColumns]), column - start
}

// indent is as wide as the part of the line before the column, tabs included.
func indent(line string, column int) string {
	var b strings.Builder

	runes := []rune(line)

	for i := range max(0, column-1) {
		if i < len(runes) && runes[i] == '\t' {
			b.WriteByte('\t')
		} else {
			b.WriteByte(' ')
		}
	}

	return b.String()
}

// lines splits a text the way the YAML library counts lines.
func lines(text string) []string {
	text = strings.ReplaceAll(text, "\r\n", "\n")

	return strings.Split(strings.ReplaceAll(text, "\r", "\n"), "\n")
}

// mask stars out every character of a line but spaces and structure. What may be shown is put back afterwards, so that whatever is not
// understood stays hidden.
func mask(line string) excerpt {
	e := excerpt{original: []rune(line), masked: []rune(line)}

	for i, r := range e.original {
		if r != ' ' && r != '\t' && !strings.ContainsRune(structural, r) {
			e.masked[i] = '*'
		}
	}

	return e
}

// reveal puts a scalar's text back into its line.
func (e excerpt) reveal(scalar visible) {
	start := scalar.node.Column - 1
	if scalar.node.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
		start++
	}

	text := []rune(scalar.node.Value)
	if start < 0 || start+len(text) > len(e.original) || !slices.Equal(e.original[start:start+len(text)], text) {
		return // escapes or several lines: what stands in the file is not the value
	}

	if scalar.url {
		for _, part := range sensitiveParts(scalar.node.Value) {
			from, to := utf8.RuneCountInString(scalar.node.Value[:part.from]), utf8.RuneCountInString(scalar.node.Value[:part.to])
			copy(text[from:to], []rune(strings.Repeat("*", to-from)))
		}
	}

	copy(e.masked[start:], text)
}

// revealWords shows the words that are keys, for a line of a file that is not YAML, where nobody can say what is a value.
func (e excerpt) revealWords(words map[string]bool) {
	for start := 0; start < len(e.original); start++ {
		end := start
		for end < len(e.original) && (e.original[end] == '_' || e.original[end] >= 'a' && e.original[end] <= 'z') {
			end++
		}

		alone := (start == 0 || e.masked[start-1] != '*') && (end == len(e.original) || e.masked[end] != '*')
		if end > start && alone && words[string(e.original[start:end])] {
			copy(e.masked[start:end], e.original[start:end])
		}

		start = max(start, end)
	}
}

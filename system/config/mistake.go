package config

import (
	"fmt"
	"strconv"
	"strings"
)

// maxMistakes is how many mistakes are told one by one; more are counted.
const maxMistakes = 1000

// Mistake is one thing that is wrong, or in Config.Warnings one that is doubtful. It shows no secret.
type Mistake struct {
	// File is the name given to Load or Parse, or that of the definition in which the mistake is.
	File string
	// Line and Column begin at 1; columns count characters. Line is 0 where the file could not be read at all.
	Line, Column int
	// Path is the way to the key, such as vendors.forex.deadline; empty for the whole file.
	Path string
	// Problem says what is wrong, Suggestion what to do about it; the suggestion may be empty.
	Problem, Suggestion string

	source *source // the file, while there may be more mistakes
	line   string  // what is shown of the line, masked
	caret  int     // the column in it
}

// String is one line: file:line:column: path: problem; suggestion.
func (m Mistake) String() string {
	var b strings.Builder

	b.WriteString(m.File)

	if m.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", m.Line, m.Column)
	}

	b.WriteString(": ")

	if m.Path != "" {
		b.WriteString(m.Path + ": ")
	}

	b.WriteString(m.Problem)

	if m.Suggestion != "" {
		b.WriteString("; " + m.Suggestion)
	}

	return b.String()
}

// Excerpt is String, then the line with everything in it that might be secret starred out, then a caret below the column.
func (m Mistake) Excerpt() string {
	if m.Line == 0 {
		return m.String() + "\n"
	}

	number := strconv.Itoa(m.Line)
	gutter := strings.Repeat(" ", len(number))

	return fmt.Sprintf("%s\n  %s | %s\n  %s | %s^\n", m.String(), number, m.line, gutter, indent(m.line, m.caret))
}

// Errors is every mistake in a file, by position.
//
//nolint:errname // config.Errors is what callers read; it is a list first and an error second
type Errors struct {
	Mistakes []Mistake
	// More counts mistakes beyond the first 1000, which are not told.
	More int

	cause error
}

// Error implements error: one line per mistake.
func (e *Errors) Error() string { return e.join("\n", Mistake.String) }

// Excerpt is the multi-line form for a terminal: each mistake with its line and a caret.
func (e *Errors) Excerpt() string { return e.join("", Mistake.Excerpt) }

// Unwrap returns the error of the file system if that was the mistake.
func (e *Errors) Unwrap() error { return e.cause }

func (e *Errors) join(separator string, form func(Mistake) string) string {
	lines := make([]string, 0, len(e.Mistakes)+1)
	for _, mistake := range e.Mistakes {
		lines = append(lines, form(mistake))
	}

	if e.More > 0 {
		lines = append(lines, fmt.Sprintf("… and %d more", e.More))
	}

	return strings.Join(lines, separator)
}

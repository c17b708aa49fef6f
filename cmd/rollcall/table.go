package main

import (
	"io"
	"strings"
	"unicode/utf8"
)

// style is an ANSI SGR code; the empty style is plain.
type style string

const (
	plain  style = ""
	bold   style = "1"
	dim    style = "2"
	red    style = "31"
	green  style = "32"
	yellow style = "33"
	blue   style = "36"
)

// cell is one text of a table. Right cells are aligned to the right.
type cell struct {
	text  string
	style style
	right bool
}

// table lays cells out in columns. Colour is written only where it is wanted, and never counts as width.
type table struct {
	rows   [][]cell
	colour bool
}

func (t *table) header(titles ...string) {
	row := make([]cell, len(titles))
	for i, title := range titles {
		row[i] = cell{text: strings.TrimPrefix(title, ">"), style: dim, right: strings.HasPrefix(title, ">")}
	}

	t.rows = append(t.rows, row)
}

func (t *table) row(cells ...cell) { t.rows = append(t.rows, cells) }

// columnGap is how many spaces stand between two columns.
const columnGap = 2

// WriteTo implements io.WriterTo.
func (t *table) WriteTo(w io.Writer) (int64, error) {
	widths := t.widths()

	var out strings.Builder

	for _, row := range t.rows {
		var line strings.Builder

		for i, c := range row {
			if i > 0 {
				line.WriteString(strings.Repeat(" ", columnGap))
			}

			padding := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c.text))
			if c.right {
				line.WriteString(padding + paint(c.text, c.style, t.colour))
			} else {
				line.WriteString(paint(c.text, c.style, t.colour) + padding)
			}
		}

		out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}

	n, err := io.WriteString(w, out.String())

	return int64(n), err
}

func (t *table) widths() []int {
	var widths []int

	for _, row := range t.rows {
		for i, c := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}

			widths[i] = max(widths[i], utf8.RuneCountInString(c.text))
		}
	}

	return widths
}

func paint(text string, s style, colour bool) string {
	if !colour || s == plain || text == "" {
		return text
	}

	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

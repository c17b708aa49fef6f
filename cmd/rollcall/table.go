package main

import (
	"fmt"
	"io"
	"strings"
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
)

// cell is one text of a table. Right cells are aligned to the right. The tail follows the text, dimmed.
type cell struct {
	text  string
	tail  string
	style style
	right bool
}

// table lays cells out in columns. Colour is written only where it is wanted, and never counts as width. Texts are made printable.
type table struct {
	rows   [][]cell
	colour bool
	width  int // at which the last column is wrapped, so that a line fits; 0 is never
}

// header adds the titles, dimmed; one that begins with ">" stands above right cells.
func (t *table) header(titles ...string) {
	row := make([]cell, len(titles))
	for i, title := range titles {
		row[i] = cell{text: strings.TrimPrefix(title, ">"), style: dim, right: strings.HasPrefix(title, ">")}
	}

	t.row(row...)
}

func (t *table) row(cells ...cell) {
	for i := range cells {
		cells[i].text = printable(cells[i].text)
	}

	t.rows = append(t.rows, cells)
}

// columnGap is how many spaces stand between two columns, and leastWrap how narrow the last column may become.
const (
	columnGap = 2
	leastWrap = 24
)

// write lays the table out and writes it.
func (t *table) write(w io.Writer) error {
	widths := t.widths()

	var out strings.Builder

	for _, row := range t.wrapped(widths) {
		out.WriteString(t.line(row, widths) + "\n")
	}

	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("table: %w", err)
	}

	return nil
}

func (t *table) line(row []cell, widths []int) string {
	var line strings.Builder

	end := 0 // columns written
	for i, c := range row {
		if c.text == "" && c.tail == "" {
			continue
		}

		start := t.start(widths, i)
		if c.right {
			start += widths[i] - c.width()
		}

		line.WriteString(strings.Repeat(" ", start-end))
		line.WriteString(paint(c.text, c.style, t.colour) + paint(c.tail, dim, t.colour))

		end = start + c.width()
	}

	return strings.TrimRight(line.String(), " ")
}

// start is the column in which the i-th cell's place begins.
func (t *table) start(widths []int, i int) int {
	start := 0
	for _, before := range widths[:i] {
		start += before + columnGap
	}

	return start
}

func (t *table) widths() []int {
	var widths []int

	for _, row := range t.rows {
		for i := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}

			widths[i] = max(widths[i], row[i].width())
		}
	}

	return widths
}

// wrapped returns the rows with the last cells broken into as many lines as they need.
func (t *table) wrapped(widths []int) [][]cell {
	last := len(widths) - 1
	if t.width == 0 || last < 0 {
		return t.rows
	}

	limit := max(leastWrap, t.width-t.start(widths, last))

	var rows [][]cell

	for _, row := range t.rows {
		if len(row) <= last || row[last].width() <= limit {
			rows = append(rows, row)

			continue
		}

		for i, text := range wrap(row[last].text, limit) {
			line := make([]cell, len(row))
			if i == 0 {
				copy(line, row)
			}

			line[last] = cell{text: text, style: row[last].style}
			rows = append(rows, line)
		}
	}

	return rows
}

func (c *cell) width() int { return width(c.text) + width(c.tail) }

// paint wraps a text in its style if colour is wanted.
func paint(text string, s style, colour bool) string {
	if !colour || s == plain || text == "" {
		return text
	}

	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

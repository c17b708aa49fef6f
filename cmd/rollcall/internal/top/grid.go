package top

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// column is one column of a grid.
type column struct {
	title string
	right bool // aligned to the right
	rank  int  // the highest is left out first where the screen is narrow; 0 stays
	least int  // how wide it is at least, so that little moves when rows are scrolled or change
}

// cell is one text of a grid; the tail follows it, dimmed.
type cell struct {
	text string
	tail string
	ink  ink
}

func (c *cell) width() int { return lipgloss.Width(c.text) + lipgloss.Width(c.tail) }

// grid is the rows that are seen, in columns.
type grid struct {
	columns []column
	rows    [][]cell
	widths  []int
}

func newGrid(columns ...column) *grid {
	g := &grid{columns: columns, widths: make([]int, len(columns))}
	for i := range columns {
		g.widths[i] = max(columns[i].least, lipgloss.Width(columns[i].title))
	}

	return g
}

func (g *grid) row(cells ...cell) {
	for i := range cells {
		cells[i].text = plain(cells[i].text)
		g.widths[i] = max(g.widths[i], cells[i].width())
	}

	g.rows = append(g.rows, cells)
}

const (
	gap    = 2 // columns between two cells
	margin = 2 // for the mark of the row that is chosen
)

// fitting are the columns that fit into a width: those with the highest ranks are left out.
func (g *grid) fitting(width int) []int {
	var shown []int

	for i := range g.columns {
		shown = append(shown, i)
	}

	for {
		total, last := margin-gap, -1

		for at, i := range shown {
			total += g.widths[i] + gap

			if g.columns[i].rank > 0 && (last < 0 || g.columns[i].rank >= g.columns[shown[last]].rank) {
				last = at
			}
		}

		if total <= width || last < 0 {
			return shown
		}

		if over := total - width; g.widths[shown[last]]-over >= leastCut && last == len(shown)-1 {
			return shown // the last one is cut instead
		}

		shown = append(shown[:last:last], shown[last+1:]...)
	}
}

// leastCut is how narrow the last column may become before it is left out.
const leastCut = 12

// lines are the titles and the rows, each no wider than width. Chosen is the row that is marked, or -1.
func (g *grid) lines(width, chosen int) []string {
	shown := g.fitting(width)
	titles := make([]cell, len(g.columns))

	for i := range g.columns {
		titles[i] = cell{text: g.columns[i].title, ink: dim}
	}

	out := []string{g.line(titles, shown, width, false)}

	for i, row := range g.rows {
		out = append(out, g.line(row, shown, width, i == chosen))
	}

	return out
}

func (g *grid) line(cells []cell, shown []int, width int, chosen bool) string {
	var out strings.Builder

	if chosen {
		out.WriteString(paint("› ", accent))
	} else {
		out.WriteString("  ")
	}

	for at, i := range shown {
		c := cells[i]
		room := strings.Repeat(" ", max(0, g.widths[i]-c.width()))

		if g.columns[i].right {
			out.WriteString(room)
		}

		with := c.ink
		if chosen && at == 0 {
			with = accent
		}

		out.WriteString(paint(c.text, with) + paint(c.tail, dim))

		if at < len(shown)-1 {
			if !g.columns[i].right {
				out.WriteString(room)
			}

			out.WriteString(strings.Repeat(" ", gap))
		}
	}

	return fit(out.String(), width)
}

// fit cuts a painted line to a width.
func fit(line string, width int) string { return ansi.Truncate(line, width, "…") }

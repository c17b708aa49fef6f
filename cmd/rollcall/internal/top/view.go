package top

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
)

// chrome is how many lines are not for rows: two above, an empty one where there is room, the titles, one below.
func (m *Model) chrome() int {
	const least, airy = 4, 20

	if m.height < airy {
		return least
	}

	return least + 1
}

// View implements tea.Model.
func (m *Model) View() tea.View {
	view := tea.NewView(m.drawn)
	view.AltScreen = true
	view.WindowTitle = "rollcall top " + m.url

	return view
}

// frame is the whole screen, line by line, as wide and high as the terminal at most.
func (m *Model) frame() string {
	if m.width <= 0 || m.height <= 0 {
		return ""
	}

	lines := m.head()
	if m.chrome() > len(lines)+2 {
		lines = append(lines, "")
	}

	lines = append(lines, m.body()...)

	last := m.height - 1
	for len(lines) < last {
		lines = append(lines, "")
	}

	lines = append(lines[:last], m.foot())
	for i := range lines {
		lines[i] = fit(lines[i], m.width)
	}

	return strings.Join(lines, "\n")
}

// head is what is always there: the service, its newest round, the panes.
func (m *Model) head() []string {
	b := m.board()
	left := paint("rollcall", accent) + " " + paint(plain(m.url), dim)

	return []string{m.spread(left, m.summary(b), "waiting for the first round"), m.spread(m.tabs(), m.health(b), "")}
}

// spread puts two texts at the ends of a line. Where there is no room for both, the right one is the more important.
func (m *Model) spread(left, right, otherwise string) string {
	if right == "" {
		right = paint(otherwise, dim)
	}

	room := m.width - lipgloss.Width(left) - lipgloss.Width(right)
	if room >= 1 {
		return left + strings.Repeat(" ", room) + right
	}

	if keep := m.width - lipgloss.Width(right) - 1; keep >= leastCut {
		return fit(left, keep) + " " + right
	}

	return right
}

// summary is the newest round in a few words.
func (m *Model) summary(b *board) string {
	s := b.snapshot
	if s == nil {
		return ""
	}

	total := len(s.Instruments)
	parts := []string{
		paint("round "+number(s.Round), strong),
		paint(string(s.Status), wholeness(s.Status)),
		fmt.Sprintf("%d/%d", total-len(s.Missing()), total),
	}

	const roomy = 60
	if m.width >= roomy {
		parts[2] += " prices"
		parts = append(parts, seconds(s.Elapsed)+" of "+s.Deadline.String())
	}

	if !s.Durable {
		parts = append(parts, paint("not on disk", warn))
	}

	return strings.Join(parts, " · ")
}

func (m *Model) tabs() string {
	var tabs []string

	for p := range panes {
		const roomy = 60

		text := fmt.Sprintf("%d %s", p+1, p)
		if m.width < roomy && p != m.screen.pane {
			text = fmt.Sprintf("%d", p+1)
		}

		if p == m.screen.pane {
			tabs = append(tabs, lipgloss.NewStyle().Reverse(true).Render(" "+text+" "))
		} else {
			tabs = append(tabs, " "+text+" ")
		}
	}

	return strings.Join(tabs, "")
}

// health is whether what is shown is true now.
func (m *Model) health(b *board) string {
	if m.screen.frozen != nil {
		return paint("display paused: p goes on", warn)
	}

	if b.lost != nil {
		return paint("✕ no connection, again in "+ago(max(0, b.lost.again.Sub(b.now))+time.Second-1), bad)
	}

	if b.status == nil {
		return ""
	}

	text := paint("● ready", good)
	if !b.status.Ready {
		text = paint("✕ not ready: "+plain(strings.Join(b.status.Reasons, ", ")), bad)
	}

	return text + paint(" · "+plain(b.status.Role), dim)
}

// foot is a question, what came of the last wish, or the keys.
func (m *Model) foot() string {
	s := &m.screen

	switch {
	case s.ask != nil:
		return paint(s.ask.text, warn) + " " + paint("y", accent) + " yes  " + paint("any other key", accent) + " no"
	case s.typing:
		return paint("/", accent) + plain(*m.filter()) + paint("▏", accent) + paint("  enter keeps it, esc clears it", dim)
	case s.says != "":
		return paint(plain(s.says), strong)
	}

	keys := [][2]string{{"q", "quit"}, {"?", "help"}}

	switch {
	case s.inside != "":
		keys = append(keys, [2]string{"esc", "back"}, [2]string{"↑↓", "others"})
	case s.pane == prices:
		keys = append(keys, [2]string{"enter", "sources"}, [2]string{"/", "filter"})
	case s.pane == vendors:
		keys = append(keys, [2]string{"enter", "details"}, [2]string{"R", "release"}, [2]string{"/", "filter"})
	default:
		keys = append(keys, [2]string{"/", "filter"})
	}

	keys = append(keys, [2]string{"p", "pause"}, [2]string{"tab", "next view"})
	var text strings.Builder

	if *m.filter() != "" {
		text.WriteString(paint("/"+plain(*m.filter()), accent) + "  ")
	}

	for _, key := range keys {
		text.WriteString(paint(key[0], accent) + " " + paint(key[1], dim) + "  ")
	}

	return text.String()
}

// body is what is between head and foot.
func (m *Model) body() []string {
	b := m.board()

	switch {
	case m.screen.help:
		return m.helpBody()
	case b.snapshot == nil && m.screen.pane != events:
		return []string{"", paint("  No round has been published yet. The first one appears here by itself.", dim)}
	case m.screen.inside != "" && m.screen.pane == prices:
		return m.instrumentBody(b)
	case m.screen.inside != "":
		return m.vendorBody(b)
	}

	switch m.screen.pane {
	case prices:
		return m.pricesBody(b)
	case vendors:
		return m.vendorsBody(b)
	case round:
		return m.roundBody(b)
	default:
		return m.eventsBody(b)
	}
}

// scrolled is the part of so many rows that is seen, with the chosen one in it. Only that part is made.
func (m *Model) scrolled(total, room int, none string, part func(from, to int) *grid) []string {
	if total == 0 && *m.filter() != "" {
		none = "nothing matches the filter"
	}

	if total == 0 {
		return []string{"", paint("  "+none, dim)}
	}

	room = max(0, room)
	chosen := m.chosen()
	from := max(0, min(chosen-room/2, total-room)) // the choice is in the middle where it can be

	return part(from, min(from+room, total)).lines(m.width, chosen-from)
}

// matches reports whether any of some texts has the filter in it, whatever the case.
func (m *Model) matches(texts ...string) bool {
	wanted := strings.ToLower(*m.filter())
	for _, text := range texts {
		if strings.Contains(strings.ToLower(text), wanted) {
			return true
		}
	}

	return false
}

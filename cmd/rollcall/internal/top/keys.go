package top

import (
	"slices"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"github.com/rollcall-go/rollcall/messages"
)

// press does what a key is for.
func (m *Model) press(key tea.KeyPressMsg) tea.Cmd {
	name := key.String()
	if name == "ctrl+c" {
		return tea.Quit
	}

	m.screen.says = ""

	switch {
	case m.screen.ask != nil:
		return m.decide(name)
	case m.screen.typing:
		m.typed(key)

		return nil
	case m.screen.help:
		m.screen.help = false

		return nil
	}

	switch name {
	case "q":
		return tea.Quit
	case "?":
		m.screen.help = true
	case "p":
		m.freeze()
	case "enter":
		return m.enter()
	case "esc", "backspace":
		m.leave()
	case "R", "shift+r":
		m.wish()
	case "/":
		m.screen.typing, m.screen.inside = true, ""
	default:
		return m.move(name)
	}

	return nil
}

// move goes to another pane or row.
func (m *Model) move(key string) tea.Cmd {
	page := max(1, m.height-m.chrome())

	switch key {
	case "tab", "right", "l":
		m.show((m.screen.pane + 1) % panes)
	case "shift+tab", "left", "h":
		m.show((m.screen.pane + panes - 1) % panes)
	case "1", "2", "3", "4":
		m.show(pane(key[0] - '1'))
	case "down", "j":
		m.choose(1)
	case "up", "k":
		m.choose(-1)
	case "pgdown", "ctrl+d", "space":
		m.choose(page)
	case "pgup", "ctrl+u":
		m.choose(-page)
	case "home", "g":
		m.choose(-maxRows)
	case "end", "G", "shift+g":
		m.choose(maxRows)
	}

	if m.screen.inside == "" || m.screen.detail != nil {
		return nil
	}

	return look(m.service, m.screen.pane, m.screen.inside)
}

// maxRows is more than there are.
const maxRows = 1 << 30

func (m *Model) show(p pane) { m.screen.pane, m.screen.inside, m.screen.detail = p, "", nil }

// choose moves the choice by so many rows.
func (m *Model) choose(by int) {
	names := m.names()
	at := max(0, min(m.chosen()+by, len(names)-1))
	m.screen.at[m.screen.pane] = at

	if at < len(names) {
		m.screen.chosen[m.screen.pane] = names[at]
	}

	if m.screen.inside != "" {
		m.screen.inside, m.screen.detail = m.screen.chosen[m.screen.pane], nil
	}
}

// chosen is the place of the chosen row. Where rows have names, it stays with the name.
func (m *Model) chosen() int {
	names := m.names()
	if at := slices.Index(names, m.screen.chosen[m.screen.pane]); at >= 0 && names[at] != "" {
		return at
	}

	return max(0, min(m.screen.at[m.screen.pane], len(names)-1))
}

// names are the rows of the pane that is shown; those of events have none.
func (m *Model) names() []string {
	b := m.board()

	switch m.screen.pane {
	case prices:
		return namesOf(m.matchingInstruments(b), func(i int) string { return string(b.snapshot.Roster.Entries()[i].Instrument) })
	case vendors:
		return namesOf(m.matchingVendors(b), func(i int) string { return string(b.snapshot.Roster.Listings()[i].Vendor) })
	case round:
		return make([]string, len(m.matchingAnswers(b)))
	default:
		return make([]string, len(m.matchingNotes(b)))
	}
}

func namesOf(rows []int, name func(int) string) []string {
	names := make([]string, len(rows))
	for i, row := range rows {
		names[i] = name(row)
	}

	return names
}

// typed adds to the filter.
func (m *Model) typed(key tea.KeyPressMsg) {
	switch key.String() {
	case "enter":
		m.screen.typing = false
	case "esc":
		m.screen.typing, *m.filter() = false, ""
	case "backspace":
		_, size := utf8.DecodeLastRuneInString(*m.filter())
		*m.filter() = (*m.filter())[:len(*m.filter())-size]
	case "ctrl+u":
		*m.filter() = ""
	default:
		*m.filter() += plain(key.Text)
	}
}

// freeze pauses the display, or lets it go on.
func (m *Model) freeze() {
	if m.screen.frozen != nil {
		m.screen.frozen = nil
	} else {
		m.screen.frozen = m.live.clone()
	}
}

// enter looks into the chosen row.
func (m *Model) enter() tea.Cmd {
	names := m.names()
	if m.screen.pane > vendors || len(names) == 0 || m.screen.inside != "" {
		return nil
	}

	m.screen.inside, m.screen.detail = names[m.chosen()], nil
	m.screen.chosen[m.screen.pane] = m.screen.inside

	return look(m.service, m.screen.pane, m.screen.inside)
}

// leave goes back by one step.
func (m *Model) leave() {
	switch {
	case m.screen.inside != "":
		m.screen.inside, m.screen.detail = "", nil
	default:
		*m.filter() = ""
	}
}

// wish asks whether the chosen vendor is to be released.
func (m *Model) wish() {
	names := m.names()

	switch {
	case m.screen.pane != vendors || len(names) == 0:
		m.screen.says = "choose a vendor first: 2"
	case m.live.status == nil:
		m.screen.says = "the service has not said yet what you may do"
	case m.live.status.Role != "admin":
		m.screen.says = "this needs a token with the role admin"
	default:
		name := messages.Vendor(names[m.chosen()])
		m.screen.ask = &question{text: "start " + plain(string(name)) + " anew now?", do: restart, name: name}

		if m.live.vendors[name].State == messages.VendorPaused {
			m.screen.ask.text, m.screen.ask.do = "end the pause of "+plain(string(name))+"?", resume
		}
	}
}

// decide takes the answer to a question. Everything but a yes is a no.
func (m *Model) decide(key string) tea.Cmd {
	asked := m.screen.ask
	m.screen.ask = nil

	if key != "y" {
		m.screen.says = "nothing was done"

		return nil
	}

	m.screen.says = "…"

	return steer(m.service, asked)
}

package top

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/client"
)

// pane is one of the views.
type pane int

const (
	prices pane = iota
	vendors
	round
	events
	panes // how many there are
)

func (p pane) String() string { return [...]string{"Prices", "Vendors", "Round", "Events"}[p] }

// screen is where the user is.
type screen struct {
	pane    pane
	chosen  [panes]string // the row's name, in panes whose rows have one
	at      [panes]int    // its place, for when the name is gone, and in the other panes
	filters [panes]string // each pane has its own
	typing  bool          // the filter is being typed
	help    bool
	inside  string    // the instrument or vendor that is looked into; empty: none
	ask     *question // waits for yes or no
	says    string    // what came of the user's last wish
	frozen  *board    // what is shown while the display is paused; nil while it is not
	detail  *detail   // what was read of what is looked into
}

// question is something that is done only after a yes.
type question struct {
	text string
	do   action
	name messages.Vendor
}

// action is what can be done to a vendor.
type action int

const (
	restart action = iota
	resume
)

// detail is what the service says of the one thing that is looked into.
type detail struct {
	name       string
	instrument *api.InstrumentDetail
	vendor     *api.VendorDetail
	err        error
}

// Model is everything that is on the screen. It is a tea.Model.
type Model struct {
	url           string
	width, height int
	live          *board
	screen        screen
	service       *client.Client
	drawn         string // the screen, as of the last message that is seen at once
	failure       error  // why the program ends by itself
}

// The messages of the program.
type (
	heard struct {
		event client.Event
		at    time.Time
	}
	ended  struct{ err error } // the stream will not go on
	ticked struct{ at time.Time }
	polled struct {
		status  *api.Status
		vendors []api.Vendor
		audit   *api.Audit
		refused string
		extra   bool // beside the regular ones
	}
	detailed struct{ detail detail }
	steered  struct {
		text string
		err  error
	}
)

// newModel is a screen without anything on it.
func newModel(url string, service *client.Client, now time.Time) *Model {
	m := &Model{url: url, service: service, live: newBoard()}
	m.live.now = now

	return m
}

// Init implements tea.Model.
func (m *Model) Init() tea.Cmd { return tea.Batch(poll(m.service, false), tick()) }

// Update implements tea.Model. What comes in hundreds a round, such as answers, is seen with the next tick: a screen is drawn a few times a second,
// however large the service is.
func (m *Model) Update(message tea.Msg) (tea.Model, tea.Cmd) {
	command := m.update(message)

	if h, is := message.(heard); !is || h.event.Type == api.EventSnapshot {
		m.drawn = m.frame()
	}

	return m, command
}

func (m *Model) update(message tea.Msg) tea.Cmd {
	switch message := message.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = message.Width, message.Height
	case tea.KeyPressMsg:
		return m.press(message)
	case tea.PasteMsg:
		if m.screen.typing {
			*m.filter() += plain(message.Content)
		}
	case heard:
		m.live.hear(&message.event, message.at)

		if message.event.Type == api.EventSnapshot && m.screen.inside != "" && m.screen.frozen == nil {
			return look(m.service, m.screen.pane, m.screen.inside)
		}
	case ticked:
		m.live.now = message.at

		return tick()
	case polled:
		m.take(&message)

		if !message.extra {
			return pollLater(m.service)
		}
	case detailed:
		if message.detail.name == m.screen.inside {
			m.screen.detail = &message.detail
		}
	case steered:
		m.screen.says = message.text
		if message.err != nil {
			m.screen.says = message.err.Error()
		}

		return poll(m.service, true)
	case ended:
		m.failure = message.err

		return tea.Quit
	}

	return nil
}

// take notes what was polled; what failed leaves what was known.
func (m *Model) take(p *polled) {
	if p.status != nil {
		m.live.status = p.status
	}

	if p.vendors != nil {
		m.live.vendors = make(map[messages.Vendor]api.Vendor, len(p.vendors))
		for i := range p.vendors {
			m.live.vendors[p.vendors[i].Vendor] = p.vendors[i]
		}
	}

	if p.audit != nil || p.refused != "" {
		m.live.audit, m.live.refused = p.audit, p.refused
	}
}

// filter is that of the pane that is shown.
func (m *Model) filter() *string { return &m.screen.filters[m.screen.pane] }

// board is what is shown: what is, or what was when the display was paused.
func (m *Model) board() *board {
	if m.screen.frozen != nil {
		return m.screen.frozen
	}

	return m.live
}

package top_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/cmd/rollcall/internal/top"
	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/client"
)

var update = flag.Bool("update", false, "rewrite the golden frames")

// frames are what is done before a screen is looked at.
func frames() map[string]func(*scene) {
	latency := int64(900)

	return map[string]func(*scene){
		"waiting":    func(*scene) {},
		"prices":     func(s *scene) { s.rounds(1, 9); s.poll() },
		"chosen":     func(s *scene) { s.rounds(1, 3); s.poll(); s.keys("j", "down") },
		"filter":     func(s *scene) { s.rounds(1, 3); s.keys("/", "g", "o") },
		"vendors":    func(s *scene) { s.rounds(1, 3); s.poll(); s.keys("2") },
		"question":   func(s *scene) { s.rounds(1, 3); s.poll(); s.keys("2", "end", "R") },
		"round":      func(s *scene) { s.rounds(1, 3); s.poll(); s.keys("3") },
		"events":     func(s *scene) { s.rounds(1, 3); s.poll(); s.keys("4") },
		"help":       func(s *scene) { s.rounds(1, 3); s.poll(); s.keys("?") },
		"paused":     func(s *scene) { s.rounds(1, 3); s.poll(); s.keys("p"); s.rounds(4, 9) },
		"instrument": func(s *scene) { s.rounds(1, 40); s.poll(); s.keys("j", "j", "enter") },
		"vendor": func(s *scene) {
			s.rounds(1, 3)
			s.poll()
			s.keys("2", "j", "enter")
			s.send(top.DetailedVendor(&api.VendorDetail{Vendor: api.Vendor{Vendor: "commodities"}, Recent: []api.VendorRound{
				{Round: 3, At: s.now, Outcome: messages.OutcomeOK, LatencyMS: &latency, DeadlineMS: 2000},
				{Round: 2, At: s.now.Add(-5 * time.Second), Outcome: messages.OutcomeTimeout, DeadlineMS: 2000},
			}}))
		},
		"open": func(s *scene) {
			s.rounds(1, 3)
			s.poll()
			s.keys("3")
			s.begin(4)
			s.wait(time.Second)
			s.answer(4, "commodities", messages.OutcomeOK, 900, 2)
			s.wait(500 * time.Millisecond)
		},
		"lost": func(s *scene) {
			s.rounds(1, 3)
			s.poll()
			s.hear(client.Event{Type: client.EventLost, Lost: &client.Lost{Err: errCut, Again: 3 * time.Second}})
			s.wait(time.Second)
		},
	}
}

// The screen is a function of what was heard and done. Read the difference before you keep it: go test ./cmd/rollcall/internal/top -update.
func TestFrames(t *testing.T) {
	t.Parallel()

	for name, do := range frames() {
		for _, size := range [][2]int{{80, 24}, {120, 40}, {40, 12}} {
			t.Run(fmt.Sprintf("%s %dx%d", name, size[0], size[1]), func(t *testing.T) {
				t.Parallel()

				s := newScene(t, size[0], size[1])
				do(s)

				lines := s.lines()
				assert.Len(t, lines, size[1])

				for _, line := range lines {
					assert.LessOrEqual(t, ansi.StringWidth(line), size[0], line)
				}

				shown := strings.Join(lines, "\n") + "\n"

				file := filepath.Join("testdata", fmt.Sprintf("%s.%dx%d.golden", name, size[0], size[1]))
				if *update {
					require.NoError(t, os.WriteFile(file, []byte(shown), 0o600))
				}

				want, err := os.ReadFile(file)
				require.NoError(t, err)
				assert.Equal(t, string(want), shown)
			})
		}
	}
}

// However small a terminal is, nothing is wider or higher than it, and nothing panics.
func TestAnySize(t *testing.T) {
	t.Parallel()

	for name, do := range frames() {
		s := newScene(t, 80, 24)
		do(s)

		for width := range 30 {
			for _, height := range []int{0, 1, 2, 3, 5, 8} {
				s.send(tea.WindowSizeMsg{Width: width, Height: height})

				if width == 0 || height == 0 {
					assert.Equal(t, "\n", s.screen())

					continue
				}

				require.LessOrEqual(t, len(s.lines()), height, name)

				for _, line := range s.lines() {
					require.LessOrEqual(t, ansi.StringWidth(line), width, "%s at %d: %q", name, width, line)
				}
			}
		}
	}
}

// What vendors and the service say moves no cursor and changes no colour (P17).
func TestHostileTextIsInert(t *testing.T) {
	t.Parallel()

	s := newScene(t, 120, 40)
	snapshot := s.snapshot(1)
	snapshot.Vendors[2].Detail = "\x1b]0;owned\a\x1b[2J\u202e\r\n"
	s.hear(client.Event{Type: api.EventSnapshot, Round: 1, Snapshot: snapshot})
	s.hear(client.Event{Type: api.EventBye, Bye: &api.Bye{Reason: "\x1b[31m"}})
	s.send(top.Steered("", errors.New("\x1b[31m")))
	s.keys("2")

	for _, pane := range []string{"1", "2", "3", "4"} {
		s.keys(pane)

		for _, bad := range []string{"\x1b]", "\x1b[2J", "\u202e", "\r", "\a"} {
			assert.NotContains(t, s.model.View().Content, bad)
		}
	}
}

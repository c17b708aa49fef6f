package main_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/sim"
)

// watchedService is the program as a service with simulated vendors, which a test looks at with top.
type watchedService struct {
	t       *testing.T
	config  string
	dir     string
	address string
	cmd     *exec.Cmd
}

const watchedConfig = `
every: 1s
deadline: 900ms
vendors:
  equities:
    class: equities
    url: "%[1]s/v1/equities/quotes?symbols={symbols}"
    symbols: [AAPL, MSFT]
    parse: {rows: quotes, key: symbol, price: price, time: time}
    client: {allow_private: true}
  forex:
    class: forex
    url: "%[1]s/v1/forex/quotes?symbols={symbols}"
    symbols: [EUR/USD]
    parse: {rows: quotes, key: symbol, price: price, time: time}
    client: {allow_private: true}
`

func startWatched(t *testing.T) *watchedService {
	t.Helper()

	vendors := sim.Default()
	for i := range vendors {
		vendors[i].Latency = 50 * time.Millisecond
		if vendors[i].Name == "forex" {
			vendors[i].Latency = 500 * time.Millisecond // so that the round is seen to be open
		}
	}

	server, err := sim.Start(t.Context(), sim.Settings{Vendors: vendors, Listen: sim.DefaultListen, Seed: 1})
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Stop(context.WithoutCancel(t.Context())) })

	w := &watchedService{t: t, dir: t.TempDir(), address: "127.0.0.1:0"}
	w.config = filepath.Join(w.dir, "r.yaml")
	require.NoError(t, os.WriteFile(w.config, fmt.Appendf(nil, watchedConfig, server.URL()), 0o600))
	t.Cleanup(w.stop)
	w.start()

	return w
}

// start runs the service, where it was before if it ran before.
func (w *watchedService) start() {
	w.t.Helper()

	said := filepath.Join(w.dir, "run.err")
	out, err := os.Create(said)
	require.NoError(w.t, err)

	w.cmd = exec.Command("rollcall", "run", "-c", w.config, "--data", filepath.Join(w.dir, "data"), "--listen", w.address, "--log-format", "json")
	w.cmd.Stderr = out
	require.NoError(w.t, w.cmd.Start())
	require.NoError(w.t, out.Close())

	pattern := regexp.MustCompile(`"http":"http://([0-9.:]+)/`)

	require.Eventually(w.t, func() bool {
		text, err := os.ReadFile(said)
		found := pattern.FindSubmatch(text)

		if err != nil || found == nil {
			return false
		}

		w.address = string(found[1])

		return true
	}, patience, 10*time.Millisecond)
}

func (w *watchedService) stop() {
	if w.cmd != nil {
		_ = w.cmd.Process.Signal(syscall.SIGTERM)
		_ = w.cmd.Wait()
		w.cmd = nil
	}
}

// pane is a terminal in tmux.
type pane struct {
	t      *testing.T
	socket string
}

// openPane runs a command in a terminal of its own, of 80 columns and 24 lines.
func openPane(t *testing.T, command string, environment ...string) *pane {
	t.Helper()

	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is not installed: it shows what a terminal would")
	}

	dir, err := os.MkdirTemp("", "top") //nolint:usetesting // the path of a socket must be short
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })

	p := &pane{t, filepath.Join(dir, "s")}
	args := []string{"-f", os.DevNull, "new-session", "-d", "-x", "80", "-y", "24"}

	for _, setting := range environment {
		args = append(args, "-e", setting)
	}

	p.tmux(append(args, command+"; echo ended $?; exec cat")...)
	t.Cleanup(func() { _ = exec.Command("tmux", "-S", p.socket, "kill-server").Run() })

	return p
}

func (p *pane) tmux(args ...string) string {
	p.t.Helper()

	out, err := exec.Command("tmux", append([]string{"-S", p.socket}, args...)...).CombinedOutput()
	require.NoError(p.t, err, string(out))

	return string(out)
}

func (p *pane) keys(keys ...string) { p.tmux(append([]string{"send-keys"}, keys...)...) }

// shows waits until the screen matches a pattern, and returns it.
func (p *pane) shows(pattern string) string {
	p.t.Helper()

	wanted := regexp.MustCompile("(?s)" + pattern)

	for deadline := time.After(patience); ; {
		screen := p.tmux("capture-pane", "-p")
		if wanted.MatchString(screen) {
			return screen
		}

		select {
		case <-deadline:
			require.Fail(p.t, "the screen never showed "+pattern, screen)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// What an operator sees and does, in a real terminal against a real service, which goes away and comes back.
func TestTopInATerminal(t *testing.T) {
	t.Parallel()

	service := startWatched(t)
	p := openPane(t, "rollcall top --url http://"+service.address, "NO_COLOR=", "TERM=screen-256color")

	p.shows(`round \d+ · complete · 3/3 prices.*● ready · admin.*› AAPL +\d+\.\d\d.*● good.*[▁▂▃▄▅▆▇█]{2}.*equities.*q quit`)
	assert.Regexp(t, `\x1b\[3[126]m`, p.tmux("capture-pane", "-p", "-e"), "there is colour")

	p.keys("Enter")
	p.shows(`AAPL +\d+\.\d\d.*1 of 1 source used.*SOURCE.*equities +● ok`)
	p.keys("2")
	p.shows(`equities +● ok +2/2 +0\.\d\ds +[━╸].*│ +running`)
	p.keys("j", "R")
	p.shows(`start forex anew now\? y yes`)
	p.keys("y")
	p.shows(`forex is running`)
	p.keys("3")
	p.shows(`round \d+ · open .*equities +[━╸].*● ok 0\.\d\ds.*forex +╌.*… waiting`)
	p.shows(`round \d+ · closed after .*forex +━.*│ +● ok 0\.\d\ds`)
	p.keys("4")
	p.shows(`record ● verified, \d+ entries.*started`)
	p.keys("1", "/", "e", "u", "r", "Enter")
	p.shows(`› EUR/USD`)
	assert.NotContains(t, p.shows(`/eur`), "AAPL")

	p.tmux("resize-window", "-x", "40", "-y", "12")

	for line := range strings.Lines(p.shows(`› EUR/USD +\d\.\d+ .*● good\n\n`)) {
		assert.LessOrEqual(t, len([]rune(strings.TrimSpace(line))), 40)
	}

	p.tmux("resize-window", "-x", "100", "-y", "30")
	service.stop()
	p.shows(`✕ no connection, again in \ds`)
	service.start()
	p.shows(`● ready · admin`)
	p.keys("4")
	p.shows(`connected +the service answers again`)
	p.keys("q")
	p.shows(`ended 0`)
}

func TestTopWithoutColour(t *testing.T) {
	t.Parallel()

	service := startWatched(t)
	p := openPane(t, "rollcall top --url http://"+service.address, "NO_COLOR=1", "TERM=screen-256color")

	p.shows(`round \d+ · complete.*● good`)
	assert.NotRegexp(t, `\x1b\[[0-9;]*(3[0-7]|4[0-7]|9[0-7])m`, p.tmux("capture-pane", "-p", "-e"))
	p.keys("C-c")
	p.shows(`ended 0`)

	dumb := openPane(t, "env TERM=dumb rollcall top --url http://"+service.address)
	dumb.shows(`TERM=dumb\) has no screen to draw on: use --once.*ended 2`)
}

// A signal leaves the terminal as it was.
func TestTopEndsOnASignal(t *testing.T) {
	t.Parallel()

	service := startWatched(t)
	file := filepath.Join(service.dir, "pid")
	p := openPane(t, "echo before; sh -c 'echo $$ > "+file+"; exec rollcall top --url http://"+service.address+"'", "TERM=screen-256color")

	p.shows(`round \d+ · complete`)

	text, err := os.ReadFile(file)
	require.NoError(t, err)

	number, err := strconv.Atoi(strings.TrimSpace(string(text)))
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(number, syscall.SIGTERM))

	p.shows(`before\nended 0`)
}

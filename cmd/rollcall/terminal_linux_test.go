package main_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// terminal opens a pseudo-terminal: what is written to the second is read from the first.
func terminal(t *testing.T) (screen, tty *os.File) {
	t.Helper()

	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminals here: %v", err)
	}

	t.Cleanup(func() { _ = screen.Close() })
	require.NoError(t, unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0))

	number, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	require.NoError(t, err)

	tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = tty.Close() })

	return screen, tty
}

// onTerminal runs a short demonstration with its output on a terminal and returns what the screen shows.
func onTerminal(t *testing.T, environment ...string) string {
	t.Helper()

	screen, tty := terminal(t)
	cmd := exec.Command("rollcall", "demo", "--rounds", "1", "--data", t.TempDir())
	cmd.Stdout, cmd.Stderr = tty, tty
	cmd.Env = append(os.Environ(), environment...)
	require.NoError(t, cmd.Start())
	require.NoError(t, tty.Close())

	var shown bytes.Buffer

	_, _ = io.Copy(&shown, screen) // ends with an error when the last writer has gone: that is how terminals end

	require.NoError(t, cmd.Wait(), shown.String())

	return shown.String()
}

// Colour and progress are for terminals: the scripts show that a pipe has neither.
func TestTerminalHasColourAndProgress(t *testing.T) {
	t.Parallel()

	shown := onTerminal(t, "NO_COLOR=", "TERM=xterm")

	assert.Contains(t, shown, "\x1b[32mcomplete\x1b[0m")
	assert.Regexp(t, `0\.9\d*s  commodities +ok, 3 quotes`, shown)
}

func TestNoColourIsRespected(t *testing.T) {
	t.Parallel()

	shown := onTerminal(t, "NO_COLOR=1")

	assert.Contains(t, shown, "complete")
	assert.Regexp(t, `commodities +ok, 3 quotes`, shown, "progress is no colour")
	assert.NotContains(t, shown, "\x1b")
}

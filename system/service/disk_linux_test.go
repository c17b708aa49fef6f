package service_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// slowDisk runs the victim for some time and then sends SIGTERM. Soon after its start, each of its fsyncs takes longer by a delay. It returns
// how many rounds were published, how many of them were not durable, the exit code, and how long stopping took.
func (v *victim) slowDisk(t *testing.T, delay, life time.Duration) (rounds, undurable, code int, stopping time.Duration) {
	t.Helper()

	strace, err := exec.LookPath("strace")
	if err != nil || raced || testing.Short() {
		t.Skip("needs strace, and does not stand the race detector")
	}

	ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
	defer cancel()

	cmd := v.command(ctx)
	cmd.Args = append([]string{
		strace, "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e",
		fmt.Sprintf("inject=fsync,fdatasync:delay_exit=%d:when=20+", delay.Microseconds()), // of each thread; opening takes fewer
	}, cmd.Args...)
	cmd.Path = strace

	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())

	told := make(chan time.Time, 1)

	for lines := bufio.NewScanner(out); lines.Scan(); {
		if text, ends := strings.CutPrefix(lines.Text(), exits); ends {
			code, err = strconv.Atoi(text)
			require.NoError(t, err)

			break
		}

		rounds++

		if strings.HasPrefix(lines.Text(), volatile) {
			undurable++
		}

		if rounds == 1 {
			time.AfterFunc(life, func() {
				told <- time.Now()

				signalChild(cmd.Process.Pid, syscall.SIGTERM)
			})
		}
	}

	select {
	case at := <-told:
		stopping = time.Since(at)
	default:
		require.Fail(t, "the service ended by itself", "code %d", code)
	}

	// The process itself cannot end before its system call has, and strace makes that as long as a broken disk would.
	signalChild(cmd.Process.Pid, syscall.SIGKILL)
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // it was killed

	return rounds, undurable, code, stopping
}

// S08: with a disk whose every fsync takes two seconds longer, rounds keep their cadence and say that they are not durable.
func TestEveryFsyncTakesTwoSeconds(t *testing.T) {
	rounds, undurable, code, stopping := newVictim(t).slowDisk(t, 2*time.Second, 4*time.Second)
	assert.Greater(t, rounds, 120, "200 in 4 s")
	assert.Greater(t, undurable, 60)
	assert.LessOrEqual(t, stopping, 10*time.Second)
	assert.Contains(t, []int{0, 3}, code, "everything is written, or it is said that it is not")
}

// O02: with a disk that hangs, SIGTERM still ends the service within 10 s, and it says what it could not write.
func TestFsyncHangs(t *testing.T) {
	rounds, undurable, code, stopping := newVictim(t).slowDisk(t, time.Minute, 2*time.Second)
	assert.Greater(t, rounds, 50)
	assert.Positive(t, undurable)
	assert.LessOrEqual(t, stopping, 10*time.Second)
	assert.Equal(t, 3, code)
}

// signalChild sends a signal to the process that another one has started.
func signalChild(parent int, signal syscall.Signal) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", parent, parent))
	if err != nil {
		return // it is gone
	}

	if child, err := strconv.Atoi(strings.TrimSpace(string(data))); err == nil && child > 0 {
		_ = syscall.Kill(child, signal)
	}
}

package main_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	rollcall "github.com/rollcall-go/rollcall/cmd/rollcall"
	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/sim"
)

// hanging returns the path of a named pipe that nobody writes: a disk that hangs.
func hanging(t *testing.T) string {
	t.Helper()

	path := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	t.Cleanup(func() {
		if pipe, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
			_ = pipe.Close() // lets the reader go
		}
	})

	return path
}

// O02: whatever hangs, standard error included, the second signal ends the program.
func TestSecondSignalWaitsForNothing(t *testing.T) {
	t.Parallel()

	reader, writer := io.Pipe() // nobody reads: a write hangs
	t.Cleanup(func() { _ = reader.Close() })

	signals := make(chan os.Signal, 2)
	signals <- syscall.SIGTERM

	signals <- syscall.SIGINT

	started := time.Now()
	code := rollcall.RunUntil(t.Context(), signals, io.Discard, writer, "run", "--listen", "off", "-c", hanging(t))

	assert.Equal(t, rollcall.ExitFailed, code)
	assert.Less(t, time.Since(started), time.Second)
}

func TestSecondSignalSaysWhatIsLost(t *testing.T) {
	t.Parallel()

	var errs bytes.Buffer

	signals := make(chan os.Signal, 2)
	signals <- syscall.SIGINT

	signals <- syscall.SIGTERM

	assert.Equal(t, rollcall.ExitFailed, rollcall.RunUntil(t.Context(), signals, io.Discard, &errs, "run", "--listen", "off", "-c", hanging(t)))
	assert.Equal(t, "rollcall: stopped at once by a second signal; what was not yet written is lost\n", errs.String())
}

// A supervisor that signals the process and then its group means one stop, not two.
func TestAnEchoedSignalIsOneSignal(t *testing.T) {
	t.Parallel()

	signals := make(chan os.Signal, 3)
	signals <- syscall.SIGTERM

	signals <- syscall.SIGTERM

	ended, path := make(chan int, 1), hanging(t)

	go func() {
		ended <- rollcall.RunUntil(t.Context(), signals, io.Discard, io.Discard, "run", "--listen", "off", "-c", path)
	}()

	require.Eventually(t, func() bool { return len(signals) == 0 }, 10*time.Second, time.Millisecond)

	select {
	case <-ended:
		assert.Fail(t, "the echo forced the end")
	case <-time.After(300 * time.Millisecond):
	}

	signals <- syscall.SIGTERM

	assert.Equal(t, rollcall.ExitFailed, <-ended, "the same signal, later, is a second one")
}

// A verb that has nothing to stop ends like any program that gets the signal.
func TestFirstSignalEndsWhatHasNothingToStop(t *testing.T) {
	t.Parallel()

	pipe := hanging(t)
	signals := make(chan os.Signal)
	ended := make(chan int, 1)

	go func() { ended <- rollcall.RunUntil(t.Context(), signals, io.Discard, io.Discard, "check", "-c", pipe) }()

	writer, err := os.OpenFile(pipe, os.O_WRONLY, 0) // returns when 'check' reads
	require.NoError(t, err)
	t.Cleanup(func() { _ = writer.Close() })

	signals <- syscall.SIGTERM

	select {
	case code := <-ended:
		assert.Equal(t, 128+int(syscall.SIGTERM), code)
	case <-time.After(patience):
		t.Fatal("check goes on")
	}
}

func TestEveryFaultIsInTheHelp(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer

	assert.Equal(t, rollcall.ExitDone, rollcall.RunUntil(t.Context(), nil, &out, io.Discard, "sim", "--help"))

	for _, kind := range sim.Kinds() {
		assert.Contains(t, out.String(), "\n "+kind.Usage()+" ")
		assert.Contains(t, out.String(), kind.Help()+"\n")
	}
}

func TestEveryVerbHasExamples(t *testing.T) {
	t.Parallel()

	for _, verb := range []string{
		"", "demo", "run", "once", "check", "init", "history", "audit", "audit verify", "audit show", "sim", "completion", "version",
	} {
		var out, errs bytes.Buffer

		assert.Equal(t, rollcall.ExitDone, rollcall.RunUntil(t.Context(), nil, &out, &errs, append(strings.Fields(verb), "--help")...), verb)
		assert.Regexp(t, `\nExamples:\n +.*rollcall `+verb, out.String())
		assert.Empty(t, errs.String(), verb)
	}
}

func TestKindsThatCanBeAskedForAreTheRecords(t *testing.T) {
	t.Parallel()

	source, err := os.ReadFile(filepath.Join("..", "..", "messages", "audit.go"))
	require.NoError(t, err)

	kinds := rollcall.FactKinds()
	assert.Contains(t, kinds, string(messages.FactGap))
	assert.Len(t, kinds, strings.Count(string(source), ` FactKind = "`)+1, "and the log's own segment entries")
}

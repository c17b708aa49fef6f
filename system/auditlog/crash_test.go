package auditlog_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/auditlog"
)

// appendDir makes the test binary a program that appends to that directory until it is killed.
const appendDir = "ROLLCALL_TEST_AUDIT_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(appendDir); dir != "" {
		appendUntilKilled(dir)
	}

	os.Exit(m.Run())
}

// appendUntilKilled prints the round of the newest acknowledged fact after each batch.
func appendUntilKilled(dir string) {
	log, _, err := auditlog.Open(auditlog.Options{Dir: dir, SegmentSize: 20_000})
	for n := nextRound(dir); err == nil; n += 3 {
		if err = log.Append(context.Background(), facts(n, n+2)); err == nil {
			_, err = fmt.Fprintln(os.Stdout, n+2)
		}
	}

	panic(err)
}

func nextRound(dir string) int {
	newest := 0

	for entry, err := range auditlog.Read(dir, auditlog.Filter{Kinds: []messages.FactKind{messages.FactOutcome}, Last: 1}) {
		if err == nil {
			newest = int(entry.Round)
		}
	}

	return newest + 1
}

func TestKillLosesNothingAcknowledged(t *testing.T) { // S01, S05
	t.Parallel()

	dir := t.TempDir()
	acknowledged := 0

	for life := range 12 {
		newest := runAndKill(t, dir, 20+life*7)
		require.Greater(t, newest, acknowledged)
		acknowledged = newest

		verified(t, dir)

		held := rounds(t, dir)
		require.GreaterOrEqual(t, len(held), acknowledged)
		require.Equal(t, numbers(1, len(held)), held, "each once, in order")
	}

	log, recovery := open(t, dir, 20_000)
	assert.Empty(t, recovery.Damage)
	n := nextRound(dir)
	add(t, log, facts(n, n))
	verified(t, dir)
}

// runAndKill lets the program append that many batches and kills it with SIGKILL in the middle of what it does then. It returns the newest
// round that was acknowledged.
func runAndKill(t *testing.T, dir string, batches int) int {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()

	command := exec.CommandContext(ctx, os.Args[0])
	command.Env = append(os.Environ(), appendDir+"="+dir)
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())

	newest, lines := 0, bufio.NewScanner(out)

	for count := 0; lines.Scan(); count++ {
		if count == batches {
			require.NoError(t, command.Process.Kill())
		}

		if newest, err = strconv.Atoi(strings.TrimSpace(lines.Text())); err != nil {
			break
		}
	}

	require.NoError(t, err)
	require.Error(t, command.Wait())

	return newest
}

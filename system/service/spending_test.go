package service_test

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/service"
)

// brief is a service in a child process that lives for some rounds, and until a file says something, and is killed.
func (v *victim) brief(t *testing.T, rounds int, file string, says func(text string) bool) {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	cmd := v.command(ctx)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())

	lines := bufio.NewScanner(out)
	for rounds > 0 && lines.Scan() {
		rounds--
	}

	assert.Zero(t, rounds)
	assert.Eventually(t, func() bool {
		text, err := os.ReadFile(filepath.Join(v.dir, file))

		return err == nil && says(string(text))
	}, patience, 10*time.Millisecond, "%s", file)
	require.NoError(t, cmd.Process.Kill())

	var killed *exec.ExitError

	require.ErrorAs(t, cmd.Wait(), &killed)
}

// S01 N15: what a key has spent is not forgotten by a process that is killed: a vendor that may be asked twice an hour is asked twice, in however many lives.
// Nor is a vendor's wish to be left alone.
func TestKilledProcessRemembersWhatWasSpent(t *testing.T) {
	t.Parallel()

	p := plan{
		vendors: []string{"daily", "tired"}, every: 50 * time.Millisecond, deadline: 50 * time.Millisecond,
		faults:   map[string]string{"tired": "rate-limited=5m"},
		settings: map[string]string{"daily": "    limits: {requests: 2, per: 1h, key: daily}\n", "tired": "    limits: {per_minute: 600, key: tired}\n"},
	}
	r := &rig{plan: p, dir: filepath.Join(t.TempDir(), "data"), sim: simulate(t, p)}
	v := &victim{config: filepath.Join(t.TempDir(), "rollcall.yaml"), dir: r.dir}
	require.NoError(t, os.WriteFile(v.config, []byte(r.text()), 0o600))

	for life := range 4 {
		spends := min(life+1, 2)
		v.brief(t, 10, service.BudgetsName, func(text string) bool {
			return strings.Contains(text, `"pause"`) && strings.Count(text, `"credits"`) == spends+1 // one of the tired one
		})
		assert.Len(t, r.sim.Requests("daily"), spends, "life %d", life+1)
		assert.Len(t, r.sim.Requests("tired"), 1, "life %d", life+1)
	}

	s := stored(t, r.dir)
	assert.Equal(t, messages.OutcomeRateLimited, outcome(t, s, "daily"))
	assert.Equal(t, messages.OutcomeRateLimited, outcome(t, s, "tired"))
}

// limited is a rig of vendors that may be asked so often an hour, all on one data directory.
func limited(t *testing.T, dir, limits string, vendors ...string) *rig {
	t.Helper()

	p := plan{vendors: vendors, every: time.Minute, deadline: time.Second, onDemand: true, settings: map[string]string{}, dir: dir}
	for _, name := range vendors {
		p.settings[name] = "    limits: {" + limits + ", key: " + name + "}\n"
	}

	return newRig(t, p)
}

// What was spent outlives a stop, a vendor that was left out for one run, another order of the vendors, and other limits.
func TestSpendingOutlivesTheProgram(t *testing.T) {
	t.Parallel()

	const once, twice = "requests: 1, per: 1h", "requests: 2, per: 1h"

	dir := filepath.Join(t.TempDir(), "data")
	ask := func(limits string, vendors ...string) map[string]messages.Outcome {
		r := limited(t, dir, limits, vendors...)
		s := r.take(t)
		outcomes := make(map[string]messages.Outcome)

		for _, name := range vendors {
			outcomes[name] = outcome(t, s, name)
		}

		r.end(t)

		return outcomes
	}

	ok, spent := messages.OutcomeOK, messages.OutcomeRateLimited
	assert.Equal(t, map[string]messages.Outcome{"a": ok}, ask(once, "a"))
	assert.Equal(t, map[string]messages.Outcome{"a": spent}, ask(once, "a"))
	assert.Equal(t, map[string]messages.Outcome{"b": ok}, ask(once, "b"), "another key")
	assert.Equal(t, map[string]messages.Outcome{"c": ok, "b": spent, "a": spent}, ask(once, "c", "b", "a"), "was away for a run")
	assert.Equal(t, map[string]messages.Outcome{"a": ok}, ask(twice, "a"), "one more than before")
	assert.Equal(t, map[string]messages.Outcome{"a": spent}, ask(twice, "a"))
}

// A reload that takes a vendor away and one that brings it back do not make its allowance new.
func TestSpendingOutlivesReloads(t *testing.T) {
	t.Parallel()

	r := limited(t, "", "requests: 1, per: 1h", "a", "b")
	good(t, r.take(t), "a")

	for _, vendors := range [][]string{{"b"}, {"a", "b"}} {
		r.plan.vendors = vendors
		_, err := r.reload(t)
		require.NoError(t, err)
	}

	assert.Equal(t, messages.OutcomeRateLimited, outcome(t, r.take(t), "a"))
}

// A file that cannot be read is said, in the log and in the record, and nothing else happens.
func TestSpendingThatCannotBeRead(t *testing.T) {
	t.Parallel()

	for name, text := range map[string]string{
		"empty": "", "torn": `{"schema":"rollcall.budgets/1","budgets":[{"name":`, "another": `{"schema":"rollcall.budgets/2"}`, "no object": "[]",
		"huge": strings.Repeat(" ", 17<<20), "binary": "\x00\xff",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			dir := filepath.Join(t.TempDir(), "data")
			require.NoError(t, os.Mkdir(dir, 0o700))
			require.NoError(t, os.WriteFile(filepath.Join(dir, service.BudgetsName), []byte(text), 0o600))

			r := limited(t, dir, "requests: 1, per: 1h", "a")
			good(t, r.take(t), "a")
			assert.Equal(t, 1, strings.Count(r.log.String(), "what was spent is not known"))
			r.end(t)
			assert.Contains(t, recorded(t, dir), service.BudgetsName)
		})
	}

	t.Run("hostile", func(t *testing.T) { // it can be read, and means nothing
		t.Parallel()

		dir := filepath.Join(t.TempDir(), "data")
		r := limited(t, dir, "requests: 1, per: 1h", "a")
		r.take(t)
		r.end(t)

		file := filepath.Join(dir, service.BudgetsName)
		text, err := os.ReadFile(file)
		require.NoError(t, err)

		hostile := regexp.MustCompile(`"spends":.*`).ReplaceAllString(string(text), `"spends":[{"at":"2099-01-01T00:00:00Z","credits":-7},`+
			`{"at":"0001-01-01T00:00:00Z","credits":9},{"credits":9223372036854775807}],`+
			`"pause":{"until":"2099-01-01T00:00:00Z","outcome":"<b>ok</b>","detail":"\u001b[31m"}}]}`)
		require.NotEqual(t, string(text), hostile)
		require.NoError(t, os.WriteFile(file, []byte(hostile), 0o600))

		r = limited(t, dir, "requests: 1, per: 1h", "a")
		good(t, r.take(t), "a")
	})
}

// recorded is the text of all records below a data directory.
func recorded(t *testing.T, dir string) string {
	t.Helper()

	var b strings.Builder

	require.NoError(t, filepath.WalkDir(filepath.Join(dir, service.AuditDir), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}

		text, err := os.ReadFile(path)
		b.Write(text)

		return errors.Join(err)
	}))

	return b.String()
}

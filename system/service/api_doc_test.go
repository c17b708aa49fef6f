package service_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shownCommand is a command of docs/api.md with what it prints, in which … stands for anything.
type shownCommand struct{ command, want string }

// examples are those of a document: lines that begin with $ in its blocks of kind console.
func examples(t *testing.T, path string) []shownCommand {
	t.Helper()

	text, err := os.ReadFile(path)
	require.NoError(t, err)

	var found []shownCommand

	inside := false

	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		command, is := strings.CutPrefix(line, "$ ")

		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```console"
		case !inside:
		case is:
			found = append(found, shownCommand{command: command})
		default:
			found[len(found)-1].want += line + "\n"
		}
	}

	return found
}

// The examples of docs/api.md do what it says, with the real curl against a real service.
func TestExamplesOfTheAPI(t *testing.T) {
	t.Parallel()

	for _, tool := range []string{"curl", "bash"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not here: the examples of docs/api.md are not run", tool)
		}
	}

	r := newAPIRig(t, "")
	r.reach(t, "", 3)

	found := examples(t, filepath.Join("..", "..", "docs", "api.md"))
	require.Greater(t, len(found), 20, "the examples were not found")

	for _, one := range found {
		command := exec.CommandContext(t.Context(), "bash", "-c", strings.ReplaceAll(one.command, "http://127.0.0.1:8080", r.url))
		command.Env = append(os.Environ(), "TOKEN=any", "no_proxy=127.0.0.1")

		printed, err := command.Output()
		require.NoError(t, err, one.command)

		want := strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSuffix(one.want, "\n")), "…", ".*")
		assert.Regexp(t, "^"+want+"\n?$", string(printed), one.command)
	}
}

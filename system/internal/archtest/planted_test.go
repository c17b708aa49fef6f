package archtest_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPlantedViolations proves that the lint rules bite: a rule whose pattern matches nothing is silently off.
func TestPlantedViolations(t *testing.T) {
	t.Parallel()

	linter := os.Getenv("GOLANGCI_LINT")
	if linter == "" {
		t.Skip("GOLANGCI_LINT names no linter; 'make lint' runs this test")
	}

	archive, err := txtar.ParseFile(filepath.Join("testdata", "planted.txtar"))
	require.NoError(t, err)

	dir := t.TempDir()
	root := filepath.Join("..", "..", "..")

	for _, name := range []string{"go.mod", "go.sum", ".golangci.yml"} {
		data, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}

	for _, file := range archive.Files {
		path := filepath.Join(dir, filepath.FromSlash(file.Name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, file.Data, 0o600))
	}

	found := lint(t, linter, dir)

	for _, file := range archive.Files {
		_, wanted, marked := strings.Cut(string(file.Data), "// want ")
		require.True(t, marked, file.Name)

		wanted, _, _ = strings.Cut(wanted, "\n")
		for name := range strings.FieldsSeq(wanted) {
			assert.Contains(t, found[file.Name], name, "%s: the planted violation was not found", file.Name)
		}
	}
}

// lint returns the names of the linters that spoke, by file.
func lint(t *testing.T, linter, dir string) map[string][]string {
	t.Helper()

	absolute, err := filepath.Abs(linter)
	require.NoError(t, err)

	cmd := exec.CommandContext(t.Context(), absolute, "run", "--allow-parallel-runners", "--path-mode=abs", "--output.text.print-issued-lines=false", "--output.text.path=stdout", "--output.text.colors=false", "./...")
	cmd.Dir = dir

	var out, errs bytes.Buffer

	cmd.Stdout, cmd.Stderr = &out, &errs
	require.Error(t, cmd.Run(), "planted violations must fail the lint run")

	found := make(map[string][]string)

	for line := range strings.Lines(out.String()) {
		path, rest, ok := strings.Cut(line, ":")
		open := strings.LastIndex(rest, "(")

		if !ok || open < 0 {
			continue
		}

		name, err := filepath.Rel(dir, path)
		if err != nil {
			continue
		}

		found[filepath.ToSlash(name)] = append(found[filepath.ToSlash(name)], strings.TrimRight(rest[open+1:], ")\n"))
	}

	require.NotEmpty(t, found, errs.String())

	return found
}

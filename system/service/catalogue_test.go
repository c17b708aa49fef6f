package service_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every test that docs/faults.md names is there, and every row names at least one.
func TestDocumentedTestsExist(t *testing.T) {
	t.Parallel()

	const root = "../.."

	document, err := os.ReadFile(filepath.Join(root, "docs", "faults.md"))
	require.NoError(t, err)

	test := regexp.MustCompile("`([a-z/]+) ((?:Test|Fuzz)[A-Za-z0-9]+)`")
	sources := make(map[string]string)
	rows := 0

	for line := range strings.Lines(string(document)) {
		named := test.FindAllStringSubmatch(line, -1)

		if regexp.MustCompile(`^\| [A-Z]\d+ \|`).MatchString(line) {
			assert.NotEmpty(t, named, "%s", line)

			rows++
		}

		for _, match := range named {
			dir, name := match[1], match[2]
			if _, read := sources[dir]; !read {
				sources[dir] = testSources(t, filepath.Join(root, dir))
			}

			assert.True(t, strings.Contains(sources[dir], "func "+name+"("), "%s in %s", name, dir) //nolint:testifylint // a failure must not show the whole source
		}
	}

	assert.Greater(t, rows, 50)
}

// testSources are the texts of a package's tests.
func testSources(t *testing.T, dir string) string {
	t.Helper()

	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	require.NoError(t, err)
	require.NotEmpty(t, files, dir)

	var all strings.Builder

	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		all.Write(data)
	}

	return all.String()
}

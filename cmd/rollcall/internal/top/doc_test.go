package top_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The pictures in docs/top.md are frames that the tests make.
func TestTheDocumentShowsWhatIsShown(t *testing.T) {
	t.Parallel()

	text, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "docs", "top.md"))
	require.NoError(t, err)

	pictures := regexp.MustCompile("(?s)\n```\n(rollcall http.*?)\n```\n").FindAllStringSubmatch(string(text), -1)
	require.Len(t, pictures, 2)

	for i, name := range []string{"prices", "open"} {
		frame, err := os.ReadFile(filepath.Join("testdata", name+".80x24.golden"))
		require.NoError(t, err)
		assert.Equal(t, filled(string(frame)), filled(pictures[i][1]), name)
	}
}

// filled are the lines that are not empty.
func filled(text string) []string {
	var lines []string

	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}

	return lines
}

package top_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The pictures in docs/top.md are what is shown, but for empty lines.
func TestTheDocumentShowsWhatIsShown(t *testing.T) {
	t.Parallel()

	file := filepath.Join("..", "..", "..", "..", "docs", "top.md")
	text, err := os.ReadFile(file)
	require.NoError(t, err)

	names := []string{"prices", "open"}
	made := regexp.MustCompile("(?s)\n```\nrollcall http.*?\n```\n").ReplaceAllFunc(text, func([]byte) []byte {
		require.NotEmpty(t, names, "more pictures than there should be")

		s := newScene(t, 80, 24)
		frames()[names[0]](s)

		names = names[1:]

		return []byte("\n```\n" + picture(s.lines()) + "\n```\n")
	})

	if *update {
		require.NoError(t, os.WriteFile(file, made, 0o600))
	}

	assert.Empty(t, names)
	assert.Equal(t, string(made), string(text))
}

// picture is a screen with one empty line above its last one.
func picture(lines []string) string {
	last := len(lines) - 1
	shown := slices.Clone(lines[:last])

	for shown[len(shown)-1] == "" {
		shown = shown[:len(shown)-1]
	}

	return strings.Join(append(shown, "", lines[last]), "\n")
}

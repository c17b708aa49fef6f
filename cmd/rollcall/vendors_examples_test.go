package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/catalog"
	"github.com/rollcall-go/rollcall/system/rehearsal"
)

// The definitions of examples/vendors, which docs/vendors.md tells of, do what their examples say.
func TestDefinitionsOfTheDocumentation(t *testing.T) {
	t.Parallel()

	files, err := filepath.Glob(filepath.Join("..", "..", "examples", "vendors", "*.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)

	for _, file := range files {
		use, err := filepath.Abs(file)
		require.NoError(t, err)

		text, err := os.ReadFile(use)
		require.NoError(t, err)

		entry, err := catalog.Parse(text, use)
		require.NoError(t, err)

		for _, e := range entry.Examples {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml")+"/"+e.Name, func(t *testing.T) {
				t.Parallel()

				wrong, err := rehearsal.Run(t.Context(), entry, e, use)
				require.NoError(t, err)
				assert.Empty(t, wrong)
			})
		}
	}
}

package service_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/feed"
)

// Each example in docs/vendors.md is a definition that is accepted and can be run.
func TestDefinitionsInTheDocumentation(t *testing.T) {
	t.Parallel()

	page, err := os.ReadFile("../../docs/vendors.md")
	require.NoError(t, err)

	blocks := strings.Split(string(page), "```yaml\n")[1:]
	require.Greater(t, len(blocks), 12, "the page was not read")

	secrets := func(name string) (string, bool) { return "canary-" + name, true }

	for i, block := range blocks {
		text, _, closed := strings.Cut(block, "```")
		require.True(t, closed)

		t.Run(fmt.Sprintf("%02d", i+1), func(t *testing.T) {
			t.Parallel()

			indented := "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ")

			cfg, err := config.Parse([]byte("vendors:\n  example:\n"+indented+"\n"), "vendors.md", secrets)
			require.NoError(t, err, text)

			source, err := feed.New(cfg.Vendors[0].Feed)
			require.NoError(t, err, text)
			assert.NotNil(t, source)
		})
	}
}

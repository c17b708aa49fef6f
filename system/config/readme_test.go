package config_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/config"
)

// TestTheReadmesConfigurationIsValid keeps the first configuration a newcomer sees true.
func TestTheReadmesConfigurationIsValid(t *testing.T) {
	t.Parallel()

	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)

	_, text, found := strings.Cut(string(readme), "```yaml\n")
	require.True(t, found, "README.md shows no configuration")

	text, _, _ = strings.Cut(text, "```")
	assert.LessOrEqual(t, strings.Count(text, "\n"), 25)

	cfg, err := config.Parse([]byte(text), "README.md", func(name string) (string, bool) { return "x", name == "EQUITIES_TOKEN" })
	require.NoError(t, err)
	assert.Empty(t, cfg.Warnings)
	assert.Len(t, cfg.Vendors, 2)
}

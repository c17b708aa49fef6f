package system_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestPublicAPI makes every change of the facade visible as a change of testdata/api.txt.
func TestPublicAPI(t *testing.T) {
	t.Parallel()

	shown, err := exec.CommandContext(t.Context(), "go", "doc", "-all", ".").Output()
	require.NoError(t, err)

	golden := filepath.Join("testdata", "api.txt")
	if *update {
		require.NoError(t, os.WriteFile(golden, shown, 0o600))
	}

	wanted, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, strings.Split(string(wanted), "\n"), strings.Split(string(shown), "\n"), "go test ./system -update rewrites it")
}

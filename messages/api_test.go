package messages_test

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPublicAPI makes every change of the package's public face visible as a change of testdata/api.txt.
func TestPublicAPI(t *testing.T) {
	shown, err := exec.CommandContext(t.Context(), "go", "doc", "-all", ".").Output()
	require.NoError(t, err)
	golden(t, "api.txt", shown)
}

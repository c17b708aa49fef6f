package service_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A client that a generator makes of the document the service hands out compiles and works. 'make client' runs this test.
func TestGeneratedClient(t *testing.T) {
	t.Parallel()

	generator := os.Getenv("OAPI_CODEGEN")
	if generator == "" {
		t.Skip("OAPI_CODEGEN names no generator; 'make client' runs this test")
	}

	r := newAPIRig(t, consumers)
	r.reach(t, deskShown, 1)

	dir := t.TempDir()
	document, source, program := filepath.Join(dir, "openapi.json"), filepath.Join(dir, "client.go"), filepath.Join(dir, "apiclient")
	require.NoError(t, os.WriteFile(document, []byte(r.read(t, deskShown, "/openapi.json", nil)), 0o600))

	run := func(in string, env []string, name string, args ...string) string {
		command := exec.CommandContext(t.Context(), name, args...)
		command.Dir, command.Env = in, append(os.Environ(), env...)

		printed, err := command.CombinedOutput()
		require.NoError(t, err, "%s", printed)

		return string(printed)
	}

	run(dir, nil, generator, "-generate", "types,client", "-package", "main", "-o", source, document)

	tools, err := filepath.Abs(filepath.Join("..", "..", "tools"))
	require.NoError(t, err)

	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(tools, "apiclient", "client.go"): source}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600))

	run(tools, nil, "go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-tags", "generated", "-o", program, "./apiclient")
	assert.Regexp(t, `^read EUR/USD 1\.\d+; 404\n$`, run(dir, []string{"ROLLCALL_TOKEN=" + deskShown}, program, r.url))
}

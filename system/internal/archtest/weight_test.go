package archtest_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/internal/archtest"
)

// TestTheFacadeIsLight keeps databases, configuration readers and adapters out of a program that only embeds package system.
func TestTheFacadeIsLight(t *testing.T) {
	t.Parallel()

	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", archtest.Module+"system").Output()
	require.NoError(t, err)

	linked := strings.Fields(string(out))
	require.Greater(t, len(linked), 100, "the dependencies were not read")

	for _, heavy := range []string{
		"modernc.org/", "go.yaml.in/yaml/v4", "github.com/spf13/", "github.com/go-json-experiment/", "golang.org/x/term",
		"github.com/asynkron/protoactor-go/remote", "github.com/asynkron/protoactor-go/cluster", "google.golang.org/grpc",
		archtest.Module + "system/", archtest.Module + "cmd/",
	} {
		for _, path := range linked {
			assert.False(t, strings.HasPrefix(path, heavy), "package system links %s", path)
		}
	}
}

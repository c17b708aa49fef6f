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

	linked := linked(t, "system")

	for _, heavy := range []string{
		"modernc.org/", "go.yaml.in/yaml/v4", "github.com/spf13/", "github.com/go-json-experiment/", "golang.org/x/term",
		"github.com/asynkron/protoactor-go/remote", "github.com/asynkron/protoactor-go/cluster", "google.golang.org/grpc",
		"go.opentelemetry.io/otel/exporters/otlp", "go.opentelemetry.io/proto",
		archtest.Module + "system/", archtest.Module + "cmd/",
	} {
		for _, path := range linked {
			assert.False(t, strings.HasPrefix(path, heavy), "package system links %s", path)
		}
	}
}

// TestTheClientIsLight keeps the service out of a program that only talks to one.
func TestTheClientIsLight(t *testing.T) {
	t.Parallel()

	for _, path := range linked(t, "system/client") {
		for _, heavy := range []string{
			"github.com/asynkron/", "modernc.org/", "github.com/sirupsen/", "github.com/coder/", "github.com/prometheus/", "go.opentelemetry.io/",
			archtest.Module + "actors", archtest.Module + "system/gateway",
		} {
			assert.False(t, strings.HasPrefix(path, heavy), "package system/client links %s", path)
		}
	}
}

// TestTheProgramsHoldNoTests keeps testing packages, and the flags they define, out of what is shipped.
func TestTheProgramsHoldNoTests(t *testing.T) {
	t.Parallel()

	for _, program := range []string{"cmd/rollcall", "cmd/rollcall-bench", "examples/embed", "examples/custom-vendor"} {
		for _, path := range linked(t, program) {
			assert.False(t, path == "testing" || strings.HasPrefix(path, "testing/"), "%s links %s", program, path)
			assert.False(t, strings.HasPrefix(path, "github.com/stretchr/"), "%s links %s", program, path)
		}
	}
}

// TestTheProgramHasNoRPC keeps gRPC out: the library's OTLP client would bring it, megabytes that nobody calls.
func TestTheProgramHasNoRPC(t *testing.T) {
	t.Parallel()

	for _, path := range linked(t, "cmd/rollcall") {
		assert.False(t, strings.HasPrefix(path, "google.golang.org/grpc"), "rollcall links %s", path)
	}
}

// linked lists everything that is part of a package's program.
func linked(t *testing.T, path string) []string {
	t.Helper()

	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", archtest.Module+path).Output()
	require.NoError(t, err)

	packages := strings.Fields(string(out))
	require.Greater(t, len(packages), 100, "the dependencies were not read")

	return packages
}

package archtest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/internal/archtest"
)

func TestTheTreeKeepsTheRules(t *testing.T) {
	t.Parallel()

	packages := tree(t)
	require.Greater(t, len(packages), 10, "the tree was not read")
	assert.Empty(t, archtest.Violations(packages))
}

func TestEachRuleBites(t *testing.T) {
	t.Parallel()

	const module = archtest.Module

	planted := map[string]archtest.Package{
		"belongs to no layer":         {Path: "utils"},
		"arrows never turn round":     {Path: "messages", Imports: []string{module + "actors"}},
		"cmd imports only public":     {Path: "cmd/rollcall", Imports: []string{module + "system/internal/durable"}},
		"an actor never imports":      {Path: "actors/coordinator", Imports: []string{module + "actors/writer"}},
		"facade stays light":          {Path: "system", Imports: []string{module + "system/store"}},
		"never imports another":       {Path: "system/store", Imports: []string{module + "system/feed"}},
		"an adapter never imports":    {Path: "system/sim", Imports: []string{module + "system/feed/reading"}},
		"inner packages do not know":  {Path: "system/feed/client", Imports: []string{module + "system/feed"}},
		"does not know who composes":  {Path: "system/feed", Imports: []string{module + "system"}},
		"an adapter fills a port":     {Path: "system/gateway/access", Imports: []string{module + "system/config"}},
		"never imports another adap":  {Path: "system/gateway", Imports: []string{module + "system/metrics"}},
		"the catalogue is data":       {Path: "system/catalog", Imports: []string{module + "system/sim"}},
		"takes its words along":       {Path: "system/client", Imports: []string{module + "system/gateway/hub"}},
		"messages know the standard":  {Path: "messages", Imports: []string{"github.com/sirupsen/logrus"}},
		"actors know the runtime":     {Path: "actors/fetcher", Imports: []string{"modernc.org/sqlite"}},
		"facade is light to import":   {Path: "system", Imports: []string{"github.com/spf13/cobra"}},
		"bring an unauthenticated":    {Path: "system/service", Imports: []string{"github.com/asynkron/protoactor-go/remote"}},
		"test kit is for tests":       {Path: "cmd/rollcall", Imports: []string{module + "system/testkit"}},
		"tests stay out":              {Path: "system/sim", Imports: []string{"testing"}},
		"arrows never turn round: cm": {Path: "actors", Imports: []string{module + "system/secret"}},
	}

	for why, p := range planted {
		t.Run(why, func(t *testing.T) {
			t.Parallel()

			found := archtest.Violations([]archtest.Package{p})
			require.Len(t, found, 1)
			assert.Contains(t, found[0], why)
		})
	}
}

// tree lists the packages of the module with the imports of their non-test files.
func tree(t *testing.T) []archtest.Package {
	t.Helper()

	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", archtest.Module+"...").Output()
	require.NoError(t, err)

	var packages []archtest.Package

	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var listed struct {
			ImportPath string
			Imports    []string
		}

		if err := decoder.Decode(&listed); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			require.NoError(t, err)
		}

		packages = append(packages, archtest.Package{
			Path:    strings.TrimPrefix(listed.ImportPath, archtest.Module),
			Imports: listed.Imports,
		})
	}
}

// Package archtest holds the rules of the house as code: which room may import which. A test checks the tree against them, and checks that
// each rule bites.
package archtest

import (
	"fmt"
	"slices"
	"strings"
)

// Module is the path every room's import path starts with.
const Module = "github.com/rollcall-go/rollcall/"

// Package is one package of the tree: its path below the module, and what its non-test files import.
type Package struct {
	Path    string
	Imports []string
}

// layers in the direction of knowledge: a room may import rooms of its own layer's kind only where a rule below says so, and of later ones.
func layerOf(path string) int {
	top, _, _ := strings.Cut(path, "/")

	return slices.Index([]string{"cmd", "examples", "system", "actors", "messages"}, top)
}

// Violations returns every import that breaks a rule, and every package that has no layer.
func Violations(packages []Package) []string {
	var found []string

	for _, p := range packages {
		if layerOf(p.Path) < 0 {
			found = append(found, p.Path+": belongs to no layer: cmd, examples, system, actors or messages")

			continue
		}

		for _, imported := range p.Imports {
			if why := forbidden(p.Path, imported); why != "" {
				found = append(found, fmt.Sprintf("%s imports %s: %s", p.Path, imported, why))
			}
		}
	}

	return found
}

// forbidden returns why a package may not import another, or nothing.
func forbidden(from, imported string) string {
	ours, isOurs := strings.CutPrefix(imported, Module)

	switch {
	case isOurs && layerOf(ours) < layerOf(from):
		return "arrows never turn round: cmd → system → actors → messages"
	case !isOurs:
		return forbiddenLibrary(from, imported)
	case strings.HasPrefix(from, "cmd/") && !strings.HasPrefix(ours, "cmd/") && strings.Contains(ours, "/internal/"):
		return "cmd imports only public packages: what the binary can do, an embedder can do"
	case strings.HasPrefix(from, "actors/") && strings.HasPrefix(ours, "actors/") && !strings.HasPrefix(ours, "actors/internal/"):
		return "an actor never imports another: a parent gets its children's props injected"
	case from == "system" && strings.HasPrefix(ours, "system/"):
		return "the embedding facade stays light: adapters and configuration are not below it"
	case adapterOf(from) != "" && adapterOf(ours) != "" && adapterOf(from) != adapterOf(ours):
		return "an adapter never imports another adapter"
	case adapterOf(ours) != "" && adapterOf(ours) == adapterOf(from) && ours == adapterOf(ours):
		return "an adapter's inner packages do not know the one that puts them together"
	case adapterOf(from) != "" && slices.Contains(composers(), ours):
		return "an adapter fills a port; it does not know who composes it"
	case from == "system/catalog" && (adapterOf(ours) != "" || slices.Contains(composers(), ours)):
		return "the catalogue is data: who plays it, asks it or configures it knows it, not the other way round"
	case (from == "system/api" || from == "system/client") && !slices.Contains(spoken(), ours):
		return "whoever speaks with a service from outside takes its words along, and nothing of what is behind them"
	case ours == testKit:
		return "the test kit is for tests"
	default:
		return ""
	}
}

// testKit may import what only tests may import.
const testKit = "system/testkit"

// composers put adapters together, and know them all.
func composers() []string {
	return []string{"system", "system/config", "system/service", "system/rehearsal"}
}

// spoken are the words of a service, for programs that are not one.
func spoken() []string { return []string{"messages", "system/api", "system/secret"} }

// adapterOf returns the adapter that a room belongs to: a room, with all the rooms below it, that puts a real thing behind a port. It is empty
// for other rooms.
func adapterOf(path string) string {
	for _, adapter := range []string{
		"system/feed", "system/store", "system/auditlog", "system/sim", "system/gateway", "system/metrics", "system/tracing",
	} {
		if path == adapter || strings.HasPrefix(path, adapter+"/") {
			return adapter
		}
	}

	return ""
}

// forbiddenLibrary keeps third parties where they belong.
func forbiddenLibrary(from, imported string) string {
	host, _, _ := strings.Cut(imported, "/")
	thirdParty := strings.Contains(host, ".")

	switch {
	case from != testKit && (imported == "testing" || strings.HasPrefix(imported, "testing/") || strings.HasPrefix(imported, "github.com/stretchr/")):
		return "tests stay out of the programs"
	case !thirdParty:
		return ""
	case from == "messages" && imported != "github.com/shopspring/decimal":
		return "messages know the standard library and the decimal type only"
	case (from == "actors" || strings.HasPrefix(from, "actors/")) && !slices.Contains(actorLibraries(), imported):
		return "actors know the runtime and the logger only"
	case from == "system" && !slices.Contains(facadeLibraries(), imported):
		return "the embedding facade is light to import"
	case strings.HasPrefix(imported, "github.com/asynkron/protoactor-go/remote"),
		strings.HasPrefix(imported, "github.com/asynkron/protoactor-go/cluster"):
		return "remote and cluster bring an unauthenticated port and many megabytes"
	default:
		return ""
	}
}

func actorLibraries() []string {
	return []string{"github.com/asynkron/protoactor-go/actor", "github.com/sirupsen/logrus"}
}

func facadeLibraries() []string {
	return []string{
		"github.com/asynkron/protoactor-go/actor", "github.com/sirupsen/logrus", "github.com/sirupsen/logrus/hooks/slog",
	}
}

//go:build !race

package dashboard_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// finding is what axe says is wrong for somebody.
type finding struct {
	ID, Impact, Help string
	Nodes            []struct{ HTML, FailureSummary string }
}

// accessible has axe-core look at every page, in light and dark. Serious and critical findings are failures.
func accessible(t *testing.T, b *tab) {
	t.Helper()

	file := os.Getenv("ROLLCALL_AXE")
	if file == "" {
		if found, err := filepath.Glob(filepath.Join("..", "..", "..", ".cache", "axe-*", "axe.min.js")); err == nil && len(found) > 0 {
			file = found[len(found)-1]
		}
	}

	if file == "" {
		t.Skip("there is no axe-core: run 'make axe', or name its axe.min.js in ROLLCALL_AXE")
	}

	axe, err := os.ReadFile(file)
	require.NoError(t, err)

	script[chromedp.Void](t, b, string(axe))

	const (
		all     = `{resultTypes: ["violations"]}`
		colours = `{resultTypes: ["violations"], runOnly: ["color-contrast", "link-in-text-block"]}`
	)

	for scheme, options := range map[string]string{"light": all, "dark": colours} { // what else there is, both have
		b.prefer(t, scheme)

		for _, place := range places() {
			b.visit(t, place)
			b.await(t, `document.querySelector(".strip")`)

			for _, f := range script[[]finding](t, b, `axe.run(document, `+options+`).then((r) => r.violations)`) {
				if f.Impact == "serious" || f.Impact == "critical" {
					assert.Fail(t, "not accessible", "%s in %s: %s: %s\n%+v", place, scheme, f.ID, f.Help, f.Nodes)
				}
			}
		}
	}
}

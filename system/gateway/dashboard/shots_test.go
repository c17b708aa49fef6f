//go:build !race

package dashboard_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/sim"
)

// TestScreenshots makes the pictures of the README in the directory ROLLCALL_SCREENSHOTS, as 'make screenshots' does: a desk whose fixing takes
// too long now and then, in light and dark.
func TestScreenshots(t *testing.T) {
	t.Parallel()

	dir := os.Getenv("ROLLCALL_SCREENSHOTS")
	if dir == "" {
		t.Skip("ROLLCALL_SCREENSHOTS names no directory: 'make screenshots' does")
	}

	chrome := newBrowser(t)
	s := newStage(t, plan{every: time.Second, deadline: 500 * time.Millisecond})
	require.NoError(t, s.sim.SetLatency("equities", 310*time.Millisecond, 60*time.Millisecond))
	require.NoError(t, s.sim.SetLatency("metals", 240*time.Millisecond, 40*time.Millisecond))

	b := chrome.open(t, s.url)
	b.do(t, chromedp.EmulateViewport(1360, 536))
	b.await(t, round+" >= 25")
	require.NoError(t, s.sim.SetFault("fixing", sim.Fault{Kind: sim.Hang}))
	b.see(t, "fixing", "timeout")

	for _, scheme := range []string{"light", "dark"} {
		b.prefer(t, scheme)
		b.await(t, `document.querySelector("#round-title").parentElement.innerText.includes("running")`)
		b.await(t, `/partial[^]*timeout/.test(document.querySelector("#round-title").closest("section").innerText)`)
		b.shoot(t, filepath.Join(dir, "dashboard-"+scheme+".png"))
	}
}

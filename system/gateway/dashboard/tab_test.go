//go:build !race

package dashboard_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// browser is a browser that runs.
type browser struct {
	ctx context.Context //nolint:containedctx // it is the browser
}

// newBrowser starts a browser for a test and those within it; without one the test is skipped.
func newBrowser(t *testing.T) browser {
	t.Helper()

	path := chromium()
	if path == "" {
		t.Skip("there is no Chromium: install it, or name it in ROLLCALL_CHROMIUM")
	}

	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU)
	allocator, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	ctx, leave := chromedp.NewContext(allocator)

	t.Cleanup(func() {
		leave()
		stop()
	})
	require.NoError(t, chromedp.Do(ctx))

	return browser{ctx}
}

// chromium is the browser's program; empty if there is none.
func chromium() string {
	for _, name := range []string{os.Getenv("ROLLCALL_CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "chrome-headless-shell"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}

	return ""
}

// tab is a page in a browser that remembers every complaint: errors and warnings on the console, exceptions, what the content policy stopped,
// and scripts that got in.
type tab struct {
	ctx context.Context //nolint:containedctx // it is the tab

	mu         sync.Mutex
	complaints []string
}

// watchdog reports on the console, where the tab hears it, what nothing else says.
const watchdog = `addEventListener("securitypolicyviolation", (e) => console.error("content policy:", e.violatedDirective, e.blockedURI, e.sourceFile));
window.alert = (text) => console.error("a script got in:", text);`

// open opens a page in a tab of its own. At the end of the test nothing must have been wrong with it, but what is tolerated.
func (w browser) open(t *testing.T, url string, tolerated ...string) *tab {
	t.Helper()

	ctx, leave := chromedp.NewContext(w.ctx)
	b := &tab{ctx: ctx}
	console := chromedp.Console(ctx)
	done := make(chan struct{})

	go func() {
		defer close(done)

		for message, err := range console {
			if err != nil {
				return
			}

			switch message.Type {
			case chromedp.ConsoleError, chromedp.ConsoleWarning, chromedp.ConsoleException:
				b.complain(fmt.Sprintf("%s: %s %s", message.Type, message.Text, message.URL))
			default:
			}
		}
	}()

	t.Cleanup(func() {
		b.keep(t, fileName(t.Name()))
		leave()
		<-done
		assert.Empty(t, b.heard(tolerated...), "the console")
	})

	b.do(t, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watchdog})

		return err
	}), chromedp.EmulateViewport(1440, 900), chromedp.Navigate(url))

	return b
}

// fileName is a test's name as a file may have it.
func fileName(name string) string { return strings.NewReplacer("/", "-", " ", "-").Replace(name) }

func (b *tab) complain(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()

	if !slices.Contains(b.complaints, text) {
		b.complaints = append(b.complaints, text)
	}
}

// heard are the complaints but those that hold one of the tolerated texts.
func (b *tab) heard(tolerated ...string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()

	var found []string

	for _, complaint := range b.complaints {
		fine := false
		for _, text := range tolerated {
			fine = fine || strings.Contains(complaint, text)
		}

		if !fine {
			found = append(found, complaint)
		}
	}

	return found
}

func (b *tab) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()

	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()

	require.NoError(t, chromedp.Do(ctx, steps...))
}

// click clicks on what a CSS selector finds.
func (b *tab) click(t *testing.T, selector string) {
	t.Helper()
	b.do(t, chromedp.Click(chromedp.CSS(selector)))
}

// script is the value of an expression in the page.
func script[T any](t *testing.T, b *tab, expression string) T {
	t.Helper()

	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()

	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	require.NoError(t, err, expression)

	return value
}

// await waits until an expression in the page is true. One that fails is not true yet.
func (b *tab) await(t *testing.T, expression string) {
	t.Helper()

	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()

	for end := time.Now().Add(patience); time.Now().Before(end); <-ticker.C {
		if script[bool](t, b, "(() => { try { return Boolean("+expression+"); } catch { return false; } })()") {
			return
		}
	}

	b.keep(t, "failed-"+fileName(t.Name()))
	require.Fail(t, "did not become true in time", "%s\n%s", expression, script[string](t, b, "document.body.innerText"))
}

// see waits until a table's row says something. The row is that whose head is the name; what it says matches the expression.
func (b *tab) see(t *testing.T, name, pattern string) {
	t.Helper()
	b.await(t, fmt.Sprintf(`/%s/.test([...document.querySelectorAll("main tbody tr")].filter((r) => r.querySelector("th")?.innerText.trim() === %q).map((r) => r.innerText).join(" "))`, pattern, name))
}

// visit goes to one of the dashboard's pages.
func (b *tab) visit(t *testing.T, place string) {
	t.Helper()
	script[string](t, b, fmt.Sprintf(`location.hash = %q`, "#/"+place))
	b.await(t, `document.querySelector("main h1") && !document.querySelector("main .state .pulse")`)
}

// press types a key as somebody would who is not in a field.
func (b *tab) press(t *testing.T, keys string) {
	t.Helper()
	b.do(t, chromedp.KeyEvent(keys))
}

// prefer sets what the system says of the theme.
func (b *tab) prefer(t *testing.T, scheme string) {
	t.Helper()
	b.do(t, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})

		return err
	}))
}

// keep writes what is to be seen into the directory ROLLCALL_ARTEFACTS, where there is one.
func (b *tab) keep(t *testing.T, name string) {
	t.Helper()

	if dir := os.Getenv("ROLLCALL_ARTEFACTS"); dir != "" && b.ctx.Err() == nil {
		b.shoot(t, filepath.Join(dir, name+".png"))
	}
}

// shoot writes what is to be seen into a file.
func (b *tab) shoot(t *testing.T, file string) {
	t.Helper()

	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()

	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o750))
	require.NoError(t, os.WriteFile(file, picture, 0o600))
}

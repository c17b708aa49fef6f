//go:build !race

package dashboard_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"

	"github.com/rollcall-go/rollcall/system/sim"
)

const (
	deskToken  = "desk-token-0123456789abcdef"
	adminToken = "admin-token-0123456789abcdef"
)

// tokens are lines of the http block: one reader who may see forex only, and an admin.
const tokens = `  tokens:
    desk: {token: ` + deskToken + `, role: read, classes: [forex]}
    ops: {token: ` + adminToken + `, role: admin}
`

// X01: the page asks for the token, keeps it for the tab only, and shows what it entitles to.
func TestLogin(t *testing.T) {
	t.Parallel()

	chrome, s := newBrowser(t), newStage(t, plan{http: tokens})
	b := chrome.open(t, s.url, "401")
	enter := func(token string) {
		b.await(t, `document.activeElement.id === "token"`)
		script[string](t, b, `document.activeElement.value = ""`)
		b.press(t, token+kb.Enter)
	}

	enter("no token, and not like one: é")
	b.await(t, `document.querySelector("[role=alert]")?.innerText.includes("letters, digits")`)
	enter("this-is-no-token-at-all")
	b.await(t, `document.querySelector("[role=alert]")?.innerText.includes("does not accept")`)
	assert.Empty(t, script[string](t, b, `sessionStorage.getItem("rollcall.token") ?? ""`), "what is not accepted is not kept")

	enter(deskToken)
	b.see(t, "EUR/USD", "good")
	assert.Equal(t, 3, script[int](t, b, `document.querySelectorAll(".price-grid tbody tr").length`), "forex has three instruments")
	assert.False(t, script[bool](t, b, `document.body.innerText.includes("AAPL") || document.body.innerText.includes("Run now")`))
	b.visit(t, "vendors")
	b.see(t, "fixing", "ok")
	assert.Equal(t, 0, script[int](t, b, `document.querySelectorAll(".steer button").length`), "a reader steers nobody")

	assert.NotContains(t, script[string](t, b, `location.href + JSON.stringify(localStorage) + document.cookie + document.documentElement.outerHTML`), deskToken)
	assert.NotContains(t, script[string](t, b, `performance.getEntriesByType("resource").map((e) => e.name).join(" ")`), deskToken)

	b.do(t, chromedp.Reload())
	b.see(t, "fixing", "ok")

	b.do(t, chromedp.Click(`//button[text()="Log out"]`))
	b.await(t, `document.querySelector("form") && !document.body.innerText.includes("fixing")`)
	enter(adminToken)
	b.see(t, "equities", "Pause")
}

// X07, P17: names with markup in them are text wherever they stand.
func TestHostileNamesAreInert(t *testing.T) {
	t.Parallel()

	hostile := []string{
		`<img/src=x/onerror=alert(1)>`, `"><script>alert(2)</script>`, `{{constructor}}`, `javascript:alert(3)`, `__proto__`, `'style='color:red`, `a/b?c#d`, `%2e%2e`,
	}

	var instruments []sim.Instrument
	for _, name := range hostile {
		instruments = append(instruments, sim.Instrument{Symbol: name, Start: "1.50"})
	}

	chrome := newBrowser(t)
	s := newStage(t, plan{vendors: []sim.Vendor{
		{Name: "odd", Class: "odd", Instruments: instruments, Walk: "0.05"},
		{Name: "broken", Class: "plain", Instruments: []sim.Instrument{{Symbol: "A", Start: "1.00"}}, Faults: []sim.Fault{
			{Kind: sim.Body, Body: `<script>alert(4)</script>`},
		}},
	}})
	b := chrome.open(t, s.url)

	for _, name := range hostile {
		b.await(t, fmt.Sprintf(`[...document.querySelectorAll("main tbody th a")].some((a) => a.innerText === %q)`, name))
	}

	for _, name := range hostile {
		b.visit(t, "overview")
		b.await(t, fmt.Sprintf(`[...document.querySelectorAll("main tbody th a")].find((a) => a.innerText === %q)?.click() ?? true`, name))
		b.await(t, fmt.Sprintf(`document.querySelector("h1").innerText === %q && document.querySelector(".chart canvas")`, name))
	}

	for _, place := range []string{"vendors", "vendor/odd", "vendor/broken", "record", "actors"} {
		b.visit(t, place)
	}

	assert.Equal(t, 0, script[int](t, b, `document.querySelectorAll("main img, main script, main b, main [style*=red]").length`))
}

// A04: the page says that the service is gone, comes back by itself, and goes on where it was.
func TestTheServiceGoesAndComes(t *testing.T) {
	t.Parallel()

	dir := filepath.Join(t.TempDir(), "data")
	chrome, s := newBrowser(t), newStage(t, plan{dir: dir})
	b := chrome.open(t, s.url, "ERR_", "503")
	b.see(t, "AAPL", "good")
	s.end(t)
	b.await(t, `document.querySelector(".link").innerText.includes("disconnected")`)

	seen := script[int](t, b, round)
	newStage(t, plan{dir: dir, listen: s.Addr().String()})
	b.await(t, `document.querySelector(".link").innerText.includes("live")`)
	b.await(t, fmt.Sprintf("%s > %d", round, seen))
	b.see(t, "AAPL", "good")
}

// With ten thousand instruments the document holds those in sight, and the filter finds any.
func TestTenThousandInstruments(t *testing.T) {
	t.Parallel()

	var instruments []sim.Instrument
	for i := range 10_000 {
		instruments = append(instruments, sim.Instrument{Symbol: fmt.Sprintf("SYM-%05d", i), Start: "100.25"})
	}

	chrome := newBrowser(t)
	s := newStage(t, plan{vendors: []sim.Vendor{{Name: "all", Class: "many", Instruments: instruments, Walk: "0.05"}}, every: 5 * time.Second, deadline: 4 * time.Second})
	b := chrome.open(t, s.url)
	b.see(t, "SYM-00000", "good")
	assert.Less(t, script[int](t, b, `document.querySelectorAll("main tr").length`), 150)
	assert.Equal(t, "10001", script[string](t, b, `document.querySelector(".price-grid").getAttribute("aria-rowcount")`))

	script[any](t, b, `scrollTo(0, document.body.scrollHeight)`)
	b.see(t, "SYM-09999", "good")
	script[any](t, b, `scrollTo(0, 0)`)
	b.do(t, chromedp.SendKeys(chromedp.CSS("#filter"), "sym-0777"))
	b.see(t, "SYM-07777", "good")
	assert.Equal(t, 10, script[int](t, b, `document.querySelectorAll(".price-grid tbody tr").length`))
}

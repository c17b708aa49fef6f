//go:build !race

package dashboard_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/sim"
)

// round is the number of the newest round that the page shows.
const round = `Number(document.querySelector(".strip .big")?.innerText.replace(/\D/g, "") ?? 0)`

// TestInABrowser drives the page in a real browser, served by a whole service with simulated vendors.
func TestInABrowser(t *testing.T) { //nolint:tparallel // its parts share a service and follow one another
	t.Parallel()

	chrome, s := newBrowser(t), newStage(t, plan{})

	t.Run("rounds pass", func(t *testing.T) {
		b := chrome.open(t, s.url)
		b.see(t, "AAPL", "good")
		b.see(t, "GBP/USD", `1\.\d{5}`)

		seen := script[int](t, b, round)
		b.await(t, fmt.Sprintf("%s > %d + 2", round, seen))
		b.see(t, "AAPL", "[▲▼]")
		b.await(t, `document.querySelectorAll(".price-grid .spark path").length > 4`)
		b.await(t, `[...document.querySelectorAll(".waterfall tbody tr")].length === 5`)
		b.await(t, `document.querySelector(".link").innerText.includes("live")`)
	})

	t.Run("a vendor hangs and comes back", func(t *testing.T) {
		b := chrome.open(t, s.url)
		b.see(t, "SILVER", "good")
		require.NoError(t, s.sim.SetFault("metals", sim.Fault{Kind: sim.Hang}))
		b.see(t, "SILVER", "insufficient|carried")
		b.see(t, "AAPL", "good")
		b.see(t, "metals", "timeout")
		b.await(t, `document.querySelector(".notes").innerText.includes("no answer")`)
		require.NoError(t, s.sim.ClearFaults("metals"))
		b.see(t, "SILVER", "good")
		b.see(t, "metals", "ok")
	})

	t.Run("from an instrument to its sources", func(t *testing.T) {
		b := chrome.open(t, s.url)
		b.see(t, "EUR/USD", "good")
		b.do(t, chromedp.Click(`//main//a[text()="EUR/USD"]`))
		b.await(t, `document.querySelector("h1").innerText === "EUR/USD" && location.hash === "#/instrument/EUR%2FUSD"`)
		b.see(t, "fixing", `ok.*1\.\d{5}.*\d\d:\d\d:\d\d\.\d{3}`)
		b.see(t, "interbank", `ok.*1\.\d{5}.*\d\d:\d\d:\d\d\.\d{3}`)
		b.await(t, `document.querySelector(".chart canvas")?.width > 400`)
		b.await(t, `document.querySelectorAll("main section:last-child tbody tr").length > 3`)
		b.do(t, chromedp.Click(`//main//a[text()="fixing"]`))
		b.await(t, `document.querySelector("h1").innerText === "fixing" && document.querySelector(".chart canvas")`)
	})

	t.Run("out of quarantine", func(t *testing.T) {
		b := chrome.open(t, s.url+"/#/vendors")
		b.see(t, "crypto", "running")
		s.crash.Store(true)
		b.see(t, "crypto", "quarantined.*tries in")
		s.crash.Store(false)
		b.click(t, `button[aria-label="Release crypto"]`)
		b.see(t, "crypto", "running[^]*ok")

		b.visit(t, "actors")
		b.await(t, `/crypto\s+fetcher\s+running[^]*index out of range/.test(document.querySelector(".tree").innerText)`)
		b.visit(t, "record")
		b.await(t, `document.querySelector(".record-grid").innerText.includes("quarantined")`)
	})

	t.Run("paused by someone who was asked twice", func(t *testing.T) {
		b := chrome.open(t, s.url+"/#/vendor/equities")
		b.click(t, `button[aria-label="Pause equities"]`)
		b.await(t, `document.querySelector("dialog[open]").innerText.includes("Pause equities?")`)
		b.click(t, `dialog .primary`)
		b.await(t, `document.querySelector(".title").innerText.includes("paused")`)
		b.click(t, `button[aria-label="Resume equities"]`)
		b.await(t, `document.querySelector(".title").innerText.includes("running")`)
	})

	t.Run("dark and light", func(t *testing.T) { themes(t, chrome.open(t, s.url)) })
	t.Run("on a phone", func(t *testing.T) { phone(t, chrome.open(t, s.url)) })
	t.Run("by keyboard", func(t *testing.T) { keyboard(t, chrome.open(t, s.url)) })
	t.Run("for everybody", func(t *testing.T) { accessible(t, chrome.open(t, s.url)) })
	t.Run("streams in pieces", func(t *testing.T) { pieces(t, chrome.open(t, s.url)) })
	t.Run("differences are exact", func(t *testing.T) { exact(t, chrome.open(t, s.url)) })
}

func themes(t *testing.T, b *tab) {
	t.Helper()

	const background = `getComputedStyle(document.body).backgroundColor`

	b.prefer(t, "light")
	light := script[string](t, b, background)
	b.prefer(t, "dark")
	dark := script[string](t, b, background)
	assert.NotEqual(t, light, dark)

	b.await(t, `document.querySelector(".theme")`)
	b.click(t, ".theme") // from what the system prefers to light
	assert.Equal(t, light, script[string](t, b, background))
	b.do(t, chromedp.Reload())
	assert.Equal(t, light, script[string](t, b, background), "it is remembered")
	b.await(t, `document.querySelector(".theme")`)
	b.click(t, ".theme")
	assert.Equal(t, dark, script[string](t, b, background))
	b.click(t, ".theme") // back to what the system prefers
}

// places are all pages.
func places() []string {
	return []string{"overview", "instrument/EUR%2FUSD", "vendors", "vendor/fixing", "rounds", "actors", "record", "service"}
}

func phone(t *testing.T, b *tab) {
	t.Helper()
	b.do(t, chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile))

	for _, place := range places() {
		b.visit(t, place)
		b.await(t, `document.querySelector(".strip")`)
		assert.LessOrEqual(t, script[int](t, b, `document.documentElement.scrollWidth`), 390, "%s is wider than the screen", place)
	}

	b.visit(t, "overview")
	b.see(t, "AAPL", "good[^]*\\d s")
}

func keyboard(t *testing.T, b *tab) {
	t.Helper()
	b.see(t, "AAPL", "good")
	b.press(t, "j")
	assert.Equal(t, "AAPL", script[string](t, b, `document.activeElement.innerText`))
	b.press(t, "/")
	b.await(t, `document.activeElement.id === "filter"`)
	script[string](t, b, `document.activeElement.value = ""`) // what types here sends "/" as a character, too, which no keyboard does
	b.press(t, "eur")
	b.await(t, `document.querySelectorAll(".price-grid tbody tr").length === 1`)
	b.press(t, kb.Escape)
	b.press(t, "2")
	b.await(t, `location.hash === "#/vendors" && document.activeElement.id === "main"`)
	b.press(t, "?")
	b.await(t, `document.querySelector("dialog[open]")`)
	b.press(t, kb.Escape)
	b.await(t, `!document.querySelector("dialog")`)
	b.press(t, "j")
	b.press(t, kb.Enter)
	b.await(t, `location.hash === "#/vendor/equities"`)
	b.press(t, kb.Escape)
	b.await(t, `location.hash === "#/vendors"`)
}

// pieces has the parser of streams read what a proxy has cut anywhere, and the page say what a stream says of itself.
func pieces(t *testing.T, b *tab) {
	t.Helper()

	stream := "retry: 2000\n\n: a comment\nid: 7\nevent: skipped\ndata: {\"from\":5,\r\ndata: \"to\":6,\"count\":2}\n\nevent: reset\ndata: {}\n\nevent: cut"
	found := script[[]map[string]string](t, b, fmt.Sprintf(module("sse")+`.then(({ EventParser }) => {
		const parser = new EventParser();
		return [...%q].flatMap((piece) => parser.feed(piece));
	})`, stream))

	require.Len(t, found, 2)
	assert.Equal(t, map[string]string{"type": "skipped", "id": "7", "data": "{\"from\":5,\n\"to\":6,\"count\":2}"}, found[0])
	assert.Equal(t, "reset", found[1]["type"])

	notes := script[[]string](t, b, module("model")+`.then((m) => [
		m.skipped(m.initial(), { from: 5, to: 6, count: 2 }), m.reset(m.initial(), { requested: 3 }),
	].map((changes) => changes.notes[0].text))`)
	assert.Equal(t, []string{"skipped 2 rounds (rounds 5 to 6)", "started afresh: round 3 is not kept any more"}, notes)
}

// module is an expression for one of the page's modules.
func module(name string) string {
	return fmt.Sprintf(`import(document.querySelector("script[type=module]").src.replace("main.js", "lib/%s.js"))`, name)
}

func exact(t *testing.T, b *tab) {
	t.Helper()

	for _, c := range []struct{ now, before, amount, percent string }{
		{"0.3", "0.1", "+0.2", "+200.00 %"},
		{"185.20", "185.3", "−0.10", "−0.05 %"},
		{"1.00001", "1.00000", "+0.00001", "+0.0010 %"},
		{"12345678901234567890.1", "12345678901234567890.0", "+0.1", "+0.0000 %"},
		{"7", "7.00", "0.00", "0.0000 %"},
	} {
		found := script[map[string]any](t, b, fmt.Sprintf(
			module("decimal")+`.then((m) => m.change(%q, %q))`, c.now, c.before))
		assert.Equal(t, c.amount, found["amount"], c)
		assert.Equal(t, c.percent, found["percent"], c)
	}
}

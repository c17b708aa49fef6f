package gateway_test

import (
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/gateway"
	"github.com/rollcall-go/rollcall/system/gateway/access"
)

var update = flag.Bool("update", false, "rewrite golden files")

// request is one of the golden file.
type request struct {
	token, method, target string
	headers               []string
}

// refusals are requests for every status there is, and for every mistake that a parameter can be. A06, X01–X04.
func refusals() []request {
	get := func(target string, headers ...string) request {
		return request{readToken, http.MethodGet, target, headers}
	}
	list := []request{
		get("/v1/snapshot"), get("/v1/snapshot?format=csv"), get("/v1/snapshots?limit=1"), get("/v1/vendors/public"), get("/healthz"),
		{adminToken, http.MethodPost, "/v1/vendors/shares/pause", nil},
		{readToken, http.MethodHead, "/v1/snapshot", nil},
		get("/v1/snapshot?after=3"), get("/v1/snapshot", "If-None-Match", "*"),

		get("/nothing"), get("/v1"), get("/v1/"), get("/v1/snapshot/"), get("/v1/snapshots/99"), get("/v1/snapshots/none"), get("/v1/vendors/nobody"),
		get("/v1/instruments/NOTHING"), get("/v1/instruments/EUR/USD"), get("/debug/pprof"), get("/.env"), get("/v1/../v1/snapshot"),
		{readToken, http.MethodPut, "/v1/snapshot", nil},
		{readToken, http.MethodPost, "/v1/vendors", nil},
		{readToken, http.MethodGet, "/v1/vendors/public/restart", nil},

		{"", http.MethodGet, "/v1/snapshot", nil},
		{"wrong-0123456789abcdef", http.MethodGet, "/v1/snapshot", nil},
		{readToken, http.MethodPost, "/v1/snapshot", nil},
		{adminToken, http.MethodPost, "/v1/vendors/shares/restart", nil},
		get("/v1/status", "Origin", "https://evil.example"), get("/v1/status", "Sec-Fetch-Site", "cross-site"),
		get("/v1/snapshot?" + strings.Repeat("x", access.MaxURL)),

		get("/v1/snapshot?colour=red"), get("/v1/snapshot?wait=soon"), get("/v1/snapshot?wait=2m"), get("/v1/snapshot?wait=-1s"), get("/v1/snapshot?after=-1"),
		get("/v1/snapshot?after=18446744073709551615"), get("/v1/snapshot?fields=secrets"), get("/v1/snapshot?format=xml"), get("/v1/snapshot?vendors=a,,b"),
		get("/v1/snapshot?instruments="), get("/v1/snapshot?%00=1"), get("/v1/snapshot?after=%00"), get("/v1/snapshot?a;b"), get("/v1/snapshot?after=%zz"),
		get("/v1/snapshot?after=1&after=2"), get("/v1/status?%3Cscript%3E=1"), get("/v1/snapshots?from=yesterday"),
		get("/v1/snapshots?from=2026-11-21T06:00:00+01:00"), get("/v1/snapshots?from=9999-01-01T00:00:00Z"),
		get("/v1/snapshots?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z"), get("/v1/snapshots?limit=0"), get("/v1/snapshots?limit=10001"),
		get("/v1/snapshots?limit=1e3"), get("/v1/snapshots?status=good"), get("/v1/snapshots?cursor=abc"), get("/v1/snapshots?cursor=AAAAAAAAAAMAAAAAAAAAAA"),
		get("/v1/instruments/EUR%2FUSD?sources=yes"), get("/v1/instruments/EUR%2FUSD?sources=true&format=csv"), get("/v1/audit?kind=,"),
		get("/v1/stream?mode=fast"), get("/v1/stream?after=now"), get("/v1/stream?wait=1s"), get("/v1/ws?events=yes"), get("/v1/ws"),
	}

	return list
}

// Every status code, every error's body and what the headers say, as they are. The file is read by people: a change in it is a change for clients.
func TestAnswersStayAsTheyAre(t *testing.T) {
	t.Parallel()

	c, s := newContract(t), newStage(t, 3)

	var text strings.Builder

	text.WriteString("# the headers of every answer, which are shown below only where one differs\n\n")

	for _, name := range slices.Sorted(maps.Keys(policyHeaders())) {
		fmt.Fprintf(&text, "< %s: %s\n", name, policyHeaders()[name])
	}

	text.WriteString("\n")

	for _, r := range refusals() {
		answer := s.ask(t, r.token, r.method, r.target, r.headers...)
		text.WriteString(shown(&r, answer))

		if r.target != "/v1/ws" { // what is no WebSocket is told so by the library, as text
			c.check(t, r.method, r.target, answer)
		}
	}

	empty := newStage(t, 0)
	r := request{readToken, http.MethodGet, "/v1/snapshot", nil}
	text.WriteString("# before the first snapshot\n\n" + shown(&r, empty.ask(t, r.token, r.method, r.target)))

	busy := newStage(t, 0, func(o *gateway.Options) { o.Access.Rate = access.Rate{PerSecond: 0.5, Burst: 1} })
	busy.ask(t, r.token, r.method, r.target)
	text.WriteString("# a second one at once, where one in two seconds is allowed\n\n" + shown(&r, busy.ask(t, r.token, r.method, r.target)))

	path := filepath.Join("testdata", "answers.txt")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o750))
		require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o600))
	}

	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), text.String(), "run 'make golden' and read the difference")
}

// policyHeaders are those that every answer has.
func policyHeaders() map[string]string {
	return map[string]string{
		"Cache-Control":                "no-store",
		"Content-Security-Policy":      "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Referrer-Policy":              "no-referrer",
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
	}
}

// shown is a request and its answer as people read it, without the headers of the policy where they are as they should be.
func shown(r *request, answer answered) string {
	var b strings.Builder

	fmt.Fprintf(&b, "> %s %s", r.method, cutLong(r.target))

	if role, _, is := strings.Cut(r.token, "-"); is {
		fmt.Fprintf(&b, " (token: %s)", role)
	}

	for i := 0; i < len(r.headers); i += 2 {
		fmt.Fprintf(&b, "\n> %s: %s", r.headers[i], r.headers[i+1])
	}

	fmt.Fprintf(&b, "\n< %d\n", answer.StatusCode)

	policy := policyHeaders()

	for _, name := range slices.Sorted(maps.Keys(policy)) {
		if answer.Header.Get(name) == "" {
			fmt.Fprintf(&b, "< (no %s)\n", name)
		}
	}

	for _, name := range slices.Sorted(maps.Keys(answer.Header)) {
		if value := strings.Join(answer.Header[name], ", "); name != "Date" && value != policy[name] {
			fmt.Fprintf(&b, "< %s: %s\n", name, value)
		}
	}

	body := strings.TrimSuffix(string(answer.body), "\n")
	if body != "" {
		fmt.Fprintf(&b, "\n%s\n", cutLong(body))
	}

	return b.String() + "\n"
}

func cutLong(text string) string {
	const enough = 400

	if len(text) > enough {
		return text[:enough] + "…"
	}

	return text
}

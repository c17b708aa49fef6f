package sim_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/sim"
)

// check says that a vendor with the fault does what the fault says, on the wire.
type check func(t *testing.T, r *rig)

// wireCase is a fault as text and its check.
type wireCase struct {
	fault string
	check check
}

func TestFaultsDoWhatTheySayOnTheWire(t *testing.T) {
	covered := make(map[sim.Kind]bool)

	for _, cases := range [][]wireCase{timeCases(), connectionCases(), statusCases(), documentCases(), priceCases(), symbolCases(), sizeCases(), headerCases()} {
		for _, c := range cases {
			fault, err := sim.ParseFault(c.fault)
			require.NoError(t, err, c.fault)

			covered[fault.Kind] = true

			t.Run(c.fault, func(t *testing.T) {
				vendor := vendorV(fault)
				vendor.Walk = ""
				c.check(t, newRig(t, sim.Settings{Vendors: []sim.Vendor{vendor}}))
			})
		}
	}

	for _, kind := range sim.Kinds() {
		assert.True(t, covered[kind] || kind.Pushed(), "no check for %s", kind)
	}
}

func timeCases() []wireCase { // N01, N02, N03, N04
	return []wireCase{
		{"latency=30ms", takes(30 * time.Millisecond)},
		{"jitter=30ms", takes(0)},
		{"freeze", func(t *testing.T, r *rig) { assert.Len(t, r.rows(t), 3) }},
		{"hang", silentAfter("")},
		{"stall", silentAfter("\r\n\r\n")},
		{"stall-body", silentAfter(`{"quotes":[{"symbol":"AAPL"`)},
		{"drip-body=20us", func(t *testing.T, r *rig) { assert.Len(t, r.rows(t), 3) }},
		{"drip-headers=20us", func(t *testing.T, r *rig) { assert.Len(t, r.rows(t), 3) }},
	}
}

func takes(least time.Duration) check {
	return func(t *testing.T, r *rig) {
		begin := time.Now()
		assert.Len(t, r.rows(t), 3)
		assert.GreaterOrEqual(t, time.Since(begin), least)
	}
}

// silentAfter reads up to a text and sees that no end follows.
func silentAfter(text string) check {
	return func(t *testing.T, r *rig) {
		conn := r.dial(t)
		require.NoError(t, r.Await(t.Context(), "v", 1))

		var seen strings.Builder
		for buffer := make([]byte, 1); !strings.Contains(seen.String(), text); {
			_, err := io.ReadFull(conn, buffer)
			require.NoError(t, err, seen.String())
			seen.Write(buffer)
		}

		require.NoError(t, conn.SetReadDeadline(time.Now().Add(30*time.Millisecond)))

		rest, err := io.ReadAll(conn)

		var timeout interface{ Timeout() bool }
		require.ErrorAs(t, err, &timeout)
		assert.True(t, timeout.Timeout())
		assert.NotContains(t, seen.String()+string(rest), "]}")
	}
}

func connectionCases() []wireCase { // N06
	return []wireCase{
		{"reset", endsWith("", syscall.ECONNRESET)},
		{"reset-body", endsWith(`"symbol":"AAPL"`, syscall.ECONNRESET)},
		{"eof", endsWith("", nil)},
		{"cut-body", endsWith(`"symbol":"AAPL"`, nil)},
	}
}

func endsWith(part string, want error) check {
	return func(t *testing.T, r *rig) {
		text, err := r.wire(t)

		assert.Contains(t, text, part)
		assert.NotContains(t, text, "]}")
		assert.Equal(t, part == "", text == "")

		if want == nil {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, want)
		}
	}
}

func statusCases() []wireCase { // N14, N15, N16, N17, N21
	return []wireCase{
		{"status", answers(500, "application/json", `"simulated status 500"`)},
		{"status=404", answers(404, "application/json", "404")},
		{"status=204", answers(204, "", "")},
		{`status=503 body="busy now" retry-after=1500ms`, func(t *testing.T, r *rig) {
			response, body := r.get(t, r.url())
			assert.Equal(t, "2", response.Header.Get("Retry-After"))
			assert.Equal(t, "busy now", body)
		}},
		{"flap=1h/1h", func(t *testing.T, r *rig) { assert.Len(t, r.rows(t), 3) }}, // its failing half has a test of its own
		{"html-status", answers(503, "text/html; charset=utf-8", "<html>")},
		{"html-status=502 retry-after=9s", answers(502, "text/html; charset=utf-8", "<html>")},
		{"error-body=200kB status=502", func(t *testing.T, r *rig) {
			response, body := r.get(t, r.url())
			assert.Equal(t, http.StatusBadGateway, response.StatusCode)
			assert.Len(t, body, 200_000)
		}},
		{"rate-limited=30s", func(t *testing.T, r *rig) {
			response, _ := r.get(t, r.url())
			assert.Equal(t, http.StatusTooManyRequests, response.StatusCode)
			assert.Equal(t, "30", response.Header.Get("Retry-After"))
		}},
		{"rate-limited-date=1h", func(t *testing.T, r *rig) {
			response, _ := r.get(t, r.url())
			assert.Equal(t, http.StatusTooManyRequests, response.StatusCode)

			at, err := http.ParseTime(response.Header.Get("Retry-After"))
			require.NoError(t, err)
			assert.WithinDuration(t, time.Now().Add(time.Hour), at, patience)
		}},
		{"redirect=http://169.254.169.254/latest", redirectsTo("http://169.254.169.254/latest")},
		{"redirect-loop", redirectsTo("/v1/v/quotes?symbols=")},
		{"redirect-chain=3", followed},
		{"bad-location", redirectsTo("http://[::1/%zz")},
	}
}

func answers(status int, contentType, part string) check {
	return func(t *testing.T, r *rig) {
		response, body := r.get(t, r.url())
		assert.Equal(t, status, response.StatusCode)
		assert.Equal(t, contentType, response.Header.Get("Content-Type"))
		assert.Contains(t, body, part)
	}
}

func redirectsTo(target string) check {
	return func(t *testing.T, r *rig) {
		text := readHead(t, r)
		assert.Contains(t, text, "HTTP/1.1 302 Found\r\n")

		if strings.HasPrefix(target, "/") {
			target, _, _ = strings.Cut(target, "?")
		}

		assert.Contains(t, text, "Location: "+target)
	}
}

// readHead returns the status line and headers as they are on the wire.
func readHead(t *testing.T, r *rig) string {
	t.Helper()

	var text strings.Builder

	for lines := bufio.NewReader(r.dial(t)); !strings.HasSuffix(text.String(), "\r\n\r\n"); {
		line, err := lines.ReadString('\n')
		require.NoError(t, err)
		text.WriteString(line)
	}

	return text.String()
}

func followed(t *testing.T, r *rig) {
	target := r.url("AAPL")

	for step := range 3 {
		response, _ := r.get(t, target)
		require.Equal(t, http.StatusFound, response.StatusCode, "step %d", step)

		target = r.URL() + response.Header.Get("Location")
	}

	_, body := r.get(t, target)
	assert.Len(t, parseRows(t, body), 1)
}

func sizeCases() []wireCase { // N07, N08, N09, N10, N11
	return []wireCase{
		{"endless", atLeast(8 << 20)},
		{"endless-slow=1ms", atLeast(2 << 10)},
		{"huge-length", func(t *testing.T, r *rig) { assert.Contains(t, readHead(t, r), "Content-Length: 1099511627776\r\n") }},
		{"long-string=3000000", func(t *testing.T, r *rig) {
			_, body := r.get(t, r.url())
			assert.Equal(t, 3_000_000, strings.Count(body, "a"))
		}},
		{"gzip", func(t *testing.T, r *rig) { assert.Len(t, parseRows(t, string(unpacked(t, r))), 3) }},
		{"gzip-bomb=64MiB", func(t *testing.T, r *rig) {
			response, body := r.get(t, r.url())
			assert.Equal(t, "gzip", response.Header.Get("Content-Encoding"))
			assert.Less(t, len(body), 1<<20)

			n, err := io.Copy(io.Discard, gunzip(t, body))
			require.NoError(t, err)
			assert.Greater(t, n, int64(64<<20))
		}},
		{"gzip-corrupt", brokenGzip},
		{"gzip-cut", brokenGzip},
		{"gzip-plain", func(t *testing.T, r *rig) {
			response, body := r.get(t, r.url())
			assert.Equal(t, "gzip", response.Header.Get("Content-Encoding"))
			assert.Len(t, parseRows(t, body), 3)
		}},
		{"unknown-encoding", func(t *testing.T, r *rig) {
			response, _ := r.get(t, r.url())
			assert.Equal(t, "x-simulated", response.Header.Get("Content-Encoding"))
		}},
	}
}

// atLeast reads so much of a body that has no end.
func atLeast(size int64) check {
	return func(t *testing.T, r *rig) {
		_, err := r.read(t.Context(), r.url(), func(body io.Reader) error {
			_, err := io.CopyN(io.Discard, body, size)

			return err
		})
		require.NoError(t, err)
	}
}

func unpacked(t *testing.T, r *rig) []byte {
	t.Helper()

	response, body := r.get(t, r.url())
	assert.Equal(t, "gzip", response.Header.Get("Content-Encoding"))

	plain, err := io.ReadAll(gunzip(t, body))
	require.NoError(t, err)

	return plain
}

func gunzip(t *testing.T, body string) io.Reader {
	t.Helper()

	reader, err := gzip.NewReader(strings.NewReader(body))
	require.NoError(t, err)

	return reader
}

func brokenGzip(t *testing.T, r *rig) {
	_, body := r.get(t, r.url())

	_, err := io.ReadAll(gunzip(t, body))
	require.Error(t, err)
}

func headerCases() []wireCase { // N12, N13
	return []wireCase{
		{"many-headers=200kB", func(t *testing.T, r *rig) {
			text := readHead(t, r)
			assert.Greater(t, len(text), 200_000)
			assert.Greater(t, strings.Count(text, "\r\nX-Filler-"), 1000)
		}},
		{"huge-header=200kB", func(t *testing.T, r *rig) { assert.Equal(t, 200_000, longestRun(readHead(t, r))) }},
		{"endless-hints", func(t *testing.T, r *rig) {
			hints := make([]byte, 1<<20)
			_, err := io.ReadFull(r.dial(t), hints)
			require.NoError(t, err)
			assert.Greater(t, bytes.Count(hints, []byte("HTTP/1.1 103 Early Hints")), 1000)
		}},
		{"bad-status-line", onWire("HTTP/1.1 two hundred OK\r\n")},
		{"http09", onWire(`{"quotes":[`)},
		{"two-lengths", refused("Content-Length: 7\r\nContent-Length: ")},
		{"negative-length", refused("Content-Length: -")},
		{"bad-chunk", refused("Transfer-Encoding: chunked\r\n\r\nxyz\r\n")},
	}
}

func longestRun(text string) int {
	longest, run := 0, 0
	for i := range len(text) {
		if text[i] != 'a' {
			run = 0

			continue
		}

		run++
		longest = max(longest, run)
	}

	return longest
}

// onWire sees the text first on the wire.
func onWire(prefix string) check {
	return func(t *testing.T, r *rig) {
		text, err := r.wire(t)
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(text, prefix), text)
	}
}

// refused sees the text on the wire, and that Go's client refuses it.
func refused(part string) check {
	return func(t *testing.T, r *rig) {
		text, err := r.wire(t)
		require.NoError(t, err)
		assert.Contains(t, text, part)

		_, _, err = r.ask(t.Context(), r.url())
		require.Error(t, err)
	}
}

func TestFlapIsFineThenFailsThenFine(t *testing.T) { // N21
	r := newRig(t, sim.Settings{Vendors: []sim.Vendor{vendorV(sim.Fault{Kind: sim.Flap, Up: 150 * time.Millisecond, Down: 150 * time.Millisecond})}})

	var phases []string

	require.Eventually(t, func() bool {
		response, _ := r.get(t, r.url())
		if status := strconv.Itoa(response.StatusCode); len(phases) == 0 || phases[len(phases)-1] != status {
			phases = append(phases, status)
		}

		return len(phases) == 3
	}, patience, time.Millisecond)

	assert.Contains(t, []string{"200 500 200", "500 200 500"}, strings.Join(phases, " "))
}

package feed_test

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/secret"
)

// kinds are definitions of X that go each through another part of the engine, with an answer that they can read.
func kinds() map[string]struct {
	change func(d *feed.Definition)
	answer string
} {
	return map[string]struct {
		change func(d *feed.Definition)
		answer string
	}{
		"expression": {func(d *feed.Definition) { d.Parse = feed.Parse{JQ: `.rows[] | {key: .s, price: .p}`} }, `{"rows":[{"s":"X","p":"185.20"}]}`},
		"csv":        {func(d *feed.Definition) { d.Parse = feed.Parse{Format: "csv", Key: "s", Price: "p"} }, "s,p\r\nX,185.20\r\n"},
		"xml": {
			func(d *feed.Definition) {
				d.Parse = feed.Parse{Format: "xml", JQ: `.kids[] | {key: .attr.s, price: .attr.p}`}
			}, `<?xml version="1.0"?><r><q s="X" p="185.20"/></r>`,
		},
		"ndjson": {func(d *feed.Definition) { d.Parse = feed.Parse{Format: "ndjson", Key: "s", Price: "p"} }, `{"s":"X","p":"185.20"}` + "\n"},
		"body":   {func(d *feed.Definition) { d.Body = `{s: $symbols}` }, good},
		"signed": {
			func(d *feed.Definition) {
				d.Auth.HMAC = spec.HMAC{Key: secret.New("k"), Message: secret.New("{now:unix}{target}"), Header: "X-Sign"}
			}, good,
		},
		"pages":       {func(d *feed.Definition) { d.Pages.Next = ".next?" }, good},
		"conditional": {func(d *feed.Definition) { d.Conditional = true }, good},
		"errors":      {func(d *feed.Definition) { d.Errors = []spec.Rule{{When: ".error", Outcome: "auth"}} }, good},
	}
}

func TestEveryKindReadsItsAnswer(t *testing.T) {
	t.Parallel()

	for name, kind := range kinds() {
		s := server(t, says(kind.answer))
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			succeeds(t, source(t, s.URL, kind.change))
		})
	}
}

// answering writes a text to a connection whose request has been read.
func answering(text string) func(*raw, net.Conn) {
	return func(v *raw, conn net.Conn) {
		v.write(conn, text)
		hold(conn)
	}
}

// The faults of a connection have the same outcome, at the same time, whatever a definition is like.
func TestFaultsOfConnections(t *testing.T) {
	t.Parallel()

	const (
		chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		sized   = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
	)

	faults := map[string]struct {
		serve func(v *raw, conn net.Conn)
		want  messages.Outcome
	}{
		"N01 no answer":   {func(_ *raw, conn net.Conn) { hold(conn) }, messages.OutcomeTimeout},
		"N02 half a body": {func(v *raw, conn net.Conn) { v.write(conn, sized+good); hold(conn) }, messages.OutcomeTimeout},
		"N03 slow body":   {func(v *raw, conn net.Conn) { v.write(conn, sized); v.forever(conn, " ", 10*time.Millisecond) }, messages.OutcomeTimeout},
		"N04 slow headers": {func(v *raw, conn net.Conn) {
			v.write(conn, "HTTP/1.1 200 OK\r\nX: ")
			v.forever(conn, "a", 10*time.Millisecond)
		}, messages.OutcomeTimeout},
		"N06 cut": {func(v *raw, conn net.Conn) { v.write(conn, sized+good) }, messages.OutcomeReset},
		"N07 endless": {func(v *raw, conn net.Conn) {
			v.write(conn, chunked+"ffffffff\r\n")
			v.forever(conn, strings.Repeat(" ", 4096), 0)
		}, messages.OutcomeTooLarge},
		"N08 endless and slow": {func(v *raw, conn net.Conn) {
			v.write(conn, chunked)
			v.forever(conn, "1\r\n \r\n", 10*time.Millisecond)
		}, messages.OutcomeTimeout},
		"N09 huge length": {func(v *raw, conn net.Conn) {
			v.write(conn, "HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\n")
			hold(conn)
		}, messages.OutcomeTooLarge},
		"N11 not gzip": {answering("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope"), messages.OutcomeMalformed},
		"N12 endless header": {func(v *raw, conn net.Conn) {
			v.write(conn, "HTTP/1.1 200 OK\r\nX: ")
			v.forever(conn, strings.Repeat("a", 4096), 0)
		}, messages.OutcomeTooLarge},
		"N13 not HTTP": {answering("HTTQ/9.9 yes\r\n\r\n"), messages.OutcomeMalformed},
		"N14 503":      {answering("HTTP/1.1 503 No\r\nContent-Length: 6\r\n\r\n<html>"), messages.OutcomeHTTPStatus},
		"N14 401":      {answering("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"), messages.OutcomeAuth},
		"N15 429":      {answering("HTTP/1.1 429 No\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n"), messages.OutcomeRateLimited},
		"N17 redirect": {answering("HTTP/1.1 302 No\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"), messages.OutcomeRedirect},
		"P01 HTML":     {answering("HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n<html></body>\n"), messages.OutcomeMalformed},
	}

	for name, kind := range kinds() {
		for fault, c := range faults {
			if fault == "P01 HTML" && name == "csv" {
				continue // it is a table of one column
			}

			t.Run(name+"/"+fault, func(t *testing.T) {
				t.Parallel()

				v := listen(t, func(v *raw, conn net.Conn) {
					if readRequest(conn) {
						c.serve(v, conn)
					}
				})
				deadline := plenty
				if c.want == messages.OutcomeTimeout {
					deadline = soon
				}

				fails(t, source(t, "http://"+v.address, kind.change), c.want, deadline, max(soon, time.Second))
			})
		}
	}
}

func TestRefusedConnectionOfEveryKind(t *testing.T) { // N17, N20
	t.Parallel()

	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())

	for name, kind := range kinds() {
		s := source(t, "http://"+listener.Addr().String(), kind.change)
		failure := fails(t, s, messages.OutcomeRefused, plenty, soon)
		assert.Contains(t, failure.Detail, "refused", name)

		fails(t, source(t, "http://127.0.0.1:1", kind.change, func(d *feed.Definition) { d.Client.AllowPrivate = false }), messages.OutcomeBlockedAddress, plenty, soon)
	}
}

// N21, N22: whatever failed before, the next answer that is good counts.
func TestRecoveryOfEveryKind(t *testing.T) {
	t.Parallel()

	for name, kind := range kinds() {
		asked := 0
		s := source(t, server(t, func(w http.ResponseWriter, r *http.Request) {
			asked++
			if asked%2 == 1 {
				w.WriteHeader(http.StatusInternalServerError)

				return
			}

			says(kind.answer)(w, r)
		}).URL, kind.change)

		for range 3 {
			failure := fails(t, s, messages.OutcomeHTTPStatus, plenty, time.Second)
			assert.True(t, strings.HasPrefix(failure.Detail, "500"), name)
			succeeds(t, s)
		}
	}
}

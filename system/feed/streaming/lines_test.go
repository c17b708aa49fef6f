package streaming_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/rollcall-go/rollcall/messages"
)

// lined is a definition of an HTTP stream made for one test; the URL is put in front of its query.
const lined = `
secrets: {token: abcdefgh}
symbols: {A: {symbol: a}, B: {symbol: b}}
client: {allow_private: true}
stream:
  max_frame: 1024
  headers: {Authorization: "Bearer {secret.token}"}
  query: {symbols: "{symbols}"}
  parse: {key: key, price: price}
  url: `

// send writes pieces of an answer, each on its own.
func send(t *testing.T, w http.ResponseWriter, pieces ...string) {
	t.Helper()

	for _, piece := range pieces {
		_, err := fmt.Fprint(w, piece)
		assert.NoError(t, err)
		assert.NoError(t, http.NewResponseController(w).Flush())
	}
}

func TestLinesAreMessages(t *testing.T) {
	t.Parallel()

	l := newListener()
	url := server(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "symbols=a%2Cb", strings.ReplaceAll(r.URL.RawQuery, ",", "%2C"))
		assert.Equal(t, "Bearer abcdefgh", r.Header.Get("Authorization"))
		assert.Empty(t, r.Header.Get("Accept-Encoding"))

		send(t, w, `{"key":"a",`, `"price":"1.10"}`+"\r\n"+`{"key":"b","pri`, `ce":"2.20"}`+"\n", "\n", "\r\n", `{"key":"a","price":"9.99"}`)
	})

	failure := play(t.Context(), t, lined+url, l)
	assert.Equal(t, messages.NewFailure(messages.OutcomeDisconnected, "the vendor ended the stream"), failure)

	a, _ := l.quote("A")
	b, _ := l.quote("B")
	assert.Equal(t, "1.10", a.Price.Text(), "a line that is not ended is never used")
	assert.Equal(t, "2.20", b.Price.Text())
	assert.EqualValues(t, 4, l.total().Messages, "empty lines are signs of life")
	assert.True(t, l.total().Ready)
}

func TestEventsAreMessages(t *testing.T) {
	t.Parallel()

	l := newListener()
	url := server(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		send(t, w, "retry: 1000\n\n: hello\n\nevent: price\nid: 7\ndata: {\"key\":\"a\",\n: in between\ndata: \"price\":\"1.10\"}\n\ndata:{\"key\":\"b\",\"price\":\"2.20\"}\r\n\r\n")
	})

	assert.Equal(t, messages.OutcomeDisconnected, play(t.Context(), t, lined+url, l).Outcome)

	a, _ := l.quote("A")
	b, _ := l.quote("B")
	assert.Equal(t, "1.10", a.Price.Text())
	assert.Equal(t, "2.20", b.Price.Text())
}

// N07, N14, N15, N16, N24: answers that are no stream, and lines that do not end.
func TestHostileLines(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		serve   func(t *testing.T, w http.ResponseWriter)
		outcome messages.Outcome
	}{
		"longest line": {func(t *testing.T, w http.ResponseWriter) {
			t.Helper()
			send(t, w, `{"x":"`+strings.Repeat("x", 1024-8)+`"}`+"\n")
		}, messages.OutcomeDisconnected},
		"long line": {func(t *testing.T, w http.ResponseWriter) {
			t.Helper()
			send(t, w, `{"x":"`+strings.Repeat("x", 1025)+`"}`+"\n")
		}, messages.OutcomeTooLarge},
		"endless line": {func(_ *testing.T, w http.ResponseWriter) {
			for range 10_000 {
				if _, err := fmt.Fprint(w, strings.Repeat("x", 1000)); err != nil {
					return
				}
			}
		}, messages.OutcomeTooLarge},
		"endless event": {func(_ *testing.T, w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/event-stream")

			for range 10_000 {
				if _, err := fmt.Fprint(w, "data: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"); err != nil {
					return
				}
			}
		}, messages.OutcomeTooLarge},
		"cut": {func(t *testing.T, w http.ResponseWriter) {
			t.Helper()
			send(t, w, "{}\n")
			panic(http.ErrAbortHandler)
		}, messages.OutcomeDisconnected},
		"packed": {func(_ *testing.T, w http.ResponseWriter) { w.Header().Set("Content-Encoding", "gzip") }, messages.OutcomeMalformed},
		"redirect": {func(_ *testing.T, w http.ResponseWriter) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(http.StatusFound)
		}, messages.OutcomeRedirect},
		"no content":   {func(_ *testing.T, w http.ResponseWriter) { w.WriteHeader(http.StatusNoContent) }, messages.OutcomeMalformed},
		"unauthorized": {func(_ *testing.T, w http.ResponseWriter) { w.WriteHeader(http.StatusUnauthorized) }, messages.OutcomeAuth},
		"too many":     {func(_ *testing.T, w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) }, messages.OutcomeRateLimited},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			url := server(t, func(w http.ResponseWriter, _ *http.Request) { test.serve(t, w) })

			failure := play(t.Context(), t, lined+url, newListener())
			assert.Equal(t, test.outcome, failure.Outcome, failure.Detail)
		})
	}
}

// N01, N02: an answer that hangs ends with the context, before and after its head.
func TestLinesThatHangEndWithTheContext(t *testing.T) {
	t.Parallel()

	for _, head := range []bool{false, true} {
		url := server(t, func(w http.ResponseWriter, r *http.Request) {
			if head {
				_, _ = fmt.Fprint(w, "{}\n{") // the other side may have left already
				_ = http.NewResponseController(w).Flush()
			}

			<-r.Context().Done()
		})

		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		failure := play(ctx, t, lined+url, newListener())

		cancel()
		assert.Equal(t, messages.OutcomeCancelled, failure.Outcome)
		assert.Less(t, time.Since(began), 2*time.Second)
	}
}

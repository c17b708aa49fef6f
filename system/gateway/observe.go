package gateway

import (
	"errors"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/gateway/problem"
)

// Request is one request that has been answered.
type Request struct {
	Route   string // the pattern of the resource, never what was asked for; empty if there is no such resource
	Method  string // GET, HEAD, POST, or other
	Status  int    // 101 for a WebSocket
	Elapsed time.Duration
}

// watch answers 500 where a handler panics, and tells of every request.
func (g *Gateway) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun, seen := time.Now(), &answer{ResponseWriter: w}

		defer func() {
			broken := g.recovered(recover(), seen, r)

			if g.options.Observe != nil {
				g.options.Observe(Request{Route: r.Pattern, Method: method(r.Method), Status: seen.status, Elapsed: time.Since(begun)})
			}

			if broken {
				panic(http.ErrAbortHandler) // the connection is cut: what was sent is not a whole answer
			}
		}()

		next.ServeHTTP(seen, r)

		seen.begun()
	})
}

// recovered logs what a handler panicked with, and answers if nothing was sent yet; else it reports true.
func (g *Gateway) recovered(cause any, seen *answer, r *http.Request) (broken bool) {
	if cause == nil {
		return false
	}

	if err, is := cause.(error); !is || !errors.Is(err, http.ErrAbortHandler) {
		g.options.Log.WithField("route", r.Pattern).WithField("panic", messages.CleanDetail(panicText(cause))).
			WithField("stack", string(debug.Stack())).Error("a request could not be answered")
	}

	if seen.status != 0 {
		return true
	}

	problem.Internal(seen, r)

	return false
}

func panicText(cause any) string {
	switch cause := cause.(type) {
	case error:
		return cause.Error()
	case string:
		return cause
	default:
		return "something that is no error"
	}
}

// method is a method as a label: one of few.
func method(name string) string {
	switch name {
	case http.MethodGet, http.MethodHead, http.MethodPost:
		return name
	default:
		return "other"
	}
}

// answer remembers the status that was sent. It unwraps, for http.ResponseController and for whoever takes over the connection.
type answer struct {
	http.ResponseWriter

	status int // 0 before the header
}

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 && (status >= http.StatusOK || status == http.StatusSwitchingProtocols) {
		a.status = status
	}

	a.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (a *answer) Write(p []byte) (int, error) {
	a.begun()

	return a.ResponseWriter.Write(p)
}

// FlushError sends what was written so far; see http.ResponseController.
func (a *answer) FlushError() error {
	a.begun()

	return http.NewResponseController(a.ResponseWriter).Flush()
}

// begun notes that the header is sent if it was not.
func (a *answer) begun() {
	if a.status == 0 {
		a.status = http.StatusOK
	}
}

// Unwrap returns what is below.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

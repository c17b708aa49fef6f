package access

import (
	"io"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/gateway/problem"
)

// What a request may be. No resource takes a body; a small one that a client sends out of habit is read and forgotten.
const (
	MaxURL     = 8 << 10         // bytes
	MaxBody    = 16 << 10        // bytes
	BodyWithin = 5 * time.Second // from its header to its end

	lingerWithin = time.Second // for the rest of what was refused
)

// Shape answers only requests of a shape that nobody between the client and here can understand in another way, and that are small.
func Shape(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case len(r.RequestURI) > MaxURL:
			cut(w, api.Problem{Status: http.StatusRequestURITooLong, Detail: "the URL is longer than 8 kB"})
		case len(r.TransferEncoding) > 0: // also where there was a Content-Length, which net/http drops without a word
			cut(w, api.Problem{Status: http.StatusBadRequest, Detail: "Transfer-Encoding is not accepted in requests"})
		case r.ContentLength > MaxBody:
			cut(w, api.Problem{Status: http.StatusRequestEntityTooLarge, Detail: "no resource takes a body"})
		case r.ContentLength > 0 && !drop(w, r):
			cut(w, api.Problem{Status: http.StatusRequestTimeout, Detail: "the body did not come in time"})
		case !plain(r):
			problem.NotFound(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// cut answers and ends the connection: what follows on it is not a request. The server would wait for the rest of the body, but for a deadline.
func cut(w http.ResponseWriter, p api.Problem) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(lingerWithin)) // a connection without one needs none

	w.Header().Set("Connection", "close")
	problem.Write(w, p)
}

// plain reports whether a path means what it says: from the root, no empty, dotted or invisible parts, in whatever spelling.
func plain(r *http.Request) bool {
	escaped := r.URL.EscapedPath()
	if !strings.HasPrefix(escaped, "/") || strings.Contains(escaped, "//") {
		return false
	}

	for part := range strings.SplitSeq(r.URL.Path, "/") {
		if part == "." || part == ".." || !utf8.ValidString(part) || strings.ContainsFunc(part, invisible) {
			return false
		}
	}

	return true
}

func invisible(c rune) bool { return c == '\\' || unicode.IsControl(c) }

// drop reads the body and forgets it.
func drop(w http.ResponseWriter, r *http.Request) bool {
	control := http.NewResponseController(w)
	if control.SetReadDeadline(time.Now().Add(BodyWithin)) != nil {
		return false
	}

	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return false
	}

	r.Body = http.NoBody

	return control.SetReadDeadline(time.Time{}) == nil
}

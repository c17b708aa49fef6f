// Package problem answers requests that cannot be served: RFC 9457 problem details, as api.Problem has them. No answer says more than the caller
// may know: no secret, no stack, nothing of a request that was not read.
package problem

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/system/api"
)

// MediaType is the content type of a problem.
const MediaType = "application/problem+json"

// Write answers with a problem. Type and Title may be left out: they follow from the status.
func Write(w http.ResponseWriter, p api.Problem) {
	if p.Title == "" {
		p.Title = http.StatusText(p.Status)
	}

	if p.Type == "" {
		p.Type = "/problems/" + strings.ReplaceAll(strings.ToLower(http.StatusText(p.Status)), " ", "-")
	}

	body, err := json.Marshal(p)
	if err != nil {
		panic(err) // texts and a number always have JSON
	}

	header := w.Header()
	header.Set("Content-Type", MediaType)
	header.Set("Content-Length", strconv.Itoa(len(body)+1))
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(body, '\n'))
}

// BadParameter answers 400 and names the parameter.
func BadParameter(w http.ResponseWriter, _ *http.Request, field, detail string) {
	Write(w, api.Problem{Status: http.StatusBadRequest, Type: "/problems/parameter", Title: "Bad parameter", Detail: detail, Field: field})
}

// NotFound answers 404.
func NotFound(w http.ResponseWriter, _ *http.Request) {
	Write(w, api.Problem{Status: http.StatusNotFound, Detail: "there is nothing at this path"})
}

// Method answers 405 and names the methods there are.
func Method(w http.ResponseWriter, _ *http.Request, allowed ...string) {
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	Write(w, api.Problem{Status: http.StatusMethodNotAllowed, Detail: "use " + strings.Join(allowed, " or ")})
}

// TooMany answers 429 and says when to come again, in whole seconds.
func TooMany(w http.ResponseWriter, _ *http.Request, after time.Duration, detail string) {
	w.Header().Set("Retry-After", strconv.FormatInt(max(1, int64((after+time.Second-1)/time.Second)), 10))
	Write(w, api.Problem{Status: http.StatusTooManyRequests, Detail: detail})
}

// Unavailable answers 503.
func Unavailable(w http.ResponseWriter, _ *http.Request, detail string) {
	w.Header().Set("Retry-After", "1")
	Write(w, api.Problem{Status: http.StatusServiceUnavailable, Detail: detail})
}

// Internal answers 500. What went wrong is for the log, not for the caller.
func Internal(w http.ResponseWriter, _ *http.Request) {
	Write(w, api.Problem{Status: http.StatusInternalServerError, Detail: "the service failed to answer; its log says why"})
}

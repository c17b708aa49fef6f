package client

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

// Errors of answers that the service cannot have meant.
var (
	ErrMalformed = errors.New("the answer is not one of Rollcall")
	ErrTooLarge  = errors.New("the answer is too large")
)

// ErrNothingNew says that a long poll ended without a newer snapshot.
var ErrNothingNew = errors.New("no newer snapshot yet")

// Error is a request that the service refused. Everything in it came over the network: Error() shows it cleaned and cut.
type Error struct {
	Problem    api.Problem   // Status is always set; the rest may be empty where a proxy answered
	Method     string        // of the request
	Path       string        // of the request
	RetryAfter time.Duration // how long the service wants to be left alone; 0 if it does not say
}

// Error implements error.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s %s: %d %s", e.Method, e.Path, e.Problem.Status, http.StatusText(e.Problem.Status))

	if e.Problem.Detail != "" {
		text += ": " + messages.CleanDetail(e.Problem.Detail)
	}

	if e.Problem.Field != "" {
		text += " (" + messages.CleanDetail(e.Problem.Field) + ")"
	}

	return text
}

// Status is the status of the answer that an error is about; 0 if the service gave none.
func Status(err error) int {
	if refused, is := errors.AsType[*Error](err); is {
		return refused.Problem.Status
	}

	return 0
}

// mostPatient is the longest that a service may ask to be left alone before a request is given up instead, and a stream asks sooner.
const mostPatient = 5 * time.Minute

// retryAfter reads the header of that name: seconds, or a date.
func retryAfter(header http.Header, now time.Time) time.Duration {
	text := header.Get("Retry-After")

	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}

	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now))
	}

	return 0
}

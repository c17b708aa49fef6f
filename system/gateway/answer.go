package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/gateway/params"
	"github.com/rollcall-go/rollcall/system/gateway/problem"
)

// Media types of answers.
const (
	mediaJSON = "application/json"
	mediaCSV  = "text/csv; charset=utf-8; header=present"
)

// queryLimit is how long reading history or the record for one answer may take.
const queryLimit = 5 * time.Second

// respond answers with a value of the API.
func respond(w http.ResponseWriter, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		panic(err) // the API's types always have JSON
	}

	send(w, mediaJSON, append(body, '\n'))
}

// send answers with a body that is there as a whole.
func send(w http.ResponseWriter, media string, body []byte) {
	header := w.Header()
	header.Set("Content-Type", media)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) //nolint:gosec // JSON or CSV, with its type and nosniff; a client that is gone needs no answer
}

// mistaken answers if a parameter is wrong, and reports whether it was.
func mistaken(w http.ResponseWriter, r *http.Request, p *params.Params) bool {
	mistake := p.Mistake()
	if mistake != nil {
		problem.BadParameter(w, r, mistake.Field, mistake.Detail)
	}

	return mistake != nil
}

// failed answers when a port has failed.
func (g *Gateway) failed(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, ErrNoRound):
		missing(w, "there is no such round")
	case errors.Is(err, ErrUnknownVendor):
		missing(w, noVendor)
	case errors.Is(err, ErrPaused):
		problem.Write(w, api.Problem{Status: http.StatusConflict, Detail: "the vendor is paused; resume it"})
	case errors.Is(err, ErrStopped), g.draining.Load():
		problem.Unavailable(w, r, stopping)
	case errors.Is(err, context.DeadlineExceeded):
		problem.Unavailable(w, r, "this took longer than "+queryLimit.String()+"; ask for less, by from and to for instance")
	case r.Context().Err() != nil: // nobody listens
		problem.Unavailable(w, r, "the request was given up")
	default:
		g.options.Log.WithError(err).WithField("route", r.Pattern).Error("a request could not be answered")
		problem.Internal(w, r)
	}
}

// Details of problems. Who may not see something is told the same as if it did not exist.
const (
	noVendor     = "there is no such vendor"
	noInstrument = "there is no such instrument"
	noSnapshot   = "there is no snapshot yet"
	stopping     = "the service is stopping"
)

func missing(w http.ResponseWriter, detail string) {
	problem.Write(w, api.Problem{Status: http.StatusNotFound, Detail: detail})
}

// utc is a time as the API shows it.
func utc(at time.Time) time.Time { return at.UTC().Truncate(time.Millisecond) }

// instant is a time that may be missing.
func instant(at time.Time) *time.Time {
	if at = utc(at); at.Year() <= 1 || at.Year() > 9999 { // RFC 3339 has no digits for what a vendor may claim
		return nil
	}

	return &at
}

// object is a value of the API as JSON without its closing brace, for more members to follow.
func object(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // the API's types always have JSON
	}

	return bytes.TrimSuffix(text, []byte("}"))
}

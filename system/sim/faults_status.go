package sim

import (
	"net/http"
	"strconv"
	"time"
)

const htmlPage = "<!DOCTYPE html>\n<html><head><title>Service notice</title></head><body><h1>Back soon</h1></body></html>\n"

// statusFaults answer with something other than 200.
func statusFaults() []entry {
	pause := Fault{RetryAfter: 30 * time.Second}

	return []entry{
		{
			kind: Status, options: "status body retry-after", initial: Fault{Status: http.StatusInternalServerError},
			help: "answers this HTTP status", act: status,
		},
		{
			kind: Flap, options: flapOption + " status body", act: status,
			initial: Fault{Up: 30 * time.Second, Down: 30 * time.Second, Status: http.StatusInternalServerError},
			help:    "is fine for the first time and fails for the second, and again",
		},
		{
			kind: HTMLStatus, options: "status retry-after", initial: Fault{Status: http.StatusServiceUnavailable},
			help: "answers this HTTP status with a page of HTML", act: htmlStatus,
		},
		{
			kind: ErrorBody, options: "size status", initial: Fault{Size: 50e6, Status: http.StatusInternalServerError},
			help: "answers an error status with a body of this many bytes", act: errorBody,
		},
		{kind: RateLimited, options: "retry-after", initial: pause, help: "answers 429 with Retry-After in seconds", act: func(x *exchange, f Fault) {
			x.rateLimit(retrySeconds(f.RetryAfter))
		}},
		{kind: RateLimitedDate, options: "retry-after", initial: pause, help: "answers 429 with Retry-After as a date", act: func(x *exchange, f Fault) {
			x.rateLimit(time.Now().Add(f.RetryAfter).UTC().Format(http.TimeFormat))
		}},
	}
}

// redirectFaults answer 302.
func redirectFaults() []entry {
	return []entry{
		{
			kind: Redirect, options: "body", initial: Fault{Body: "http://169.254.169.254/"},
			help: "redirects to this URL", act: func(x *exchange, f Fault) { x.redirect(f.Body) },
		},
		{kind: RedirectLoop, help: "redirects to itself", act: func(x *exchange, _ Fault) { x.redirect(x.r.URL.RequestURI()) }},
		{
			kind: RedirectChain, options: "size", initial: Fault{Size: 1000},
			help: "redirects this many times before it answers", act: redirectChain,
		},
		{kind: BadLocation, help: "redirects to something that is no URL", act: func(x *exchange, _ Fault) { x.redirect("http://[::1/%zz") }},
	}
}

func status(x *exchange, f Fault) {
	if f.RetryAfter > 0 {
		x.header("Retry-After", retrySeconds(f.RetryAfter))
	}

	x.answer(f.Status, jsonType, orElse(f.Body, `{"error":"simulated status `+strconv.Itoa(f.Status)+`"}`))
}

func htmlStatus(x *exchange, f Fault) {
	if f.RetryAfter > 0 {
		x.header("Retry-After", retrySeconds(f.RetryAfter))
	}

	x.answer(f.Status, "text/html; charset=utf-8", htmlPage)
}

func errorBody(x *exchange, f Fault) {
	x.begin(f.Status, "text/plain; charset=utf-8", -1)
	x.repeat("the simulated error goes on and on\n", f.Size)
}

func (x *exchange) rateLimit(retryAfter string) {
	x.header("Retry-After", retryAfter)
	x.answer(http.StatusTooManyRequests, jsonType, `{"error":"simulated rate limit"}`)
}

func (x *exchange) redirect(target string) {
	x.header("Location", target)
	x.answer(http.StatusFound, "text/plain; charset=utf-8", "moved\n")
}

// redirectChain counts its steps in the query.
func redirectChain(x *exchange, f Fault) {
	const parameter = "step"

	query := x.r.URL.Query()

	step, err := strconv.ParseInt(query.Get(parameter), 10, 64)
	if err != nil {
		step = 0 // the first request has none
	}

	if step >= f.Size {
		x.send(x.good)

		return
	}

	query.Set(parameter, strconv.FormatInt(step+1, 10))
	x.redirect(x.r.URL.EscapedPath() + "?" + query.Encode())
}

// retrySeconds rounds up: a client that waits as told never comes too early.
func retrySeconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}

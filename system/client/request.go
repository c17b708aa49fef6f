package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"time"
)

// request is one request; it may be sent several times.
type request struct {
	method string
	path   string // below the base, escaped
	query  url.Values
	wait   time.Duration // how long the service may wait before it answers
}

// Delays between attempts of a request.
const (
	firstDelay = 100 * time.Millisecond
	mostDelay  = 2 * time.Second
)

// read sends a GET and decodes the answer.
func read[T any](ctx context.Context, c *Client, path string, query url.Values) (*T, error) {
	return decoded[T](ctx, c, request{method: http.MethodGet, path: path, query: query})
}

// decoded sends a request and decodes the answer.
func decoded[T any](ctx context.Context, c *Client, r request) (*T, error) {
	body, err := c.send(ctx, r)
	if err != nil {
		return nil, err
	}

	value, err := object[T](body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w: %w", r.method, r.path, ErrMalformed, err)
	}

	return value, nil
}

// send sends a request, again if that is safe and may help, and returns the body of the answer.
func (c *Client) send(ctx context.Context, r request) ([]byte, error) {
	for attempt := 0; ; attempt++ {
		body, err := c.attempt(ctx, r)
		if err == nil || attempt+1 >= c.settings.attempts || ctx.Err() != nil || !r.repeatable(err) {
			return body, err
		}

		delay := backoff(firstDelay, mostDelay, attempt)

		if refused, is := errors.AsType[*Error](err); is {
			delay = max(delay, refused.RetryAfter)
		}

		if delay > c.settings.patience {
			return nil, err
		}

		if pause(ctx, delay) != nil {
			return nil, err
		}
	}
}

// success is the class of the statuses that are no refusal.
const success = 2

// repeatable reports whether a request that failed may be sent again.
func (r *request) repeatable(err error) bool {
	reads := r.method == http.MethodGet

	switch status := Status(err); {
	case status == http.StatusTooManyRequests:
		return true // refused before anything was done
	case status == http.StatusBadGateway, status == http.StatusServiceUnavailable, status == http.StatusGatewayTimeout:
		return reads
	case status != 0, errors.Is(err, ErrMalformed), errors.Is(err, ErrTooLarge), errors.Is(err, ErrNothingNew),
		errors.Is(err, context.DeadlineExceeded):
		return false
	case reads:
		return true
	}

	failed, is := errors.AsType[*net.OpError](err)

	return is && failed.Op == "dial" // it has never left
}

// attempt sends a request once.
func (c *Client) attempt(ctx context.Context, r request) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.settings.patience+r.wait)
	defer cancel()

	response, err := c.do(ctx, r, "application/json")
	if err != nil {
		return nil, err
	}
	defer response.Body.Close() //nolint:errcheck // it was only read

	switch {
	case response.StatusCode == http.StatusNotModified, response.StatusCode == http.StatusNoContent:
		return nil, ErrNothingNew
	case response.StatusCode/100 != success:
		return nil, refusal(&r, response)
	}

	body, err := io.ReadAll(io.LimitReader(response.Body, c.settings.maxAnswer+1))

	switch {
	case err != nil:
		return nil, c.broken(err)
	case int64(len(body)) > c.settings.maxAnswer:
		return nil, fmt.Errorf("%s %s: %w: more than %d bytes", r.method, r.path, ErrTooLarge, c.settings.maxAnswer)
	case len(body) > 0 && media(response) != "application/json":
		return nil, fmt.Errorf("%s %s: %w: it is no JSON", r.method, r.path, ErrMalformed)
	default:
		return body, nil
	}
}

// do sends a request and returns whatever is answered. The caller closes the body.
func (c *Client) do(ctx context.Context, r request, accept string) (*http.Response, error) {
	target := c.base.String() + r.path
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}

	made, err := http.NewRequestWithContext(ctx, r.method, target, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", r.method, r.path, err)
	}

	made.Header.Set("Accept", accept+", application/problem+json")
	made.Header.Set("User-Agent", c.settings.agent)

	if !c.settings.token.IsZero() {
		made.Header.Set("Authorization", "Bearer "+c.settings.token.Reveal())
	}

	response, err := c.http.Do(made)
	if err != nil {
		return nil, c.broken(err)
	}

	return response, nil
}

// broken says that there was no answer. The library repeats the whole URL; where the service is is enough.
func (c *Client) broken(err error) error {
	if inner, is := errors.AsType[*url.Error](err); is {
		err = inner.Err
	}

	return fmt.Errorf("no answer from %s: %w", c.base, err)
}

// refusal makes an Error of an answer that is no success. Its body need not be a problem: proxies answer too.
func refusal(r *request, response *http.Response) error {
	const most = 64 << 10

	refused := &Error{Method: r.method, Path: r.path, RetryAfter: retryAfter(response.Header, time.Now())}

	if body, err := io.ReadAll(io.LimitReader(response.Body, most)); err == nil && media(response) == "application/problem+json" {
		_ = json.Unmarshal(body, &refused.Problem) // the status says the most of it
	}

	refused.Problem.Status = response.StatusCode

	return refused
}

func media(response *http.Response) string {
	kind, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}

	return kind
}

package client

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Client asks one service.
type Client struct {
	base     *url.URL
	http     *http.Client
	settings settings
}

// Limits that hold unless an option says otherwise.
const (
	DefaultPatience  = 30 * time.Second // for one request, the stream excepted; a long poll has its wait on top
	DefaultAttempts  = 3
	DefaultMaxAnswer = 64 << 20 // bytes, unpacked
)

// ErrURL says that a URL cannot be that of a service. The error does not repeat what may be a secret.
var ErrURL = errors.New("not the URL of a service: write http://HOST:PORT or https://HOST")

// New makes a client of the service at a URL, which may have a path where a proxy puts the service below one. It connects to nothing yet.
func New(address string, options ...Option) (*Client, error) {
	base, err := parse(address)
	if err != nil {
		return nil, err
	}

	s := settings{patience: DefaultPatience, attempts: DefaultAttempts, maxAnswer: DefaultMaxAnswer, agent: "rollcall-client"}

	var errs []error
	for _, option := range options {
		errs = append(errs, option(&s))
	}

	transport, err := s.transport()
	if err := errors.Join(append(errs, err)...); err != nil {
		return nil, err
	}

	return &Client{base: base, http: transport, settings: s}, nil
}

// URL is where the service is.
func (c *Client) URL() string { return c.base.String() }

// Close lets go of connections that nothing uses. The client can be used all the same; it connects again.
func (c *Client) Close() {
	if c.settings.client == nil {
		c.http.CloseIdleConnections()
	}
}

func parse(address string) (*url.URL, error) {
	base, err := url.Parse(address)
	if err != nil {
		return nil, ErrURL // the library's own error quotes it
	}

	switch {
	case base.User != nil:
		return nil, fmt.Errorf("%w, without a name and password in it", ErrURL)
	case base.Scheme != "http" && base.Scheme != "https", base.Hostname() == "":
		return nil, ErrURL
	case base.RawQuery != "" || base.Fragment != "" || base.ForceQuery:
		return nil, fmt.Errorf("%w, with nothing after the path", ErrURL)
	}

	base.Path, base.RawPath = strings.TrimRight(base.Path, "/"), ""

	return base, nil
}

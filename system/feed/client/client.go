// Package client asks vendors over HTTP/1.1 without trusting them: addresses, sizes, times, encodings and redirects have limits, and errors say
// nothing that was in a query, a header or a path.
package client

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// Defaults and limits of the client.
const (
	defaultMaxWire     = 1 << 20
	defaultMaxBody     = 4 << 20
	defaultDialTimeout = time.Second
	defaultTLSTimeout  = 2 * time.Second

	maxHeaderBytes = 64 << 10
	maxHops        = 3 // redirects that are followed where that is permitted

	// Each connection keeps its buffers while it is idle. Requests are short; longer answers are read in pieces.
	readBuffer  = 2 << 10
	writeBuffer = 1 << 10

	// A vendor has one request in flight; the others are left over from requests that were given up while connecting.
	maxConnections = 4
	idleTimeout    = 2 * time.Minute
)

// Client asks one vendor over HTTP/1.1. Whatever the vendor does, an answer costs bounded time (the request's context), memory (MaxWire and
// MaxBody) and connections. It keeps no cookies, follows no redirect unless told to, never reads the environment, and says in its errors
// nothing that was in a query, a header or a URL's path.
//
// HTTP/2 is off: with one request in flight it has nothing to multiplex, costs more per request, and has its own ways to exhaust a client.
type Client struct {
	transport *http.Transport
	proxy     func(*http.Request) (*url.URL, error)
	dialer    *dialer
	settings  spec.ClientSettings
	readers   sync.Pool // of *gzip.Reader
}

// Option changes how a client is made.
type Option func(*options)

type options struct{ resolver *net.Resolver }

// WithResolver makes the client ask the given resolver for addresses instead of Go's own. The policy on addresses holds all the same.
func WithResolver(resolver *net.Resolver) Option {
	return func(o *options) { o.resolver = resolver }
}

// New returns a client with the settings' zero values replaced by their defaults. It fails if the settings are out of range or the file
// of certificate authorities cannot be read.
func New(settings spec.ClientSettings, changes ...Option) (*Client, error) {
	if problems := Check(settings); len(problems) > 0 {
		return nil, problems[0]
	}

	var chosen options
	for _, change := range changes {
		change(&chosen)
	}

	settings = withDefaults(settings)

	dialer, err := newDialer(settings, chosen.resolver)
	if err != nil {
		return nil, err
	}

	c := &Client{dialer: dialer, settings: settings, proxy: http.ProxyURL(nil)}

	if proxy, problem := parseProxy(settings.Proxy); problem != "" {
		return nil, spec.FieldError{Field: "client.proxy", Problem: problem}
	} else if proxy != nil {
		c.proxy = http.ProxyURL(proxy)
	}

	c.transport = c.newTransport()
	c.transport.MaxConnsPerHost, c.transport.MaxIdleConnsPerHost = maxConnections, maxConnections

	return c, nil
}

// newTransport returns a transport with hardened dialing and no limit of connections.
func (c *Client) newTransport() *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)

	return &http.Transport{
		Proxy:                  c.proxy,
		DialContext:            c.dialer.dial,
		DialTLSContext:         c.dialer.dialTLS,
		TLSClientConfig:        c.dialer.tls,
		TLSHandshakeTimeout:    c.settings.TLSTimeout,
		DisableCompression:     true, // the client unpacks with its own limits
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
		ReadBufferSize:         readBuffer,
		WriteBufferSize:        writeBuffer,
		Protocols:              protocols,
		OnProxyConnectResponse: checkTunnel,
	}
}

// Upgrades returns a transport with the same hardened dialing for connections that stay open: WebSockets and answers that do not end. It keeps
// no idle connections and limits neither their number nor what is read from a body. Its errors are for Failure.
func (c *Client) Upgrades() http.RoundTripper {
	transport := c.newTransport()
	transport.DisableKeepAlives = true

	return transport
}

func withDefaults(settings spec.ClientSettings) spec.ClientSettings {
	if settings.MaxWire == 0 {
		settings.MaxWire = defaultMaxWire
	}

	if settings.MaxBody == 0 {
		settings.MaxBody = defaultMaxBody
	}

	if settings.DialTimeout == 0 {
		settings.DialTimeout = defaultDialTimeout
	}

	if settings.TLSTimeout == 0 {
		settings.TLSTimeout = defaultTLSTimeout
	}

	return settings
}

func checkTunnel(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}

	return messages.NewFailure(messages.OutcomeHTTPStatus, "the proxy answers "+strconv.Itoa(answer.StatusCode))
}

// Close closes the idle connections. Requests that are under way are not touched.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Answer is the head of an answer.
type Answer struct {
	Status int
	Header http.Header
}

// OK reports whether the status is 2xx.
func (a Answer) OK() bool { return a.Status >= 200 && a.Status <= 299 }

// Do sends a request and appends the whole answer, decompressed, to body. A status outside 2xx is no error, except for redirects; body then
// holds at most 4 kB of what came with it. The error is always a *messages.Failure; body then holds nothing of use. The request is not
// changed, and its context bounds everything until the last byte.
func (c *Client) Do(request *http.Request, body *bytes.Buffer) (Answer, error) {
	for hop := 0; ; hop++ {
		answer, next, err := c.once(request, body, hop)
		if err != nil {
			return answer, c.Failure(request.Context(), err)
		}

		if next == nil {
			return answer, nil
		}

		request = next
	}
}

// once sends one request. It returns the request that a redirect leads to, nil once the answer is complete.
func (c *Client) once(request *http.Request, body *bytes.Buffer, hop int) (head Answer, next *http.Request, err error) {
	answer, err := c.transport.RoundTrip(request)
	if err != nil {
		return Answer{}, nil, fmt.Errorf("request: %w", err)
	}

	// Closing before the end cuts the connection, so one that misbehaved is never used again. The error of closing says nothing new.
	defer func() { _ = answer.Body.Close() }()

	head = Answer{Status: answer.StatusCode, Header: answer.Header}

	switch {
	case head.OK():
		err = c.read(answer, body)
	case isRedirect(head.Status):
		next, err = c.redirect(request, answer, hop)
	default:
		c.readRefusal(answer, body)
	}

	return head, next, err
}

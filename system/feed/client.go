package feed

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
)

// Defaults and limits of the client.
const (
	defaultMaxWire     = 1 << 20
	defaultMaxBody     = 4 << 20
	defaultDialTimeout = time.Second
	defaultTLSTimeout  = 2 * time.Second

	maxHeaderBytes = 64 << 10
	maxErrorBody   = 4 << 10 // bytes of an error's body that are read to keep the connection
	maxHops        = 3       // redirects that are followed where that is permitted

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
	dialer    *dialer
	settings  ClientSettings
	readers   sync.Pool // of *gzip.Reader
}

// NewClient returns a client with the settings' zero values replaced by their defaults. It fails if the settings are out of range or the
// file of certificate authorities cannot be read.
func NewClient(settings ClientSettings) (*Client, error) { return newClient(settings, nil) }

// newClient takes the resolver as well; nil is Go's own.
func newClient(settings ClientSettings, resolver *net.Resolver) (*Client, error) {
	if problems := checkClient(settings); len(problems) > 0 {
		return nil, problems[0]
	}

	settings = withDefaults(settings)

	dialer, err := newDialer(settings, resolver)
	if err != nil {
		return nil, err
	}

	proxy, problem := parseProxy(settings.Proxy)
	if problem != "" {
		return nil, FieldError{Field: "client.proxy", Problem: problem}
	}

	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)

	c := &Client{dialer: dialer, settings: settings}
	c.transport = &http.Transport{
		DialContext:            dialer.dial,
		DialTLSContext:         dialer.dialTLS,
		TLSClientConfig:        dialer.tls,
		TLSHandshakeTimeout:    settings.TLSTimeout,
		DisableCompression:     true, // the client unpacks with its own limits
		MaxConnsPerHost:        maxConnections,
		MaxIdleConnsPerHost:    maxConnections,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
		ReadBufferSize:         readBuffer,
		WriteBufferSize:        writeBuffer,
		Protocols:              protocols,
		OnProxyConnectResponse: checkTunnel,
	}

	if proxy != nil {
		c.transport.Proxy = http.ProxyURL(proxy)
	}

	return c, nil
}

func withDefaults(settings ClientSettings) ClientSettings {
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

// Do sends a request and appends the whole answer, decompressed, to body. Its error is always a *messages.Failure; body then holds nothing
// of use. The request is not changed, and its context bounds everything until the last byte.
func (c *Client) Do(request *http.Request, body *bytes.Buffer) error {
	for hop := 0; ; hop++ {
		next, err := c.once(request, body, hop)
		if err != nil {
			return c.failure(request.Context(), err)
		}

		if next == nil {
			return nil
		}

		request = next
	}
}

// once sends one request. It returns the request that a redirect leads to, nil once the answer is complete.
func (c *Client) once(request *http.Request, body *bytes.Buffer, hop int) (next *http.Request, err error) {
	answer, err := c.transport.RoundTrip(request)
	if err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}

	// Closing before the end cuts the connection, so one that misbehaved is never used again. The error of closing says nothing new.
	defer func() { _ = answer.Body.Close() }()

	switch code := answer.StatusCode; {
	case code >= 200 && code <= 299:
		return nil, c.read(answer, body)
	case isRedirect(code):
		return c.redirect(request, answer, hop)
	default:
		drain(answer)

		return nil, statusFailure(answer, time.Now())
	}
}

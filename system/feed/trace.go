package feed

import (
	"bytes"
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/client"
	"github.com/rollcall-go/rollcall/system/secret"
)

const (
	maxExchanges = 256      // requests that a trace records
	maxTraced    = 64 << 10 // bytes of an answer that it keeps
)

// Trace records the requests of the fetches whose context carries it, for people to look at. Its zero value is ready, and it may be read at
// any time.
type Trace struct {
	mutex     sync.Mutex
	exchanges []*Exchange
}

// Exchange is one request and what came of it. Secrets are masked everywhere.
type Exchange struct {
	Method, URL string
	Header      []string // as Name: value, sorted; values a definition gives are masked
	Payload     string   // the request's body
	Begun       time.Time
	Address     string // whom we talked to; empty if there was no connection
	Reused      bool   // the connection was there before
	// How long it took: the name's resolution, connecting, the TLS handshake, waiting for the answer's first byte once the request was
	// written, and the rest of the answer. A phase that did not take place is 0.
	DNS, Connect, TLS, Wait, Read time.Duration

	Status       int      // 0 without an answer
	AnswerHeader []string // as Name: value, sorted
	Size         int      // bytes of the answer, unpacked
	Answer       []byte   // its first 64 kB; nothing of an access token's
	Failure      string   // why there is no answer; empty if there is one
}

// traceKey is what a context carries a trace under.
type traceKey struct{}

// WithTrace returns a context that makes fetches record their requests.
func WithTrace(ctx context.Context, trace *Trace) context.Context {
	return context.WithValue(ctx, traceKey{}, trace)
}

// Exchanges returns the requests so far, in the order they were sent. Those that are under way are not among them.
func (t *Trace) Exchanges() []*Exchange {
	t.mutex.Lock()
	defer t.mutex.Unlock()

	return slices.Clone(t.exchanges)
}

// exchange sends a request, and records it where the context carries a trace.
func (s *Source) exchange(request *http.Request, payload []byte, body *bytes.Buffer) (client.Answer, error) {
	trace, traced := request.Context().Value(traceKey{}).(*Trace)
	if !traced {
		answer, err := s.client.Do(request, body)
		s.hideToken(request, body)

		return answer, err //nolint:wrapcheck // a *messages.Failure
	}

	e := &Exchange{
		Method: request.Method, URL: s.shownURL(request.URL), Header: s.shownHeader(request.Header, true), Payload: s.veil.Mask(string(payload)), Begun: time.Now(),
	}
	start := body.Len()
	watch := new(stopwatch)

	answer, err := s.client.Do(request.WithContext(httptrace.WithClientTrace(request.Context(), watch.hooks())), body)

	watch.stop(e)
	s.hideToken(request, body)

	e.Status, e.AnswerHeader = answer.Status, s.shownHeader(answer.Header, false)
	e.Size = body.Len() - start

	if !isTokenRequest(request) {
		e.Answer = []byte(s.veil.Mask(string(body.Bytes()[start:min(start+maxTraced, body.Len())])))
	}

	if err != nil {
		e.Failure = messages.CleanDetail(s.veil.Mask(err.Error()))
	}

	trace.mutex.Lock()
	defer trace.mutex.Unlock()

	if len(trace.exchanges) < maxExchanges {
		trace.exchanges = append(trace.exchanges, e)
	}

	return answer, err //nolint:wrapcheck // a *messages.Failure
}

// tokenKey marks the context of a request for an access token, whose answer nobody may see.
type tokenKey struct{}

func isTokenRequest(request *http.Request) bool { return request.Context().Value(tokenKey{}) != nil }

// askToken is exchange for requests for an access token.
func (s *Source) askToken(request *http.Request, body *bytes.Buffer) (client.Answer, error) {
	s.spend(nil)

	return s.exchange(request.WithContext(context.WithValue(request.Context(), tokenKey{}, true)), nil, body)
}

// shownURL is a URL with its secrets masked, and with the signature that was put into it.
func (s *Source) shownURL(u *url.URL) string {
	shown := *u

	if s.hidden != "" {
		pairs := strings.Split(shown.RawQuery, "&")
		for i, pair := range pairs {
			if name, _, _ := strings.Cut(pair, "="); name == url.QueryEscape(s.hidden) {
				pairs[i] = name + "=" + secret.Mask
			}
		}

		shown.RawQuery = strings.Join(pairs, "&")
	}

	return s.veil.Mask(shown.String())
}

// shownHeader lists headers. Of ours only those that every vendor gets are shown with their values.
func (s *Source) shownHeader(header http.Header, ours bool) []string {
	var lines []string

	for name, values := range header {
		for _, value := range values {
			if ours && !slices.Contains([]string{"Accept", "Accept-Encoding", "Content-Type", "If-Modified-Since", "If-None-Match", "User-Agent"}, name) {
				value = secret.Mask
			}

			lines = append(lines, messages.CleanDetail(name+": "+s.veil.Mask(value)))
		}
	}

	slices.Sort(lines)

	return lines
}

// stopwatch measures the phases of one request. Connecting goes on in other goroutines, even after the request has ended.
type stopwatch struct {
	mutex                                 sync.Mutex
	dns, connect, shake, written, arrived time.Time
	e                                     Exchange
	done                                  bool
}

// hooks are called as the phases begin and end.
func (w *stopwatch) hooks() *httptrace.ClientTrace {
	mark := func(at *time.Time) { w.locked(func() { *at = time.Now() }) }
	took := func(phase *time.Duration, since *time.Time) {
		w.locked(func() {
			if !since.IsZero() {
				*phase = time.Since(*since)
			}
		})
	}

	return &httptrace.ClientTrace{
		DNSStart:          func(httptrace.DNSStartInfo) { mark(&w.dns) },
		DNSDone:           func(httptrace.DNSDoneInfo) { took(&w.e.DNS, &w.dns) },
		ConnectStart:      func(string, string) { mark(&w.connect) },
		ConnectDone:       func(string, string, error) { took(&w.e.Connect, &w.connect) },
		TLSHandshakeStart: func() { mark(&w.shake) },
		TLSHandshakeDone:  func(tls.ConnectionState, error) { took(&w.e.TLS, &w.shake) },
		GotConn: func(info httptrace.GotConnInfo) {
			w.locked(func() { w.e.Reused, w.e.Address = info.Reused, info.Conn.RemoteAddr().String() })
		},
		WroteRequest: func(httptrace.WroteRequestInfo) { mark(&w.written) },
		GotFirstResponseByte: func() {
			w.locked(func() {
				w.arrived = time.Now()
				w.e.Wait = w.arrived.Sub(w.written)
			})
		},
	}
}

func (w *stopwatch) locked(change func()) {
	w.mutex.Lock()
	defer w.mutex.Unlock()

	if !w.done {
		change()
	}
}

// stop puts what was measured into the exchange.
func (w *stopwatch) stop(e *Exchange) {
	w.locked(func() {
		w.done = true
		e.Address, e.Reused, e.DNS, e.Connect, e.TLS, e.Wait = w.e.Address, w.e.Reused, w.e.DNS, w.e.Connect, w.e.TLS, w.e.Wait

		if !w.arrived.IsZero() {
			e.Read = time.Since(w.arrived)
		}
	})
}

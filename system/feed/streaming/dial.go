package streaming

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/client"
	"github.com/rollcall-go/rollcall/system/feed/reading"
)

const (
	// connectWithin is how long one step towards a connection may take: the bootstrap, or connecting with its upgrade.
	connectWithin = 10 * time.Second
	// maxRefusal is how much is read of an answer that refuses us, in bytes.
	maxRefusal = 4 << 10
)

// dialer opens connections.
type dialer struct {
	client    *client.Client
	transport http.RoundTripper
	reader    *reading.Reader
	veil      reading.Veil
	maxFrame  int64
	hidden    concealment
}

// dial opens the connection that a request asks for. The request's context bounds it for as long as it is open. Life is called for frames that
// are no messages, and must not block.
func (d *dialer) dial(ctx context.Context, request *http.Request, life func()) (wire, *messages.Failure) {
	limited, cancel := context.WithTimeout(ctx, connectWithin)
	defer cancel()

	switch request.URL.Scheme {
	case "ws", "wss":
		return d.upgrade(limited, request, life)
	default:
		return d.get(ctx, limited, request)
	}
}

// upgrade opens a WebSocket.
func (d *dialer) upgrade(ctx context.Context, request *http.Request, life func()) (wire, *messages.Failure) {
	h := &handshake{transport: d.transport, limit: d.maxFrame}

	// The library may go on reading a refusal for seconds; nothing of it is needed any more.
	stop := context.AfterFunc(ctx, h.cut)
	defer stop()

	protocols := request.Header.Values("Sec-WebSocket-Protocol")
	request.Header.Del("Sec-WebSocket-Protocol")
	request.Header.Del("Accept")

	//nolint:bodyclose // the library closes it
	conn, _, err := websocket.Dial(ctx, request.URL.String(), &websocket.DialOptions{
		HTTPClient:     &http.Client{Transport: h, CheckRedirect: followNone},
		HTTPHeader:     request.Header,
		Host:           request.Host,
		Subprotocols:   protocols,
		OnPingReceived: func(context.Context, []byte) bool { life(); return true },
		OnPongReceived: func(context.Context, []byte) { life() },
	})

	switch {
	case err == nil:
		conn.SetReadLimit(d.maxFrame)

		return &socket{conn: conn, guard: h.guard.Load(), dialer: d}, nil
	case h.refusal != nil:
		return nil, d.refused(ctx, h.refusal)
	case h.guard.Load() != nil && ctx.Err() == nil:
		return nil, messages.NewFailure(messages.OutcomeMalformed, "the vendor's answer to the upgrade is not that of a WebSocket")
	case h.err != nil:
		err = h.err
	}

	return nil, d.client.Failure(ctx, err)
}

// get opens an answer that does not end. The first context bounds the answer, the second its head.
func (d *dialer) get(ctx, limited context.Context, request *http.Request) (wire, *messages.Failure) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(limited, func() { cancel(context.Cause(limited)) })

	answer, err := d.transport.RoundTrip(request.WithContext(ctx))
	if err != nil {
		cancel(nil)

		return nil, d.client.Failure(limited, err)
	}

	failure := d.accept(ctx, answer)
	if failure == nil && !stop() { // the deadline passed just now
		failure = d.client.Failure(limited, limited.Err())
	}

	if failure != nil {
		cancel(nil)
		_ = answer.Body.Close() // of no use

		return nil, failure
	}

	return newLines(answer, func() { cancel(nil) }, d.maxFrame), nil
}

// accept says what is wrong with an answer that should not end.
func (d *dialer) accept(ctx context.Context, answer *http.Response) *messages.Failure {
	switch {
	case answer.StatusCode != http.StatusOK:
		return d.refused(ctx, readRefusal(answer))
	case answer.Header.Get("Content-Encoding") != "":
		return messages.NewFailure(messages.OutcomeMalformed, "the answer has an encoding that was not asked for")
	default:
		return nil
	}
}

// refused says what an answer means that is not the one hoped for.
func (d *dialer) refused(ctx context.Context, a *reading.Answer) *messages.Failure {
	a.Body = d.hidden.bytes(a.Body)
	if failure := d.reader.Refused(ctx, *a); failure != nil {
		return failure
	}

	switch a.Status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return messages.NewFailure(messages.OutcomeRedirect, "the vendor redirects; streams follow no redirect")
	}

	head := client.Answer{Status: a.Status, Header: a.Header}
	if failure := head.Failure(time.Now()); failure != nil {
		return failure
	}

	return messages.NewFailure(messages.OutcomeMalformed, "the vendor answers without opening a stream")
}

func followNone(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// readRefusal reads the beginning of an answer and closes it.
func readRefusal(answer *http.Response) *reading.Answer {
	body, _ := io.ReadAll(io.LimitReader(answer.Body, maxRefusal)) // what came counts, whatever became of the rest
	_ = answer.Body.Close()                                        // says nothing new

	return &reading.Answer{Status: answer.StatusCode, Header: answer.Header, Body: body}
}

// handshake is the transport of one upgrade. It puts the guard under the connection, and keeps what the library would cut short: the answer that
// refuses us, and the error of the network.
type handshake struct {
	transport http.RoundTripper
	limit     int64
	guard     atomic.Pointer[guard] // may be cut while the library works
	refusal   *reading.Answer
	err       error
}

// RoundTrip implements http.RoundTripper.
func (h *handshake) RoundTrip(request *http.Request) (*http.Response, error) {
	answer, err := h.transport.RoundTrip(request)
	if err != nil {
		h.err = err

		return nil, err //nolint:wrapcheck // the caller is a library
	}

	connection, upgraded := answer.Body.(io.ReadWriteCloser)

	if answer.StatusCode != http.StatusSwitchingProtocols || !upgraded {
		h.refusal = readRefusal(answer)
		answer.Body = io.NopCloser(bytes.NewReader(h.refusal.Body))

		return answer, nil
	}

	g := &guard{ReadWriteCloser: connection, limit: h.limit}
	h.guard.Store(g)
	answer.Body = g

	if request.Context().Err() != nil {
		h.cut() // whoever should have cut it came too early
	}

	return answer, nil
}

// cut ends what the handshake has opened.
func (h *handshake) cut() {
	if g := h.guard.Load(); g != nil {
		_ = g.Close() // it is given up
	}
}

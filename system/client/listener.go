package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

// Delays before a stream comes back. The service names its own first one.
const (
	firstReturn = time.Second
	mostReturn  = 30 * time.Second
	leastReturn = 10 * time.Millisecond
)

// Why a connection ended that could have gone on.
var (
	errSilent = errors.New("the stream fell silent")
	errEnded  = errors.New("the stream ended")
)

// listener is what runs behind a subscription.
type listener struct {
	client  *Client
	options StreamOptions

	last   messages.Round // that was handed over; 0 for none
	whole  *whole         // the same as documents; ModeApplied only
	first  time.Duration  // before the first attempt to come back
	failed int            // attempts since an event came
}

// run listens until ctx ends or nothing more can come, and says why.
func (l *listener) run(ctx context.Context, out chan<- Event) error {
	for {
		err := l.connection(ctx, out)

		switch {
		case ctx.Err() != nil:
			return ErrClosed
		case final(err):
			return err
		}

		delay := l.delay(err)
		l.failed++

		if l.options.Connections && hand(ctx, out, Event{Type: EventLost, Lost: &Lost{Err: err, Again: delay}}) != nil {
			return ErrClosed
		}

		if pause(ctx, delay) != nil {
			return ErrClosed
		}
	}
}

// final reports whether coming back cannot help.
func final(err error) bool {
	if errors.Is(err, ErrMalformed) || errors.Is(err, ErrTooLarge) {
		return true
	}

	status := Status(err)

	return status != 0 && status != http.StatusTooManyRequests && status != http.StatusRequestTimeout && status < http.StatusInternalServerError
}

// delay is how long to wait before coming back, which is never sooner than the service wishes.
func (l *listener) delay(err error) time.Duration {
	delay := backoff(min(l.first, l.options.most), l.options.most, l.failed)

	if refused, is := errors.AsType[*Error](err); is {
		delay = max(delay, min(refused.RetryAfter, mostPatient))
	}

	return delay
}

// connection listens on one connection to its end.
func (l *listener) connection(parent context.Context, out chan<- Event) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)

	watch := time.AfterFunc(l.options.Silence, func() { cancel(errSilent) })
	defer watch.Stop()

	response, err := l.open(ctx)
	if err != nil {
		return told(ctx, err)
	}
	defer response.Body.Close() //nolint:errcheck // it was only read

	if l.options.Connections {
		watch.Stop()

		if err := hand(ctx, out, Event{Type: EventConnected}); err != nil {
			return err
		}
	}

	decoder := newDecoder(&watched{in: response.Body, watch: watch, limit: l.options.Silence}, int(l.client.settings.maxAnswer))

	for {
		m, err := decoder.next()
		if decoder.retry > 0 {
			l.first = min(max(decoder.retry, leastReturn), mostReturn)
		}

		if err != nil {
			return told(ctx, err)
		}

		l.failed = 0

		if err := l.hear(ctx, &m, out); err != nil {
			return err
		}
	}
}

// told is why a connection ended: the silence where that was it, and not that its context did.
func told(ctx context.Context, err error) error {
	switch {
	case errors.Is(context.Cause(ctx), errSilent):
		return errSilent
	case errors.Is(err, io.EOF):
		return errEnded
	default:
		return err
	}
}

// open asks for the stream from the last round on.
func (l *listener) open(ctx context.Context) (*http.Response, error) {
	r := request{method: http.MethodGet, path: "/v1/stream", query: make(url.Values)}
	addSelection(r.query, &l.options.Selection)

	if l.options.Mode != ModeFull {
		r.query.Set("mode", "changes")
	}

	if l.options.Events {
		r.query.Set("events", "true")
	}

	if l.last > 0 {
		r.query.Set("after", strconv.FormatUint(uint64(l.last), 10))
	}

	const kind = "text/event-stream"

	response, err := l.client.do(ctx, r, kind)
	if err != nil {
		return nil, err
	}

	switch {
	case response.StatusCode != http.StatusOK:
		err = refusal(&r, response)
	case media(response) != kind:
		err = fmt.Errorf("GET %s: %w: it is no stream of events", r.path, ErrMalformed)
	default:
		return response, nil
	}

	_ = response.Body.Close() // nothing more is wanted of it

	return nil, err
}

// hear hands over what a message says, if that is news.
func (l *listener) hear(ctx context.Context, m *message, out chan<- Event) error {
	e, err := decode(m)
	if err != nil {
		return err
	}

	switch e.Type {
	case api.EventSnapshot, api.EventChanges:
		if e.Round <= l.last {
			return nil // it was handed over before
		}

		if err := l.complete(&e, m.data); err != nil {
			return err
		}

		if err := hand(ctx, out, e); err != nil {
			return err
		}

		l.last = e.Round

		return nil
	case api.EventReset:
		l.last, l.whole = 0, nil // what follows may have a lower number
	case api.EventSkipped, api.EventRound, api.EventAnswer, api.EventVendor, api.EventBye:
	default:
		return nil // a heartbeat, or what a later service says
	}

	return hand(ctx, out, e)
}

// complete makes changes a whole snapshot where that is wanted.
func (l *listener) complete(e *Event, data []byte) error {
	if e.Type == api.EventChanges && l.options.Mode == ModeChanges && e.Changes.Since != l.last {
		l.last = 0 // the next connection begins with a whole one

		return errBase
	}

	if l.options.Mode != ModeApplied {
		return nil
	}

	var err error

	if e.Type == api.EventSnapshot {
		l.whole, err = wholeOf(data, e.Snapshot)

		return err
	}

	if l.whole == nil {
		l.last, err = 0, errBase
	} else {
		e.Snapshot, err = l.whole.apply(e.Changes)
	}

	if errors.Is(err, errBase) {
		l.last, l.whole = 0, nil

		return err
	}

	e.Type, e.Changes = api.EventSnapshot, nil

	return err
}

// hand gives an event to whoever calls Next. That may take as long as it likes: the service is told by the connection.
func hand(ctx context.Context, out chan<- Event, e Event) error {
	select {
	case out <- e:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// watched is a stream that is watched only while something is read from it: a slow reader is no silent service.
type watched struct {
	in    io.Reader
	watch *time.Timer
	limit time.Duration
}

// Read implements io.Reader.
func (w *watched) Read(p []byte) (int, error) {
	w.watch.Reset(w.limit)
	defer w.watch.Stop()

	return w.in.Read(p)
}

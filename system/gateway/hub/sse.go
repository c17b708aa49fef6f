package hub

import (
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/rollcall-go/rollcall/system/gateway/problem"
)

// retryLine tells browsers how soon to come back, in milliseconds.
const retryLine = "retry: 2000\n\n"

// SSE serves GET /v1/stream.
func (h *Hub) SSE(w http.ResponseWriter, r *http.Request) {
	wanted, bad := h.wishOf(r)
	if bad != nil {
		problem.BadParameter(w, r, bad.field, bad.Error())

		return
	}

	leave, ok := h.admit(w, r, &h.counts.sse)
	if !ok {
		return
	}
	defer leave()

	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("Transfer-Encoding", "identity") // until the connection is closed: each frame is one write, where chunks take three
	header.Set("X-Accel-Buffering", "no")       // a proxy that holds back what it is sent makes no stream

	if r.Method == http.MethodHead {
		return
	}

	control := http.NewResponseController(w)
	send := func(frame []byte) error {
		if err := control.SetWriteDeadline(time.Now().Add(h.options.WriteLimit)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return err //nolint:wrapcheck // only looked at
		}

		if _, err := w.Write(frame); err != nil {
			return err //nolint:wrapcheck // only looked at
		}

		return control.Flush() //nolint:wrapcheck // only looked at
	}

	if send([]byte(retryLine)) != nil {
		return
	}

	reader := reader{hub: h, wish: wanted, dialect: sse, send: send}
	_ = reader.run(r.Context()) // how it ended has been counted
}

// admit counts a stream in, if there is room, and returns what counts it out.
func (h *Hub) admit(w http.ResponseWriter, r *http.Request, kind *atomic.Int64) (leave func(), ok bool) {
	select {
	case <-h.closing:
		problem.Unavailable(w, r, ErrClosed.Error())

		return nil, false
	default:
	}

	kind.Add(1)

	if h.counts.sse.Load()+h.counts.webSocket.Load() > int64(h.options.Streams) {
		kind.Add(-1)
		h.counts.turnedAway.Add(1)
		problem.Unavailable(w, r, "there is no room for another stream")

		return nil, false
	}

	return func() { kind.Add(-1) }, true
}

package hub

import (
	"context"
	"net/http"

	"github.com/coder/websocket"

	"github.com/rollcall-go/rollcall/system/gateway/problem"
)

// WebSocket serves GET /v1/ws: every event is one text message. Whoever asks from a page of another origin has been turned away before.
// A reader says nothing; one that does is cut.
func (h *Hub) WebSocket(w http.ResponseWriter, r *http.Request) {
	wanted, bad := h.wishOf(r)
	if bad != nil {
		problem.BadParameter(w, r, bad.field, bad.Error())

		return
	}

	leave, ok := h.admit(w, r, &h.counts.webSocket)
	if !ok {
		return
	}
	defer leave()

	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true, CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return // it has been answered
	}
	defer func() { _ = conn.CloseNow() }()

	conn.SetReadLimit(1) // control frames are read all the same

	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()

	go listenTo(ctx, conn, cancel)
	go h.ping(ctx, conn)

	reader := reader{hub: h, wish: wanted, dialect: webSocket, send: func(frame []byte) error {
		limited, cancel := context.WithTimeout(ctx, h.options.WriteLimit)
		defer cancel()

		return conn.Write(limited, websocket.MessageText, frame) //nolint:wrapcheck // only looked at
	}}

	if reader.run(ctx) == nil {
		_ = conn.Close(websocket.StatusGoingAway, ErrClosed.Error())
	}
}

// listenTo answers what belongs to the protocol, until the reader goes. What it says is not waited for to its end: it may be long.
func listenTo(ctx context.Context, conn *websocket.Conn, gone context.CancelFunc) {
	defer gone()

	_, _, _ = conn.Reader(ctx)
	_ = conn.CloseNow()
}

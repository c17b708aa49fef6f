package sim

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/coder/websocket"

	"github.com/rollcall-go/rollcall/system/example"
)

const (
	maxHeard  = 1 << 20 // bytes of a client's message
	heardRoom = 256     // messages that may wait to be heard
)

// socket is a WebSocket over which a script is played.
type socket struct {
	conn     *websocket.Conn
	messages chan string
	left     chan struct{}
	silent   atomic.Bool
}

// playSocket accepts the WebSocket and plays the script on it.
func (x *exchange) playSocket(m manner) {
	s := &socket{messages: make(chan string, heardRoom), left: make(chan struct{})}
	s.silent.Store(m.unheard)

	conn, err := websocket.Accept(x.w, x.r, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // a vendor does not ask where its clients' pages are from
		OnPingReceived:     func(context.Context, []byte) bool { return !s.silent.Load() },
	})
	if err != nil {
		return // the client has been told
	}

	s.conn = conn
	conn.SetReadLimit(maxHeard)

	var reading sync.WaitGroup
	defer reading.Wait()
	defer func() { _ = conn.CloseNow() }() // it may be closed already

	ctx := x.r.Context()
	defer context.AfterFunc(ctx, func() { _ = conn.CloseNow() })()

	reading.Go(func() { s.read(ctx) })
	x.vendor.perform(ctx, s, m)
}

// read passes on what the client says until it goes.
func (s *socket) read(ctx context.Context) {
	defer close(s.left)
	defer close(s.messages)

	for {
		_, data, err := s.conn.Read(ctx)
		if err != nil {
			return
		}

		select {
		case s.messages <- string(data):
		case <-ctx.Done():
			return
		}
	}
}

func (s *socket) say(ctx context.Context, message *example.Step) error {
	kind, data := websocket.MessageText, []byte(message.Server)

	if message.Packed != "" {
		kind, data = websocket.MessageBinary, packed(message.Packed, message.Server)
	}

	if err := ctx.Err(); err != nil {
		return err
	}

	// The context of a connection that lives for some time only must not tear it down in the middle of a message.
	if err := s.conn.Write(context.WithoutCancel(ctx), kind, data); err != nil {
		return fmt.Errorf("%w: %w", errGone, err)
	}

	return nil
}

func (s *socket) heard() <-chan string  { return s.messages }
func (s *socket) gone() <-chan struct{} { return s.left }
func (s *socket) quiet(on bool)         { s.silent.Store(on) }

func (s *socket) end(code int, text string) {
	if code == 0 {
		_ = s.conn.CloseNow() // the client may have been faster

		return
	}

	_ = s.conn.Close(websocket.StatusCode(code), text) // the same
}

// packed compresses a message.
func packed(format, message string) []byte {
	var (
		buffer bytes.Buffer
		writer io.WriteCloser
	)

	switch format {
	case "gzip":
		writer = gzip.NewWriter(&buffer)
	case "zlib":
		writer = zlib.NewWriter(&buffer)
	default:
		writer, _ = flate.NewWriter(&buffer, flate.DefaultCompression) // the level is valid
	}

	_, _ = io.WriteString(writer, message) // a buffer takes everything
	_ = writer.Close()

	return buffer.Bytes()
}

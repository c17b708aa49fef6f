package streaming

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/reading"
)

const (
	// closeWithin is how long a close frame may take to be sent and answered.
	closeWithin = 100 * time.Millisecond
	// writeWithin is how long the vendor may take to read a message of ours.
	writeWithin = 10 * time.Second
)

// socket is a WebSocket.
type socket struct {
	conn   *websocket.Conn
	guard  *guard
	dialer *dialer
}

// read implements wire. Its context cannot end, because that costs more than the message: close ends it.
func (s *socket) read(into []byte) ([]byte, bool, *messages.Failure) {
	kind, reader, err := s.conn.Reader(context.Background())
	if err != nil {
		return into, false, s.failure(err)
	}

	buffer := bytes.NewBuffer(into)
	if _, err := buffer.ReadFrom(reader); err != nil {
		return into, false, s.failure(err)
	}

	data := buffer.Bytes()
	if kind == websocket.MessageText && !utf8.Valid(data[len(into):]) { // RFC 6455, section 8.1; the library leaves it to us
		return into, false, messages.NewFailure(messages.OutcomeMalformed, "the vendor sends text that is not UTF-8")
	}

	return data, kind == websocket.MessageBinary, nil
}

// write implements wire. Only close ends it early: a context that does would cut the connection without a word.
func (s *socket) write(text []byte) error {
	limited, cancel := context.WithTimeout(context.Background(), writeWithin)
	defer cancel()

	if err := s.conn.Write(limited, websocket.MessageText, text); err != nil {
		return fmt.Errorf("write: %w", err)
	}

	return nil
}

// ping implements wire. Its error says nothing that reading does not say too.
func (s *socket) ping() {
	limited, cancel := context.WithTimeout(context.Background(), pongWithin)
	defer cancel()

	_ = s.conn.Ping(limited)
}

// close implements wire. A vendor that neither reads nor answers is cut.
func (s *socket) close(outcome messages.Outcome) {
	cut := time.AfterFunc(closeWithin, s.cut)
	defer cut.Stop()

	// The connection may be gone already.
	_ = s.conn.Close(closeCode(outcome), "")

	s.cut()
}

func (s *socket) cut() { _ = s.guard.Close() } // twice does no harm

// closeCode is what the vendor is told.
func closeCode(outcome messages.Outcome) websocket.StatusCode {
	switch outcome {
	case messages.OutcomeTooLarge:
		return websocket.StatusMessageTooBig
	case messages.OutcomeMalformed:
		return websocket.StatusProtocolError
	default:
		return websocket.StatusNormalClosure
	}
}

// failure says why reading ended.
func (s *socket) failure(err error) *messages.Failure {
	var (
		closed  websocket.CloseError
		refused *frameError
	)

	switch {
	case errors.As(err, &closed):
		return s.closed(closed)
	case errors.As(err, &refused):
		return messages.NewFailure(refused.outcome, refused.text)
	case errors.Is(err, websocket.ErrMessageTooBig):
		return messages.NewFailure(errFrameSize.outcome, errFrameSize.text)
	case s.guard.network.Load(), errors.Is(err, io.EOF):
		return messages.NewFailure(messages.OutcomeDisconnected, "the connection was cut")
	default:
		return messages.NewFailure(messages.OutcomeMalformed, "the vendor violates the WebSocket protocol")
	}
}

// closed says what a close frame means. The error rules are asked first: its code is the status, its reason the text.
func (s *socket) closed(frame websocket.CloseError) *messages.Failure {
	reason := s.dialer.hidden.bytes([]byte(frame.Reason))
	said := reading.Answer{Status: int(frame.Code), Body: reason}

	if failure := s.dialer.reader.Refused(context.Background(), said); failure != nil {
		return failure
	}

	outcome := messages.OutcomeDisconnected

	switch frame.Code {
	case websocket.StatusTryAgainLater, websocket.StatusServiceRestart:
		outcome = messages.OutcomeUnavailable
	case websocket.StatusMessageTooBig:
		outcome = messages.OutcomeTooLarge
	default:
	}

	detail := "the vendor closed the connection"
	if frame.Code != websocket.StatusNoStatusRcvd {
		detail += " with " + strconv.Itoa(int(frame.Code))
	}

	if len(reason) > 0 {
		detail += ": " + s.dialer.veil.Mask(string(reason))
	}

	return messages.NewFailure(outcome, detail)
}

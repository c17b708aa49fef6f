package streaming

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"

	"github.com/rollcall-go/rollcall/messages"
)

// lineBuffer is how much of an answer is read at once, in bytes.
const lineBuffer = 16 << 10

var errWriteLine = errors.New("an HTTP answer takes no messages")

// lines is an HTTP answer that does not end, with one document a line, or with events (text/event-stream) of one document each.
type lines struct {
	answer *http.Response
	cancel func()
	reader *bufio.Reader
	limit  int64
	events bool
}

func newLines(answer *http.Response, cancel func(), limit int64) *lines {
	kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type")) // without a type, lines are lines

	return &lines{
		answer: answer, cancel: cancel, reader: bufio.NewReaderSize(answer.Body, lineBuffer), limit: limit, events: kind == "text/event-stream",
	}
}

// read implements wire. An empty line is a message of its own: a sign of life.
func (l *lines) read(into []byte) ([]byte, bool, *messages.Failure) {
	start := len(into)

	for {
		line, failure := l.line(into)
		if failure != nil {
			return into, false, failure
		}

		if !l.events {
			return line, false, nil
		}

		field := line[len(into):]
		into = append(into, dataOf(field, len(into) > start)...)

		// An empty line ends an event; a comment outside of one keeps the connection open.
		if len(field) == 0 || field[0] == ':' && len(into) == start {
			return into, false, nil
		}

		if int64(len(into)-start) > l.limit {
			return into, false, tooLong()
		}
	}
}

// dataOf returns what a line of an event adds to its document; nothing for the lines that only describe it.
func dataOf(line []byte, further bool) []byte {
	data, isData := bytes.CutPrefix(line, []byte("data:"))
	if !isData {
		return nil
	}

	data = bytes.TrimPrefix(data, []byte(" "))
	if further {
		data = append([]byte("\n"), data...)
	}

	return data
}

// line appends the next line without its end.
func (l *lines) line(into []byte) ([]byte, *messages.Failure) {
	start := len(into)

	for {
		piece, err := l.reader.ReadSlice('\n')
		into = append(into, piece...)

		switch {
		case int64(len(into)-start) > l.limit+int64(len("\r\n")):
			return into, tooLong()
		case err == nil:
			into = trimEnd(into, start)
			if int64(len(into)-start) > l.limit {
				return into, tooLong()
			}

			return into, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return into, ended(err)
		}
	}
}

func trimEnd(into []byte, start int) []byte {
	for len(into) > start && (into[len(into)-1] == '\n' || into[len(into)-1] == '\r') {
		into = into[:len(into)-1]
	}

	return into
}

func tooLong() *messages.Failure {
	return messages.NewFailure(messages.OutcomeTooLarge, "the vendor sends a line that is longer than stream.max_frame")
}

// ended says why there is nothing more to read. The rest of a line that was cut is never used.
func ended(err error) *messages.Failure {
	if errors.Is(err, io.EOF) {
		return messages.NewFailure(messages.OutcomeDisconnected, "the vendor ended the stream")
	}

	return messages.NewFailure(messages.OutcomeDisconnected, "the connection was cut")
}

// write implements wire.
func (*lines) write([]byte) error { return errWriteLine }

// ping implements wire.
func (*lines) ping() {}

// close implements wire.
func (l *lines) close(messages.Outcome) {
	l.cancel()
	_ = l.answer.Body.Close() // it is given up
}

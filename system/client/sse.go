package client

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// message is one Server-Sent Event as the HTML standard has them.
type message struct {
	kind string // "message" where the stream does not say
	id   string // of the last event that had one
	data []byte // valid until the next message is read
}

// decoder reads the messages of a stream. What it keeps is bounded by limit.
type decoder struct {
	in    *bufio.Reader
	limit int

	line  []byte
	data  []byte
	begun bool // something was read: a byte order mark would not be one any more
	lf    bool // the line before ended with a carriage return: a line feed belongs to it
	id    string
	retry time.Duration // what the stream last said about coming back; 0 if nothing
}

func newDecoder(in io.Reader, limit int) *decoder {
	return &decoder{in: bufio.NewReaderSize(in, 32<<10), limit: limit} //nolint:mnd // most rounds of a small service fit
}

// next is the next message. One that is cut by the end of the stream does not count; the error is then io.EOF, or that of the reader. A line or a
// message beyond the limit is ErrTooLarge.
func (d *decoder) next() (message, error) {
	kind, some := "", false
	d.data = d.data[:0]

	for {
		line, err := d.read()
		if err != nil {
			return message{}, err
		}

		if len(line) == 0 {
			if some {
				break
			}

			kind = "" // an event without data is none

			continue
		}

		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))

		switch string(name) {
		case "event":
			kind = string(value)
		case "data":
			if len(d.data)+len(value) > d.limit {
				return message{}, fmt.Errorf("event: %w: more than %d bytes", ErrTooLarge, d.limit)
			}

			if some {
				d.data = append(d.data, '\n')
			}

			d.data, some = append(d.data, value...), true
		case "id":
			if bytes.IndexByte(value, 0) < 0 {
				d.id = string(value)
			}
		case "retry":
			d.comeBack(value)
		}
	}

	if kind == "" {
		kind = "message"
	}

	return message{kind: kind, id: d.id, data: d.data}, nil
}

// comeBack notes how soon to come back, in milliseconds. What is not a number changes nothing.
func (d *decoder) comeBack(value []byte) {
	if ms, err := strconv.ParseUint(string(value), 10, 31); err == nil {
		d.retry = time.Duration(ms) * time.Millisecond
	}
}

// read is the next line without its end: line feed, carriage return, or both. A line that does not end does not count.
func (d *decoder) read() ([]byte, error) {
	d.line = d.line[:0]

	for {
		if _, err := d.in.Peek(1); err != nil {
			return nil, unexpected(err)
		}

		there, _ := d.in.Peek(d.in.Buffered()) // as much as there is

		if d.lf {
			d.lf = false

			if there[0] == '\n' {
				_, _ = d.in.Discard(1)

				continue
			}
		}

		end := bytes.IndexAny(there, "\r\n")
		part := there

		if end >= 0 {
			part = there[:end]
		}

		if len(d.line)+len(part) > d.limit+len("data: ") {
			return nil, fmt.Errorf("line: %w: more than %d bytes", ErrTooLarge, d.limit)
		}

		d.line = append(d.line, part...)

		if end < 0 {
			_, _ = d.in.Discard(len(part))

			continue
		}

		d.lf = there[end] == '\r'
		_, _ = d.in.Discard(end + 1)

		return d.unmarked(), nil
	}
}

// unmarked is the line without the byte order mark that a stream may begin with.
func (d *decoder) unmarked() []byte {
	if d.begun {
		return d.line
	}

	d.begun = true

	return bytes.TrimPrefix(d.line, []byte("\xef\xbb\xbf"))
}

// unexpected is what a stream ends with: io.EOF also where it ended in the middle.
func unexpected(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return io.EOF
	}

	return err
}

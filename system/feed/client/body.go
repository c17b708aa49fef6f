package client

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// What is read of an answer with an error status: at most so many bytes, for at most so long.
const (
	maxRefusal      = 4 << 10
	refusalPatience = 250 * time.Millisecond
)

// Errors of bodies.
var (
	errWire     = errors.New("more bytes on the wire than client.max_wire")
	errBody     = errors.New("more bytes after decompression than client.max_body")
	errGzip     = errors.New("the answer's gzip is damaged")
	errEncoding = errors.New("the answer has an encoding that was not asked for")
)

// wire reads a body as it comes from the network, up to a limit. It remembers the network's own error, so that an answer that was cut is
// told from gzip that was damaged by the vendor.
type wire struct {
	source io.Reader
	left   int64
	err    error
}

// Read implements io.Reader. It is not called again after an error.
func (w *wire) Read(p []byte) (int, error) {
	if int64(len(p)) > w.left+1 {
		p = p[:w.left+1] // one byte more than allowed tells the limit from the end
	}

	n, err := w.source.Read(p)
	w.left -= int64(n)

	switch {
	case w.left < 0:
		w.err = errWire

		return 0, errWire
	case err != nil && !errors.Is(err, io.EOF):
		w.err = err
	}

	return n, err //nolint:wrapcheck // io.Reader's contract needs io.EOF itself
}

// read appends the answer's body, decompressed, to body.
func (c *Client) read(answer *http.Response, body *bytes.Buffer) error {
	packed, err := isGzip(answer.Header)
	if err != nil {
		return err
	}

	switch {
	case answer.ContentLength > c.settings.MaxWire:
		return errWire
	case !packed && answer.ContentLength > c.settings.MaxBody:
		return errBody
	case answer.ContentLength > 0 && !packed:
		body.Grow(int(answer.ContentLength) + bytes.MinRead)
	}

	source := &wire{source: answer.Body, left: c.settings.MaxWire}
	if !packed {
		return fill(body, source, c.settings.MaxBody)
	}

	if err := c.unpack(body, source, c.settings.MaxBody); err != nil {
		if source.err != nil {
			return source.err
		}

		return err
	}

	return nil
}

// unpack appends what a gzip stream holds, at most limit bytes. Its readers are pooled, since each is 40 kB.
func (c *Client) unpack(body *bytes.Buffer, source *wire, limit int64) error {
	reader, ok := c.readers.Get().(*gzip.Reader)
	if !ok {
		reader = new(gzip.Reader)
	}

	defer c.readers.Put(reader)

	if err := reader.Reset(source); err != nil {
		return errors.Join(errGzip, err)
	}

	if err := fill(body, reader, limit); err != nil {
		if errors.Is(err, errBody) {
			return err
		}

		return errors.Join(errGzip, err)
	}

	return nil
}

// fill appends everything from source to body, at most limit bytes.
func fill(body *bytes.Buffer, source io.Reader, limit int64) error {
	for {
		body.Grow(bytes.MinRead)

		free := body.AvailableBuffer()
		n, err := source.Read(free[:cap(free)])
		body.Write(free[:n])

		switch {
		case int64(body.Len()) > limit:
			return errBody
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("body: %w", err)
		}
	}
}

// isGzip reports how the body is encoded.
func isGzip(header http.Header) (bool, error) {
	switch encoding := strings.ToLower(strings.Join(header["Content-Encoding"], ",")); encoding {
	case "", "identity":
		return false, nil
	case "gzip", "x-gzip":
		return true, nil
	default:
		return false, errEncoding
	}
}

// drain reads the short body of a redirect, so that its connection can be used again. Anything longer, or of unknown length, is left unread.
func drain(answer *http.Response) {
	if answer.ContentLength >= 0 && answer.ContentLength <= maxRefusal {
		_, _ = io.CopyN(io.Discard, answer.Body, answer.ContentLength) // the status counts, whatever becomes of its body
	}
}

// readRefusal appends the beginning of what came with an error status. The status counts, whatever becomes of its body: one that is damaged is
// left out, and one that does not come is not waited for.
func (c *Client) readRefusal(answer *http.Response, body *bytes.Buffer) {
	impatience := time.AfterFunc(refusalPatience, func() { _ = answer.Body.Close() })
	defer impatience.Stop()

	packed, err := isGzip(answer.Header)
	if err != nil {
		return
	}

	source, start := &wire{source: answer.Body, left: maxRefusal}, body.Len()

	if packed {
		err = c.unpack(body, source, maxRefusal)
	} else {
		err = fill(body, source, maxRefusal)
	}

	switch {
	case err == nil || errors.Is(err, errWire):
	case errors.Is(err, errBody):
		body.Truncate(start + maxRefusal)
	default:
		body.Truncate(start)
	}
}

package streaming

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
)

// Words of Stream.Frames.
const (
	framesGzip    = "gzip"
	framesDeflate = "deflate"
	framesZlib    = "zlib"
)

// Errors of packed frames.
var (
	errUnpacked = errors.New("a message is longer than stream.max_frame once it is unpacked")
	errPacked   = errors.New("it is not packed as stream.frames says")
)

// unpacker unpacks the binary frames of one connection. Its readers and its buffer are used again and again.
type unpacker struct {
	packing string
	limit   int64
	source  bytes.Reader
	gzip    *gzip.Reader
	inflate io.ReadCloser // deflate or zlib
	out     bytes.Buffer
}

// unpack returns what a frame holds. It is good until the next call.
func (u *unpacker) unpack(frame []byte) ([]byte, error) {
	if u.packing == "" {
		return frame, nil
	}

	u.source.Reset(frame)

	reader, err := u.reader()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errPacked, err)
	}

	u.out.Reset()

	// One byte more than allowed tells the limit from the end.
	_, err = io.Copy(&u.out, io.LimitReader(reader, u.limit+1))

	// Some vendors flush a deflate stream without ending it. What a cut leaves is no whole document and is found out as such.
	if err != nil && (u.packing != framesDeflate || !errors.Is(err, io.ErrUnexpectedEOF)) {
		return nil, fmt.Errorf("%w: %w", errPacked, err)
	}

	if int64(u.out.Len()) > u.limit {
		u.out = bytes.Buffer{}

		return nil, errUnpacked
	}

	return u.out.Bytes(), nil
}

// reader returns a reader of the frame in source.
func (u *unpacker) reader() (io.Reader, error) {
	switch u.packing {
	case framesGzip:
		if u.gzip == nil {
			u.gzip = new(gzip.Reader)
		}

		if err := u.gzip.Reset(&u.source); err != nil {
			return nil, err
		}

		return u.gzip, nil
	case framesZlib:
		if u.inflate == nil {
			reader, err := zlib.NewReader(&u.source)
			if err != nil {
				return nil, err
			}

			u.inflate = reader

			return reader, nil
		}
	default:
		if u.inflate == nil {
			u.inflate = flate.NewReader(&u.source)

			return u.inflate, nil
		}
	}

	resetter, ok := u.inflate.(flate.Resetter)
	if !ok {
		return nil, errPacked
	}

	if err := resetter.Reset(&u.source, nil); err != nil {
		return nil, err
	}

	return u.inflate, nil
}

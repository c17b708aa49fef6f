package streaming

import (
	"encoding/binary"
	"io"
	"strconv"
	"sync/atomic"

	"github.com/rollcall-go/rollcall/messages"
)

// What a frame's head says, by RFC 6455, section 5.2.
const (
	bitFin        = 0x80
	bitMask       = 0x80
	bitsOpcode    = 0x0f
	bitsLength    = 0x7f
	firstControl  = 0x8
	lengthIn16    = 126
	lengthIn64    = 127
	shortHead     = 2
	maxFragments  = 1 << 14
	longestHead   = shortHead + 8
	maxControlLen = 125
)

// frameError is a frame that is refused.
type frameError struct {
	outcome messages.Outcome
	text    string
}

func (e *frameError) Error() string { return e.text }

// Errors of frames.
var (
	errFrameSize = &frameError{messages.OutcomeTooLarge, "the vendor sends a message that is longer than stream.max_frame"}
	errMasked    = &frameError{messages.OutcomeMalformed, "the vendor masks its frames, which only we may do"}
	errFragments = &frameError{messages.OutcomeMalformed, "the vendor sends a message in more than " + strconv.Itoa(maxFragments) + " fragments"}
	errControl   = &frameError{messages.OutcomeMalformed, "the vendor sends a control frame of more than " + strconv.Itoa(maxControlLen) + " bytes"}
)

// guard is the raw connection under a WebSocket. It looks at the heads of the frames that come and refuses what the library would let pass: a
// frame that declares more than may be read before any of it is, masked frames, and messages of endless empty fragments. It remembers the
// network's own error, so that a connection that was cut is told from a protocol that was violated.
type guard struct {
	io.ReadWriteCloser

	limit int64

	head      [longestHead]byte
	have      int   // bytes of the head
	left      int64 // bytes of the payload that are still to come
	fragments int   // of the message so far
	size      int64 // of the message so far

	refused atomic.Pointer[frameError] // no more is read then
	network atomic.Bool                // reading failed by itself
}

// Read implements io.Reader.
func (g *guard) Read(p []byte) (int, error) {
	if refused := g.refused.Load(); refused != nil {
		return 0, refused
	}

	n, err := g.ReadWriteCloser.Read(p)
	if err != nil {
		g.network.Store(true)
	}

	if refused := g.watch(p[:n]); refused != nil {
		g.refused.Store(refused)

		return 0, refused
	}

	return n, err //nolint:wrapcheck // io.Reader's contract needs io.EOF itself
}

// watch follows the frames through the bytes of the connection.
func (g *guard) watch(p []byte) *frameError {
	for len(p) > 0 {
		if g.left > 0 {
			skip := min(g.left, int64(len(p)))
			g.left -= skip
			p = p[skip:]

			continue
		}

		g.head[g.have] = p[0]
		g.have++
		p = p[1:]

		if g.have < shortHead || g.have < g.headLength() {
			continue
		}

		if err := g.frame(); err != nil {
			return err
		}

		g.have = 0
	}

	return nil
}

func (g *guard) headLength() int {
	switch g.head[1] & bitsLength {
	case lengthIn16:
		return shortHead + 2
	case lengthIn64:
		return shortHead + 8
	default:
		return shortHead
	}
}

// frame judges a head that is complete.
func (g *guard) frame() *frameError {
	length := uint64(g.head[1] & bitsLength)

	switch length {
	case lengthIn16:
		length = uint64(binary.BigEndian.Uint16(g.head[shortHead:]))
	case lengthIn64:
		length = binary.BigEndian.Uint64(g.head[shortHead:])
	}

	control := g.head[0]&bitsOpcode >= firstControl

	switch {
	case g.head[1]&bitMask != 0:
		return errMasked
	case control && length > maxControlLen:
		return errControl
	case length > uint64(g.limit): //nolint:gosec // the limit is positive
		return errFrameSize
	}

	g.left = int64(length)

	if control {
		return nil
	}

	g.fragments++
	g.size += g.left

	switch {
	case g.size > g.limit:
		return errFrameSize
	case g.fragments > maxFragments:
		return errFragments
	case g.head[0]&bitFin != 0:
		g.fragments, g.size = 0, 0
	}

	return nil
}

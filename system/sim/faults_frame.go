package sim

import (
	"bufio"
	"context"
	"crypto/sha1" //nolint:gosec // RFC 6455 asks for it; it protects nothing
	"encoding/base64"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// frameFaults break the WebSocket protocol, below what a library would ever send.
func frameFaults() []entry {
	const (
		huge    = 1 << 40
		invalid = 1 << 63
	)

	return []entry{
		{
			kind: WSHuge, socket: true, options: "size", initial: Fault{Size: huge}, help: "declares a frame of this many bytes, and sends them",
			act: func(x *exchange, f Fault) {
				x.frames(func(out *bufio.Writer) error { return hugeFrame(out, uint64(max(f.Size, 0))) })
			},
		},
		framed(WSNegative, "declares a frame of 2^63 bytes, which no frame may have", func(out *bufio.Writer) error { return hugeFrame(out, invalid) }),
		framed(WSFragments, "sends one message in fragments without end", fragments),
		framed(WSPingFlood, "sends pings without end, as fast as they are read", pingFlood),
		{
			kind: WSDrip, socket: true, options: "delay", initial: Fault{Delay: 100 * time.Millisecond},
			help: "sends its messages byte by byte with this pause, whatever the client says", act: dripFrames,
		},
		{
			kind: WSGarbage, socket: true, options: "size", initial: Fault{Size: 4096}, most: inMemory, help: "sends this many random bytes in place of frames",
			act: func(x *exchange, f Fault) {
				x.frames(func(out *bufio.Writer) error { return garbage(x, out, f.Size) })
			},
		},
	}
}

func framed(kind Kind, help string, write func(out *bufio.Writer) error) entry {
	return entry{kind: kind, socket: true, help: help, act: func(x *exchange, _ Fault) { x.frames(write) }}
}

// First bytes of frames: the opcode, and whether the message ends with the frame.
const (
	opContinue = 0x0
	opText     = 0x1
	opPing     = 0x9
	final      = 0x80
)

// frame returns a frame as a server sends it, unmasked.
func frame(first byte, payload string) string {
	return frameHead(first, uint64(len(payload))) + payload
}

// frameHead returns the beginning of a frame that declares so many bytes.
func frameHead(first byte, size uint64) string {
	const (
		inTwo   = 126 // the length follows in two bytes
		inEight = 127 // or in eight
	)

	head := []byte{first}

	switch {
	case size < inTwo:
		head = append(head, byte(size))
	case size <= 0xffff:
		head = binary.BigEndian.AppendUint16(append(head, inTwo), uint16(size))
	default:
		head = binary.BigEndian.AppendUint64(append(head, inEight), size)
	}

	return string(head)
}

// frames opens the WebSocket in good order and then writes what it likes.
func (x *exchange) frames(write func(out *bufio.Writer) error) {
	const salt = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" // RFC 6455, section 1.3

	hash := sha1.Sum([]byte(x.r.Header.Get("Sec-WebSocket-Key") + salt)) //nolint:gosec // as above
	x.openSocket(base64.StdEncoding.EncodeToString(hash[:]), write)
}

// openSocket answers a handshake with some Sec-WebSocket-Accept, writes, and holds the connection open until the client goes.
func (x *exchange) openSocket(accept string, write func(out *bufio.Writer) error) {
	x.raw(func(conn net.Conn, out *bufio.Writer) error {
		var reading sync.WaitGroup

		defer reading.Wait()
		defer func() { _ = conn.Close() }() // which ends the reading

		reading.Go(func() { _, _ = io.Copy(io.Discard, conn) }) // ends when the client goes or the simulator stops

		_, err := out.WriteString("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
			"Sec-WebSocket-Accept: " + accept + "\r\n\r\n")
		if err != nil {
			return err
		}

		if err := out.Flush(); err != nil {
			return err
		}

		if err := write(out); err != nil {
			return err
		}

		if err := out.Flush(); err != nil {
			return err
		}

		reading.Wait()

		return nil
	})
}

// hangUp writes nothing and closes the connection.
func hangUp(*bufio.Writer) error { return errEnded }

// hugeFrame declares a frame and sends it.
func hugeFrame(out *bufio.Writer, size uint64) error {
	const block = 4096

	piece := strings.Repeat("a", block)

	_, err := out.WriteString(frameHead(final|opText, size))
	for left := size; err == nil && left > 0; left -= min(left, block) {
		_, err = out.WriteString(piece[:min(left, block)])
	}

	return err
}

func fragments(out *bufio.Writer) error {
	piece := frame(opContinue, strings.Repeat("a", 1024))

	_, err := out.WriteString(frame(opText, "a"))
	for err == nil {
		_, err = out.WriteString(piece)
	}

	return err
}

func pingFlood(out *bufio.Writer) error {
	ping := frame(final|opPing, strings.Repeat("p", 100))

	var err error
	for err == nil {
		_, err = out.WriteString(ping)
	}

	return err
}

func garbage(x *exchange, out *bufio.Writer, size int64) error {
	random := x.random()

	for range size {
		if err := out.WriteByte(byte(random.Uint32() & 0xff)); err != nil {
			return err
		}
	}

	return nil
}

func dripFrames(x *exchange, f Fault) {
	var text strings.Builder

	for _, s := range x.vendor.play.Script {
		if s.Server != "" {
			text.WriteString(frame(final|opText, s.Server))
		}
	}

	x.frames(func(out *bufio.Writer) error { return drip(x.r.Context(), out, text.String(), f.Delay) })
}

// drip writes text byte by byte with a pause after each.
func drip(ctx context.Context, out *bufio.Writer, text string, delay time.Duration) error {
	for i := range len(text) {
		if err := out.WriteByte(text[i]); err != nil {
			return err
		}

		if err := out.Flush(); err != nil {
			return err
		}

		if !pause(ctx, delay) {
			return ctx.Err()
		}
	}

	return nil
}

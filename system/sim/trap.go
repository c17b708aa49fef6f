package sim

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
)

// TrapKind is what a trap does to a connection.
type TrapKind string

// The traps.
const (
	TrapSilent    TrapKind = "silent"     // reads and never answers: a handshake that hangs
	TrapDeaf      TrapKind = "deaf"       // accepts and never even reads
	TrapGarbage   TrapKind = "garbage"    // answers the first bytes with bytes that are no TLS and no HTTP
	TrapPlainHTTP TrapKind = "plain-http" // answers the first bytes with plain HTTP, as a server without TLS does
	TrapReset     TrapKind = "reset"      // resets the connection after the first bytes
	TrapClose     TrapKind = "close"      // closes the connection after the first bytes
)

// TrapKinds returns every trap, in the order of the constants.
func TrapKinds() []TrapKind {
	return []TrapKind{TrapSilent, TrapDeaf, TrapGarbage, TrapPlainHTTP, TrapReset, TrapClose}
}

// respond answers a connection whose first bytes have come.
func (k TrapKind) respond(conn net.Conn) error {
	var answer string

	switch k {
	case TrapGarbage:
		answer = "\x00\x01\x02 this is neither TLS nor HTTP\r\n"
	case TrapPlainHTTP:
		answer = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	case TrapReset:
		return reset(conn)
	case TrapSilent, TrapDeaf, TrapClose:
	}

	_, err := io.WriteString(conn, answer)

	return err
}

// Trap is a listener that misbehaves below HTTP.
type Trap struct {
	listener net.Listener
	cancel   context.CancelFunc
	done     chan struct{}
}

// StartTrap listens on a free port of loopback until Stop is called or ctx ends.
func StartTrap(ctx context.Context, kind TrapKind) (*Trap, error) {
	if !slices.Contains(TrapKinds(), kind) {
		return nil, fmt.Errorf("unknown trap %q", string(kind))
	}

	var config net.ListenConfig

	listener, err := config.Listen(ctx, "tcp", DefaultListen)
	if err != nil {
		return nil, fmt.Errorf("trap: listen on %s: %w", DefaultListen, err)
	}

	base, cancel := context.WithCancel(ctx)
	t := &Trap{listener: listener, cancel: cancel, done: make(chan struct{})}
	context.AfterFunc(base, func() { _ = listener.Close() })

	go t.accept(base, kind)

	return t, nil
}

// Address returns the host:port the trap listens on.
func (t *Trap) Address() string { return t.listener.Addr().String() }

// Stop cuts all connections and waits until nothing runs any more, or for ctx.
func (t *Trap) Stop(ctx context.Context) error {
	t.cancel()

	select {
	case <-t.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stop trap: %w", context.Cause(ctx))
	}
}

func (t *Trap) accept(ctx context.Context, kind TrapKind) {
	defer close(t.done)

	var caught sync.WaitGroup
	defer caught.Wait()

	for {
		conn, err := t.listener.Accept()
		if err != nil {
			t.cancel()

			return
		}

		caught.Go(func() { spring(ctx, kind, conn) })
	}
}

// spring deals with one connection.
func spring(ctx context.Context, kind TrapKind, conn net.Conn) {
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	defer func() { _ = conn.Close() }()

	if kind == TrapDeaf {
		<-ctx.Done()

		return
	}

	in := bufio.NewReader(conn)
	if _, err := in.Peek(1); err != nil {
		return
	}

	if kind == TrapSilent {
		_, _ = io.Copy(io.Discard, in) // ends when the client goes or the trap stops

		return
	}

	_ = kind.respond(conn) // the client may be gone, which is its right
}

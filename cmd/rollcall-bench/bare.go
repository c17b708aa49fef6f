package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// bareTask says what to write: so many bytes to every reader, every so often.
type bareTask struct {
	Readers int
	Bytes   int
	Every   time.Duration
}

// leastBare is the shortest event that says what readers look at.
const leastBare = 128

// bare writes the same bytes to every connection and does nothing else: a goroutine for each connection, and one Write for each event.
type bare struct {
	task *bareTask

	mu      sync.Mutex
	frame   []byte
	round   int
	written chan struct{} // closed with each event, and replaced
	marked  int
	used    usage
}

// playBare serves readers until in ends.
func playBare(ctx context.Context, t bareTask, in io.Reader, out io.Writer) error {
	if err := raiseFiles(t.Readers); err != nil {
		return err
	}

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	listener, err := new(net.ListenConfig).Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("bare: %w", err)
	}

	b := &bare{task: &t, written: make(chan struct{})}

	defer context.AfterFunc(ctx, func() { _ = listener.Close() })()

	go b.listen(ctx, listener)
	go b.beat(ctx)

	return serveMarks(ctx, in, b.mark, func(control string) error {
		return json.NewEncoder(out).Encode(servingPlace{Address: listener.Addr().String(), Control: control})
	})
}

func (b *bare) listen(ctx context.Context, listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return // it was closed: nobody connects any more
		}

		go func() {
			defer func() { _ = conn.Close() }()

			b.serve(ctx, conn)
		}()
	}
}

// serve takes the reader's request for one for events.
func (b *bare) serve(ctx context.Context, conn net.Conn) {
	if _, err := conn.Read(make([]byte, maxRequest)); err != nil {
		return
	}

	if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"); err != nil {
		return
	}

	for {
		b.mu.Lock()
		written := b.written
		b.mu.Unlock()

		select {
		case <-written:
		case <-ctx.Done():
			return
		}

		b.mu.Lock()
		frame := b.frame
		b.mu.Unlock()

		if _, err := conn.Write(frame); err != nil {
			return
		}
	}
}

// beat makes an event every so often.
func (b *bare) beat(ctx context.Context) {
	ticker := time.NewTicker(b.task.Every)
	defer ticker.Stop()

	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			b.mu.Lock()
			b.round++
			b.frame = bareFrame(b.round, b.task.Bytes, now)
			close(b.written)
			b.written = make(chan struct{})
			b.mu.Unlock()
		}
	}
}

// bareFrame is an event of so many bytes.
func bareFrame(round, size int, at time.Time) []byte {
	frame := fmt.Appendf(make([]byte, 0, max(size, leastBare)), "id: %d\nevent: snapshot\ndata: {\"published_at\":%q,\"x\":\"", round, at.UTC().Format(time.RFC3339Nano))
	frame = append(frame, bytes.Repeat([]byte{'x'}, max(0, max(size, leastBare)-len(frame)-len("\"}\n\n")))...)

	return append(frame, "\"}\n\n"...)
}

// mark is that of a round's watch.
func (b *bare) mark(ctx context.Context) (*servedSample, error) {
	b.mu.Lock()
	written := b.written
	b.mu.Unlock()

	select {
	case <-written:
	case <-ctx.Done():
		return nil, ctx.Err()
	}

	if err := sleep(ctx, settled(b.task.Every)); err != nil {
		return nil, err
	}

	now, usageErr := readUsage()
	held, memoryErr := readMemory()

	b.mu.Lock()
	defer b.mu.Unlock()

	taken := &servedSample{CPU: now.cpu - b.used.cpu, Rounds: b.round - b.marked, Resident: held.resident, Peak: held.peak}
	b.marked, b.used = b.round, now

	return taken, errors.Join(usageErr, memoryErr)
}

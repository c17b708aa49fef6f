package main

import (
	"bufio"
	"context"
	"crypto/sha1" //nolint:gosec // RFC 6455 wants it; it protects nothing
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// upgradeSalt is what RFC 6455, section 1.3, has a server put behind the client's key.
const upgradeSalt = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// paceEvery is how often a stream with a rate sends what is due.
const paceEvery = 2 * time.Millisecond

// exchangePlace is where the streams are; it is printed as one line of JSON once they can be reached.
type exchangePlace struct{ Port int }

// playStreams serves streams until in ends, which it does when the parent process ends, however it ends.
func playStreams(ctx context.Context, in io.Reader, out io.Writer) error {
	var config net.ListenConfig

	listener, err := config.Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("streams: %w", err)
	}

	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return errors.New("streams: the listener has no port")
	}

	server := &http.Server{Handler: http.HandlerFunc(serveStream), ReadHeaderTimeout: time.Second}

	go func() {
		_, _ = io.Copy(io.Discard, in)
		_ = server.Close() // connections that were taken over end with the process
	}()

	if err := json.NewEncoder(out).Encode(exchangePlace{Port: address.Port}); err != nil {
		return fmt.Errorf("streams: %w", err)
	}

	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("streams: %w", err)
	}

	return nil
}

// serveStream sends tickers once the client has subscribed, whatever it says, until it goes away. It writes frames by itself: a library would take
// the processor from who is measured.
func serveStream(w http.ResponseWriter, r *http.Request) {
	rate, err := strconv.Atoi(r.URL.Query().Get("rate"))
	key := r.Header.Get("Sec-WebSocket-Key")

	if err != nil || rate < 0 || key == "" {
		http.Error(w, "not a request for tickers", http.StatusBadRequest)

		return
	}

	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()

	sum := sha1.Sum([]byte(key + upgradeSalt)) //nolint:gosec // as above
	accept := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
		base64.StdEncoding.EncodeToString(sum[:]) + "\r\n\r\n"

	if _, err := io.WriteString(conn, accept); err != nil {
		return
	}

	if gone := subscribed(conn, buffered.Reader); gone != nil {
		pump(conn, rate, gone)
	}
}

// subscribed waits until the client says something. The channel it returns is closed when the client has gone; it is nil if that was at once.
func subscribed(conn net.Conn, from *bufio.Reader) <-chan struct{} {
	if _, err := from.ReadByte(); err != nil {
		return nil
	}

	gone := make(chan struct{})

	go func() {
		defer close(gone)

		_, _ = io.Copy(io.Discard, from)
		_ = conn.Close() // ends a write that waits
	}()

	return gone
}

// pump sends so many messages a second, or with 0 as many as are read.
func pump(conn io.Writer, rate int, gone <-chan struct{}) {
	t := newTickers()

	if rate == 0 {
		for {
			if _, err := conn.Write(t.next(batchFrames, time.Now())); err != nil {
				return
			}
		}
	}

	pace := time.NewTicker(paceEvery)
	defer pace.Stop()

	for began := time.Now(); ; {
		select {
		case <-gone:
			return
		case now := <-pace.C:
			for due := int(now.Sub(began).Seconds()*float64(rate)) - t.sent; due > 0; due -= batchFrames {
				if _, err := conn.Write(t.next(min(due, batchFrames), now)); err != nil {
					return
				}
			}
		}
	}
}

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// beat is how often the server pushes.
const beat = time.Second

// server plays the price server that ticker asks. It can be told to fail.
type server struct {
	listener net.Listener // nil where connections are handed to it
	mute     atomic.Bool  // connections stay open, and nothing is sent
	calls    atomic.Int32 // connections that have subscribed
	running  sync.WaitGroup

	mu    sync.Mutex
	conns map[net.Conn]bool
}

// listen starts a server on a free port on loopback.
func listen(ctx context.Context) (*server, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("price server: %w", err)
	}

	s := &server{listener: listener}
	s.running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}

			s.serve(conn)
		}
	})

	return s, nil
}

func (s *server) address() string { return s.listener.Addr().String() }

// serve answers on a connection, until it ends.
func (s *server) serve(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()

	if s.conns == nil {
		s.conns = make(map[net.Conn]bool)
	}

	s.conns[conn] = true
	s.running.Go(func() {
		s.answer(conn)
		_ = conn.Close()

		s.mu.Lock()
		defer s.mu.Unlock()

		delete(s.conns, conn)
	})
}

func (s *server) answer(conn net.Conn) {
	line, err := bufio.NewReader(conn).ReadString('\n')
	words := strings.Fields(line)

	switch {
	case err != nil || len(words) == 0:
	case words[0] == "get":
		_, _ = io.WriteString(conn, prices(words[1:]))
	case words[0] == "subscribe":
		s.calls.Add(1)
		s.push(conn, words[1:])
	}
}

// push sends the prices each second. It learns that the client is gone by writing.
func (s *server) push(conn net.Conn, symbols []string) {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()

	for text := "subscribed\n" + prices(symbols); ; text = prices(symbols) {
		for s.mute.Load() && s.holds(conn) {
			<-ticker.C
		}

		if _, err := io.WriteString(conn, text); err != nil {
			return
		}

		<-ticker.C
	}
}

// prices are the lines for symbols.
func prices(symbols []string) string {
	var b strings.Builder

	known := map[string]string{"BTC/USD": "81240.10", "ETH/USD": "3150.5"}

	for _, symbol := range symbols {
		price, found := known[symbol]
		if !found {
			price = "unknown"
		}

		b.WriteString(symbol + " " + price + "\n")
	}

	return b.String()
}

// holds reports whether a connection was not cut.
func (s *server) holds(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.conns[conn]
}

// cut ends all connections.
func (s *server) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()

	for conn := range s.conns {
		_ = conn.Close()
		delete(s.conns, conn)
	}
}

// stop ends the server with all its connections.
func (s *server) stop() {
	if s.listener != nil {
		_ = s.listener.Close()
	}

	s.cut()
	s.running.Wait()
}

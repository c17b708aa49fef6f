package client_test

import (
	"context"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// proxy is a network between the client and a service, which cuts and stalls.
type proxy struct {
	net.Listener

	to   string
	each func(connection int) int // bytes that a connection may bring, counted from 1; 0: all
	held bool                     // what comes after those bytes is held back, and the connection stays

	mu    sync.Mutex
	count int
	open  map[net.Conn]bool
}

func newProxy(t *testing.T, to string, held bool, each func(connection int) int) *proxy {
	t.Helper()

	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)

	p := &proxy{Listener: listener, to: to, each: each, held: held, open: make(map[net.Conn]bool)}

	var running sync.WaitGroup

	running.Go(func() { p.serve(&running) })
	t.Cleanup(func() {
		_ = p.Close()
		p.cut()
		running.Wait()
	})

	return p
}

func (p *proxy) serve(running *sync.WaitGroup) {
	for {
		client, err := p.Accept()
		if err != nil {
			return
		}

		server, err := new(net.Dialer).DialContext(context.Background(), "tcp", p.to)
		if err != nil {
			_ = client.Close()

			continue
		}

		p.mu.Lock()
		p.count++
		limit := p.each(p.count)
		p.open[client], p.open[server] = true, true
		p.mu.Unlock()

		running.Go(func() { _, _ = io.Copy(server, client) })
		running.Go(func() { p.answer(client, server, limit) })
	}
}

// answer hands on what the service says, as far as it goes.
func (p *proxy) answer(client, server net.Conn, limit int) {
	if limit == 0 {
		_, _ = io.Copy(client, server)
	} else {
		_, _ = io.CopyN(client, server, int64(limit))
	}

	if p.held {
		_, _ = io.Copy(io.Discard, server)
	}

	_ = client.Close()
	_ = server.Close()
}

// cut ends every connection.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()

	for conn := range p.open {
		_ = conn.Close()
	}
}

// connections is how many there were.
func (p *proxy) connections() int {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.count
}

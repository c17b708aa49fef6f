package listen

import (
	"container/list"
	"crypto/tls"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// conn is one client's connection. Writes have a deadline, also where nobody sets one.
//
// It has no ReadFrom: what is copied to a client would pass by Write.
type conn struct {
	net.Conn

	tcp      *net.TCPConn  // the same, for CloseWrite
	patience time.Duration // with one write
	crowd    *crowd
	waiting  *list.Element // its place among those without a request; nil while it has one; the crowd's
	timed    atomic.Bool   // somebody has set a deadline for writing
	leave    sync.Once
}

// Write implements net.Conn.
func (c *conn) Write(p []byte) (int, error) {
	if !c.timed.Load() {
		if err := c.Conn.SetWriteDeadline(time.Now().Add(c.patience)); err != nil {
			return 0, err
		}
	}

	return c.Conn.Write(p)
}

// SetWriteDeadline implements net.Conn. No deadline means that each write has its own again.
func (c *conn) SetWriteDeadline(t time.Time) error {
	c.timed.Store(!t.IsZero())

	return c.Conn.SetWriteDeadline(t)
}

// SetDeadline implements net.Conn.
func (c *conn) SetDeadline(t time.Time) error {
	c.timed.Store(!t.IsZero())

	return c.Conn.SetDeadline(t)
}

// CloseWrite says that nothing more is coming, so that the server can wait for the client to have read its last answer.
func (c *conn) CloseWrite() error { return c.tcp.CloseWrite() }

// Close implements net.Conn.
func (c *conn) Close() error {
	c.leave.Do(func() { c.crowd.left(c) })

	return c.Conn.Close()
}

// below is the conn under what the server calls one.
func below(seen net.Conn) *conn {
	if secured, is := seen.(*tls.Conn); is {
		seen = secured.NetConn()
	}

	c, _ := seen.(*conn)

	return c
}

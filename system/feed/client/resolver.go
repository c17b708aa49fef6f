package client

import (
	"context"
	"net"
	"time"
)

// boundResolver returns a resolver whose conversations with name servers end within the limit. Go's own gives a name server five seconds even
// if nobody waits for its answer any more, so a hanging one would gather goroutines and sockets with every poll.
func boundResolver(base *net.Resolver, limit time.Duration) *net.Resolver {
	dial := new(net.Dialer).DialContext
	bounded := new(net.Resolver)

	if base != nil {
		bounded.PreferGo, bounded.StrictErrors = base.PreferGo, base.StrictErrors

		if base.Dial != nil {
			dial = base.Dial
		}
	}

	bounded.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}

		until := time.Now().Add(limit)
		if packets, ok := conn.(*net.UDPConn); ok { // the resolver tells packets from streams by the type
			return &boundPackets{packets, until}, nil
		}

		return &boundStream{conn, until}, nil
	}

	return bounded
}

// boundPackets is a connection whose deadline cannot be moved beyond until.
type boundPackets struct {
	*net.UDPConn

	until time.Time
}

// SetDeadline implements net.Conn.
func (c *boundPackets) SetDeadline(at time.Time) error {
	return c.UDPConn.SetDeadline(earlier(at, c.until)) //nolint:wrapcheck // the resolver reads the error
}

// boundStream is boundPackets over TCP.
type boundStream struct {
	net.Conn

	until time.Time
}

// SetDeadline implements net.Conn.
func (c *boundStream) SetDeadline(at time.Time) error {
	return c.Conn.SetDeadline(earlier(at, c.until)) //nolint:wrapcheck // the resolver reads the error
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}

	return a
}

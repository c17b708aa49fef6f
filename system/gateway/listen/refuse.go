package listen

import (
	"fmt"
	"io"
	"net"
	"time"
)

// What telling somebody that there is no room may take.
const (
	maxRefusals  = 16 // at once; the others are closed without a word
	refuseWithin = time.Second
)

// refusal is the answer of a service that has no room.
func refusal() []byte {
	const body = `{"type":"/problems/too-many-connections","title":"Too many connections","status":503,` +
		`"detail":"every connection there may be is in use"}` + "\n"

	return fmt.Appendf(nil, "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Type: application/problem+json\r\n"+
		"Content-Length: %d\r\nRetry-After: 1\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n%s", len(body), body)
}

// refuse says so and waits for the client to close: a connection closed with something unread in it is reset, and the answer lost.
func refuse(c *net.TCPConn, answer []byte) {
	defer c.Close() //nolint:errcheck // it is the client's to notice

	if err := c.SetDeadline(time.Now().Add(refuseWithin)); err != nil {
		return
	}

	if _, err := c.Write(answer); err != nil || c.CloseWrite() != nil {
		return
	}

	_, _ = io.Copy(io.Discard, io.LimitReader(c, MaxHeader))
}

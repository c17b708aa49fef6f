package streaming

import (
	"context"
	"time"
)

// readAll hands over what comes until nothing comes any more.
func (c *connection) readAll(ctx context.Context) {
	for {
		var buffer []byte

		select {
		case buffer = <-c.free:
		default:
		}

		data, binary, failure := c.wire.read(buffer[:0])

		select {
		case c.incoming <- received{data: data, binary: binary, at: time.Now(), failure: failure}:
		case <-ctx.Done():
			return
		}

		if failure != nil {
			return
		}
	}
}

// writeAll sends messages in their order.
func (c *connection) writeAll(ctx context.Context) {
	for {
		select {
		case text := <-c.outgoing:
			c.observe(Sent, time.Now(), text)

			if c.wire.write(text) != nil {
				close(c.broken)

				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// pingAll sends pings, one at a time. That the pong does not come is the session's to find.
func (c *connection) pingAll(ctx context.Context) {
	for {
		select {
		case <-c.pings:
			c.wire.ping()
		case <-ctx.Done():
			return
		}
	}
}

package hub

import (
	"context"
	"time"

	"github.com/coder/websocket"
)

// ping cuts a reader that answers no ping: its connection is dead though it is open.
func (h *Hub) ping(ctx context.Context, conn *websocket.Conn) {
	ticker := time.NewTicker(h.options.Heartbeat)
	defer ticker.Stop()

	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}

		limited, cancel := context.WithTimeout(ctx, h.options.WriteLimit)
		err := conn.Ping(limited)

		cancel()

		if err != nil {
			_ = conn.CloseNow()

			return
		}
	}
}

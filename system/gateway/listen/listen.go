// Package listen is the door: who may connect, for how long, and how many at once.
package listen

import (
	"context"
	"fmt"
	"net"
	"time"
)

// HeaderTimeout is how long a client may take to send a request's header.
const HeaderTimeout = 10 * time.Second

// Settings say where and how the gateway listens.
type Settings struct {
	Address        string // host:port; port 0 picks one
	MaxConnections int    // at once; DefaultMaxConnections if 0
}

// DefaultMaxConnections is how many connections there may be at once where Settings do not say.
const DefaultMaxConnections = 1024

// Open takes the address.
func Open(ctx context.Context, settings Settings) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", settings.Address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", settings.Address, err)
	}

	return listener, nil
}

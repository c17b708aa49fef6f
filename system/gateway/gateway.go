package gateway

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/system/gateway/access"
	"github.com/rollcall-go/rollcall/system/gateway/listen"
)

// Options are what a gateway is made of.
type Options struct {
	Rounds  Rounds
	History History // nil: nothing is stored
	Record  Record  // nil: nothing is recorded

	Listen  listen.Settings
	Access  access.Settings
	Metrics http.Handler // serves /metrics; nil: there are none

	Version string
	Log     *logrus.Entry
}

// Gateway is the HTTP server. Its methods may be called from any goroutine.
type Gateway struct {
	options  Options
	server   *http.Server
	draining atomic.Bool

	mu       sync.Mutex
	listener net.Listener // nil before Listen
	served   chan struct{}
}

// New checks the options and makes a gateway that does nothing yet.
func New(options Options) (*Gateway, error) {
	g := &Gateway{options: options, served: make(chan struct{})}
	g.server = &http.Server{Handler: g.handler(), ReadHeaderTimeout: listen.HeaderTimeout}

	return g, nil
}

// Listen takes the address, so that a mistake in it is found before anything runs. Who connects waits until Start.
func (g *Gateway) Listen(ctx context.Context) error {
	listener, err := listen.Open(ctx, g.options.Listen)
	if err != nil {
		return err
	}

	g.mu.Lock()
	defer g.mu.Unlock()

	g.listener = listener

	return nil
}

// Start serves. The system behind Rounds is running. Listen comes before.
func (g *Gateway) Start(context.Context) error {
	g.mu.Lock()
	listener := g.listener
	g.mu.Unlock()

	if listener == nil {
		return errors.New("the gateway has no listener")
	}

	go func() {
		defer close(g.served)

		if err := g.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			g.options.Log.WithError(err).Error("the gateway does not serve any more")
		}
	}()

	return nil
}

// Addr is where the gateway listens; nil before Listen.
func (g *Gateway) Addr() net.Addr {
	g.mu.Lock()
	defer g.mu.Unlock()

	if g.listener == nil {
		return nil
	}

	return g.listener.Addr()
}

// Drain is the first phase of an orderly end: not ready, and nobody new is let in. What is open goes on.
func (g *Gateway) Drain() error {
	g.draining.Store(true)

	g.mu.Lock()
	defer g.mu.Unlock()

	if g.listener == nil {
		return nil
	}

	if err := g.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("stop listening on %s: %w", g.options.Listen.Address, err)
	}

	return nil
}

// Stop ends the gateway: requests and streams that are open may end until ctx does, then they are cut.
func (g *Gateway) Stop(ctx context.Context) error {
	err := g.Drain()

	if late := g.server.Shutdown(ctx); late != nil {
		err = errors.Join(err, g.server.Close())
	}

	return err
}

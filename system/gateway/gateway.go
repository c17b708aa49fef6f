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

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/gateway/access"
	"github.com/rollcall-go/rollcall/system/gateway/hub"
	"github.com/rollcall-go/rollcall/system/gateway/listen"
	"github.com/rollcall-go/rollcall/system/logs"
)

// Options are what a gateway is made of.
type Options struct {
	Rounds  Rounds
	History History // nil: nothing is stored
	Record  Record  // nil: nothing is recorded

	Listen  listen.Settings
	Access  access.Settings
	Metrics http.Handler  // serves /metrics; nil: there are none
	Observe func(Request) // is told of every request; nil: nobody is. It is called from many goroutines

	Version string
	Log     *logrus.Entry // nil discards
}

// Gateway is the HTTP server. Its methods may be called from any goroutine.
type Gateway struct {
	options  Options
	gate     *access.Gate
	hub      *hub.Hub
	draining atomic.Bool

	mu   sync.Mutex
	door *listen.Door // nil before Listen
}

// Errors of the lifecycle.
var (
	ErrNotListening = errors.New("the gateway does not listen")
	ErrListening    = errors.New("the gateway listens already")
)

// New checks the options and makes a gateway that does nothing yet.
func New(options Options) (*Gateway, error) {
	options.Log = logs.OrSilent(options.Log)
	options.Access.Log, options.Listen.Log = options.Log, options.Log
	options.Listen.Guarded = len(options.Access.Tokens) > 0

	gate, err := access.New(options.Access)
	if err != nil {
		return nil, fmt.Errorf("http: %w", err)
	}

	connections, err := options.Listen.Connections()
	if err != nil {
		return nil, fmt.Errorf("http: %w", err)
	}

	if options.History != nil {
		options.History = orderlyHistory{options.History, newTurns()}
	}

	if options.Record != nil {
		options.Record = orderlyRecord{options.Record, newTurns()}
	}

	g := &Gateway{options: options, gate: gate}
	g.hub = hub.New(hub.Options{
		Subscribe: g.subscribe,
		Selection: func(r *http.Request) messages.Selection { return access.From(r.Context()).Selection },
		Streams:   max(1, connections-connections/keptFree),
		Log:       options.Log,
	})

	return g, nil
}

// keptFree is the part of the connections, one in so many, that streams leave for requests.
const keptFree = 8

// subscribe is how the hub listens to the rounds. Once the last one is out, it tells the streams that this was the end.
func (g *Gateway) subscribe(events bool) (hub.Subscription, error) {
	subscription, err := g.options.Rounds.Subscribe(events)
	if err == nil {
		return subscription, nil
	}

	if g.draining.Load() {
		g.hub.Bye()

		return over{}, nil
	}

	return nil, err
}

// over is a subscription to a system that has ended.
type over struct{}

// Next implements hub.Subscription.
func (over) Next(ctx context.Context) (*messages.Delivered, error) {
	<-ctx.Done()

	return nil, ctx.Err()
}

// Close implements hub.Subscription.
func (over) Close() {}

// Listen takes the address, so that a mistake in it is found before anything runs. Who connects waits until Start.
func (g *Gateway) Listen(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()

	if g.door != nil {
		return ErrListening
	}

	door, err := listen.Open(ctx, g.options.Listen, g.handler())
	if err != nil {
		return err
	}

	g.door = door
	g.warn(door)

	return nil
}

// warn says what is allowed and probably not meant.
func (g *Gateway) warn(door *listen.Door) {
	if limit := door.Stats().Limit; limit < g.options.Listen.MaxConnections {
		g.options.Log.WithField("limit", limit).Warn("fewer clients than configured: the limit of open files is low")
	}

	if tokens := len(g.options.Access.Tokens) > 0; tokens && g.options.Listen.TLS.Cert == "" && !loopback(door.Addr()) {
		g.options.Log.WithField("address", door.Addr().String()).Warn("tokens are sent in the clear: configure http.tls, or a proxy in front")
	}
}

// Start serves. The system behind Rounds is running by then; Listen came before.
func (g *Gateway) Start() error {
	door := g.listening()
	if door == nil {
		return ErrNotListening
	}

	g.hub.Start()

	go func() {
		if err := door.Serve(); err != nil {
			g.options.Log.WithError(err).Error("the HTTP API is gone")
		}
	}()

	return nil
}

// Update replaces who may ask. Listen and Metrics stay as they are. A mistake changes nothing.
func (g *Gateway) Update(settings access.Settings) error {
	door := g.listening()

	if len(settings.Tokens) == 0 && g.options.Listen.TLS.ClientCA == "" && door != nil && !loopback(door.Addr()) {
		return fmt.Errorf("http: %s %w", g.options.Listen.Address, listen.ErrExposed)
	}

	if err := g.gate.Update(settings); err != nil {
		return fmt.Errorf("http: %w", err)
	}

	return nil
}

// Addr is where the gateway listens; nil before Listen.
func (g *Gateway) Addr() net.Addr {
	if door := g.listening(); door != nil {
		return door.Addr()
	}

	return nil
}

// Streams is how the streams are doing.
func (g *Gateway) Streams() hub.Stats { return g.hub.Stats() }

// Connections are the clients' connections; none before Listen.
func (g *Gateway) Connections() listen.Stats {
	if door := g.listening(); door != nil {
		return door.Stats()
	}

	return listen.Stats{}
}

// Drain is the first phase of an orderly end: not ready, and nobody new is let in. What is open goes on.
func (g *Gateway) Drain() error {
	g.draining.Store(true)

	if door := g.listening(); door != nil {
		return door.Close()
	}

	return nil
}

// Stop ends the gateway: streams are told, requests may end until ctx does, then they are cut. The system behind Rounds has been stopped by then,
// so that streams have had the last snapshot.
func (g *Gateway) Stop(ctx context.Context) error {
	g.draining.Store(true)
	g.hub.Bye()

	defer g.hub.Close()

	if door := g.listening(); door != nil {
		return door.Shutdown(ctx)
	}

	return nil
}

func (g *Gateway) listening() *listen.Door {
	g.mu.Lock()
	defer g.mu.Unlock()

	return g.door
}

// loopback reports whether an address can be reached from this machine only.
func loopback(address net.Addr) bool { return listen.Loopback(address.String()) }

package service

import (
	"context"
	"errors"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/gateway"
	"github.com/rollcall-go/rollcall/system/metrics"
	"github.com/rollcall-go/rollcall/system/tracing"
)

// Of the subscription that metrics and traces share.
const (
	watchQueue = 256
	watchRetry = time.Second
	seenWithin = 250 * time.Millisecond // after the system has stopped
)

// watch is what looks at the rounds from beside: metrics and traces. It holds nobody up.
type watch struct {
	metrics *metrics.Metrics // nil where nobody listens
	tracer  *tracing.Tracer  // nil where nothing is traced

	cancel context.CancelFunc // nil before it has begun
	done   chan struct{}
}

// openWatch makes what looks at the rounds. It sees nothing before it begins.
func (s *Service) openWatch(cfg *config.Config) error {
	s.watch = &watch{done: make(chan struct{})}

	if cfg.HTTP.Address() != "" {
		s.watch.metrics = metrics.New(metrics.Options{
			Version: s.options.Version, Roster: s.system.Roster, State: s.measured,
			Instruments: func() bool { return !s.inForce.Load().Metrics.Instruments.Off() },
			Log:         s.options.Log.WithField("actor", "metrics"),
		})
	}

	if cfg.Tracing.Endpoint == "" {
		return nil
	}

	var err error
	s.watch.tracer, err = tracing.New(tracing.Settings{
		Endpoint: cfg.Tracing.Endpoint, Ratio: cfg.Tracing.Ratio, Headers: cfg.Tracing.Headers,
		Version: s.options.Version, Log: s.options.Log.WithField("actor", "tracing"),
	})

	return err
}

// begin listens to the rounds until the system has stopped or the watch is.
func (w *watch) begin(s *system.System) {
	if w.metrics == nil && w.tracer == nil {
		return
	}

	ctx, cancel := context.WithCancel(context.Background())
	w.cancel = cancel

	go w.follow(ctx, s)
}

// follow subscribes again where it must: a subscription ends with the publisher.
func (w *watch) follow(ctx context.Context, s *system.System) {
	defer close(w.done)

	for ctx.Err() == nil {
		begun := time.Now()

		sub, err := s.Subscribe(system.SubscribeOptions{Queue: watchQueue})
		if errors.Is(err, system.ErrNotStarted) {
			return // it has stopped
		}

		if err == nil {
			w.listen(ctx, sub)
			sub.Close()
		}

		timer := time.NewTimer(watchRetry - time.Since(begun))

		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
}

func (w *watch) listen(ctx context.Context, sub *system.Subscription) {
	for {
		d, err := sub.Next(ctx)
		if err != nil {
			return
		}

		if d.Snapshot != nil {
			w.see(d)
		}
	}
}

func (w *watch) see(d *messages.Delivered) {
	if w.metrics != nil {
		w.metrics.Observe(d.Snapshot, d.SkippedRounds)
	}

	if w.tracer != nil {
		w.tracer.Round(d.Snapshot)
	}
}

// stop ends the watch once it has seen the last round, and has sent what is still to be sent. It does not wait for long.
func (w *watch) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, closeWithin)
	defer cancel()

	if w.cancel != nil {
		seen := time.NewTimer(seenWithin)
		defer seen.Stop()

		select {
		case <-w.done:
		case <-seen.C:
		case <-ctx.Done():
		}

		w.cancel()
		<-w.done
	}

	if w.tracer == nil {
		return nil
	}

	return w.tracer.Close(ctx)
}

// handled counts a request to the API. How long a stream lasted says nothing of how fast it was.
func (w *watch) handled(r gateway.Request) {
	if r.Route == "/v1/stream" || r.Route == "/v1/ws" {
		r.Elapsed = 0
	}

	w.metrics.Request(r.Route, r.Method, r.Status, r.Elapsed)
}

// measured is how everything stands, for a scrape.
func (s *Service) measured(ctx context.Context) (*metrics.State, error) {
	status, err := (&rounds{service: s}).Status(ctx)
	if err != nil {
		return nil, err
	}

	streams, connections := s.gateway.Streams(), s.gateway.Connections()
	state := &metrics.State{
		Every: status.Every, Deadline: status.Deadline, Ready: len(s.gateway.Unready(status, nil)) == 0,
		Rounds: status.Rounds, Record: status.Record, Uplink: status.Uplink, Readers: status.Readers,
		Streams: metrics.Streams{
			SSE: streams.SSE, WebSocket: streams.WebSocket, Sent: streams.Sent, Skipped: streams.Skipped,
			Resets: streams.Resets, Cut: streams.Cut, TurnedAway: streams.TurnedAway,
		},
		Connections: metrics.Connections{
			Open: connections.Open, Limit: connections.Limit, Refused: connections.Refused, Evicted: connections.Evicted,
		},
	}

	for i := range status.Vendors {
		state.Vendors = append(state.Vendors, status.Vendors[i].VendorStatus)
	}

	for _, actor := range status.Core {
		state.Actors = append(state.Actors, metrics.Actor{Name: actor.Name, Restarts: actor.Restarts, Lag: actor.Lag})
	}

	if s.watch.tracer != nil {
		traces := metrics.Traces(s.watch.tracer.Stats())
		state.Traces = &traces
	}

	return state, nil
}

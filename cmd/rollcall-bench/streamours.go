package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/service"
)

// How the two definitions read a ticker.
const (
	tickerPaths = `{key: product_id, price: price, bid: best_bid, ask: best_ask, time: time, sequence: sequence}`
	tickerJQ    = `{jq: 'select(.type == "ticker") | {key: .product_id, price, bid: .best_bid, ask: .best_ask, time, seq: .sequence}'}`
)

// streamed is Rollcall as the binary runs it from a configuration, with vendors that push and its schedule. Every round waits for its
// deadline, because one of a few vendors that are polled hangs each time.
type streamed struct {
	service   *service.Service
	snapshots *system.Subscription
	counted   []messages.StreamStatus // what the vendors that push said last; they stand first
}

func newStreamed(ctx context.Context, t *streamTask, dir string) (*streamed, error) {
	s, snapshots, err := openService(ctx, t.configuration(dir))
	if err != nil {
		return nil, err
	}

	return &streamed{service: s, snapshots: snapshots, counted: make([]messages.StreamStatus, t.Streams)}, nil
}

// openService starts Rollcall from a configuration, as the binary does, and subscribes to its snapshots.
func openService(ctx context.Context, text string) (*service.Service, *system.Subscription, error) {
	cfg, err := config.Parse([]byte(text), "bench.yaml", nil)
	if err != nil {
		return nil, nil, err
	}

	s, err := service.Open(ctx, cfg, service.Options{})
	if err != nil {
		return nil, nil, err
	}

	if err := s.Start(ctx); err != nil {
		return nil, nil, errors.Join(err, s.Stop(ctx))
	}

	snapshots, err := s.System().Subscribe(system.SubscribeOptions{})
	if err != nil {
		return nil, nil, errors.Join(err, s.Stop(ctx))
	}

	return s, snapshots, nil
}

// configuration is the file that an operator would write.
func (t *streamTask) configuration(dir string) string {
	var b strings.Builder

	parse := tickerPaths
	if t.Program == programJQ {
		parse = tickerJQ
	}

	fmt.Fprintf(&b, "every: %s\ndeadline: %s\ndata: %q\nvendors:\n", t.Every, t.Deadline, dir)

	for i := range t.Streams {
		fmt.Fprintf(&b, "  s%d:\n    class: bench\n    naming: \"{quote}\"\n    client: {allow_private: true}\n    symbols:\n", i)

		for product := range products {
			fmt.Fprintf(&b, "      - s%d/%s\n", i, productName(product))
		}

		fmt.Fprintf(&b, "    stream:\n      url: %q\n", streamURL(t.Port, t.share()))
		fmt.Fprintf(&b, "      subscribe: {send: '{type: \"subscribe\", products: $symbols}'}\n      parse: %s\n", parse)
	}

	for i := range t.Polled {
		fmt.Fprintf(&b, "  p%d:\n    class: bench\n    client: {allow_private: true}\n    url: %q\n    symbols: {p%d: S0}\n", i, vendorURL(i, t.Vendors.Port), i)
		b.WriteString("    parse: {rows: quotes, key: symbol, price: price}\n")
	}

	return b.String()
}

// next implements streamProgram.
func (s *streamed) next(ctx context.Context) (streamRound, error) {
	var snapshot *messages.Snapshot

	for snapshot == nil {
		delivered, err := s.snapshots.Next(ctx)
		if err != nil {
			return streamRound{}, err
		}

		snapshot = delivered.Snapshot
	}

	r := streamRound{number: uint64(snapshot.Round), started: snapshot.StartedAt, ready: snapshot.StartedAt.Add(snapshot.Elapsed)}

	for i := range s.counted {
		v, counted := &snapshot.Vendors[i], &s.counted[i]
		if v.Feed != nil && v.Feed.Stream != nil { // a vendor that did not answer says nothing
			*counted = *v.Feed.Stream
		}

		r.usable += v.Usable
		r.messages += counted.Messages
		r.updates += counted.Updates
		r.conflated += counted.Conflated
		r.dropped += counted.Dropped
	}

	return r, nil
}

// stop implements streamProgram.
func (s *streamed) stop(ctx context.Context) error {
	s.snapshots.Close()

	return s.service.Stop(ctx)
}

// dueAfter returns when a round with a number began by the schedule, from how others began: nobody begins early, so the earliest tells.
func dueAfter(rounds []streamRound, every time.Duration) func(number uint64) time.Time {
	var first time.Time

	for _, r := range rounds {
		//nolint:gosec // there are few rounds
		if origin := r.started.Add(-time.Duration(r.number) * every); first.IsZero() || origin.Before(first) {
			first = origin
		}
	}

	return func(number uint64) time.Time { return first.Add(time.Duration(number) * every) } //nolint:gosec // as above
}

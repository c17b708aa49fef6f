package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/sync/errgroup"
)

// plainStream is the streaming program a good engineer writes in an hour: a goroutine for each connection, encoding/json, the newest ticker of each
// product in a map behind a mutex, and every so often a copy of it into a file. It does not connect again, does not look at sequence numbers, and
// checks nothing.
type plainStream struct {
	every time.Duration
	file  string

	mu     sync.Mutex
	newest []map[string]plainTicker // by stream, then product

	received atomic.Uint64
	rounds   uint64
	begin    time.Time
	workers  *errgroup.Group
	cancel   context.CancelFunc
	ended    <-chan struct{} // a stream has failed, or it was stopped
	why      func() error
}

// plainTicker is what of a message is used.
type plainTicker struct {
	Type     string    `json:"type"`
	Product  string    `json:"product_id"`
	Sequence uint64    `json:"sequence"`
	Price    float64   `json:"price,string"`
	Bid      float64   `json:"best_bid,string"`
	Ask      float64   `json:"best_ask,string"`
	Time     time.Time `json:"time"`
}

func newPlainStream(ctx context.Context, t *streamTask, dir string) *plainStream {
	ctx, cancel := context.WithCancel(ctx)
	workers, ctx := errgroup.WithContext(ctx)
	p := &plainStream{
		every: t.Every, file: filepath.Join(dir, "snapshot.json"), newest: make([]map[string]plainTicker, t.Streams),
		begin: time.Now(), workers: workers, cancel: cancel,
		ended: ctx.Done(), why: func() error { return context.Cause(ctx) },
	}

	for i := range t.Streams {
		p.newest[i] = make(map[string]plainTicker)

		workers.Go(func() error {
			if err := p.listen(ctx, i, streamURL(t.Port, t.share())); ctx.Err() == nil {
				return err
			}

			return nil // however reading ended, it was to end
		})
	}

	return p
}

func (p *plainStream) listen(ctx context.Context, stream int, url string) error {
	conn, _, err := websocket.Dial(ctx, url, nil) //nolint:bodyclose // the library closes it
	if err != nil {
		return err
	}
	defer func() { _ = conn.CloseNow() }()

	if err := conn.Write(ctx, websocket.MessageText, []byte(`{"type":"subscribe","channel":"ticker"}`)); err != nil {
		return err
	}

	for {
		_, text, err := conn.Read(ctx)
		if err != nil {
			return err
		}

		var ticker plainTicker
		if err := json.Unmarshal(text, &ticker); err != nil {
			return err
		}

		if ticker.Type == "ticker" {
			p.mu.Lock()
			p.newest[stream][ticker.Product] = ticker
			p.mu.Unlock()
		}

		p.received.Add(1)
	}
}

// next implements streamProgram.
func (p *plainStream) next(ctx context.Context) (streamRound, error) {
	p.rounds = max(p.rounds+1, uint64(time.Since(p.begin)/p.every)+1) //nolint:gosec // time does not run backwards
	due := p.begin.Add(time.Duration(p.rounds) * p.every)             //nolint:gosec // there are few
	timer := time.NewTimer(time.Until(due))

	defer timer.Stop()

	select {
	case <-timer.C:
	case <-p.ended:
		return streamRound{}, fmt.Errorf("stream: %w", p.why())
	case <-ctx.Done():
		return streamRound{}, ctx.Err()
	}

	prices := make([]map[string]plainTicker, len(p.newest))

	p.mu.Lock()
	for i := range p.newest {
		prices[i] = maps.Clone(p.newest[i])
	}
	p.mu.Unlock()

	r := streamRound{number: p.rounds, started: due, ready: time.Now(), messages: p.received.Load()}
	for i := range prices {
		r.usable += len(prices[i])
	}

	text, err := json.Marshal(prices)
	if err != nil {
		return r, fmt.Errorf("snapshot: %w", err)
	}

	if err := os.WriteFile(p.file+".tmp", text, 0o600); err != nil {
		return r, fmt.Errorf("snapshot: %w", err)
	}

	return r, os.Rename(p.file+".tmp", p.file)
}

// stop implements streamProgram.
func (p *plainStream) stop(ctx context.Context) error {
	p.cancel()

	if err := p.workers.Wait(); err != nil {
		return fmt.Errorf("stream: %w", err)
	}

	return ctx.Err()
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// readersTask says how many readers to play, and of what.
type readersTask struct {
	Address    string
	SSE        int
	WebSockets int
	Mode       string // whole or changes
	Every      time.Duration
	Bare       bool // every reader is prompt, over the one protocol there is
}

// readersPlace is printed as one line of JSON once every reader has had something.
type readersPlace struct{ Control string }

// readersSample is what the readers had since the last mark.
type readersSample struct {
	Events     int64           `json:"events"` // rounds, whole or changes
	Bytes      int64           `json:"bytes"`  // of those
	Gaps       int64           `json:"gaps"`   // rounds that were missed and not said to be
	Duplicates int64           `json:"duplicates"`
	Resets     int64           `json:"resets"`
	Skipped    int64           `json:"skipped"` // rounds that were said to be left out
	Told       int64           `json:"told"`    // times that this was said
	Resumed    int64           `json:"resumed"` // connections that went on after a cut
	Failed     int64           `json:"failed"`  // connections that were not to be had, or ended by themselves
	Latency    []time.Duration `json:"latency_ns"`
}

// Readers that are not prompt: one in so many is slow, and one in so many is cut again and again.
const (
	slowOneIn     = 50
	restlessOneIn = 20
)

// connecting is how many readers connect at the same time.
const connecting = 64

// audience is all readers.
type audience struct {
	task  *readersTask
	all   []*reader
	gate  chan struct{}  // holds one for each that connects
	first sync.WaitGroup // those that have not had anything yet
}

// playReaders reads until in ends.
func playReaders(ctx context.Context, t readersTask, in io.Reader, out io.Writer) error {
	count := t.SSE + t.WebSockets
	if err := raiseFiles(2 * count); err != nil {
		return err
	}

	ctx, cancel := context.WithCancel(ctx)

	var ended sync.WaitGroup

	defer ended.Wait()
	defer cancel()

	c := &audience{task: &t, gate: make(chan struct{}, connecting)}
	c.first.Add(count)

	for i := range count {
		r := newReader(c, i)
		c.all = append(c.all, r)

		ended.Go(func() { r.run(ctx) })
	}

	if err := c.ready(ctx); err != nil {
		return err
	}

	return serveMarks(ctx, in, c.mark, func(control string) error {
		return json.NewEncoder(out).Encode(readersPlace{Control: control})
	})
}

var errNotServed = errors.New("some readers had nothing in time")

// ready waits until every reader has had something.
func (c *audience) ready(ctx context.Context) error {
	all := make(chan struct{})

	go func() {
		defer close(all)

		c.first.Wait()
	}()

	limited, cancel := context.WithTimeout(ctx, markWithin)
	defer cancel()

	select {
	case <-all:
		return nil
	case <-limited.Done():
		taken, _ := c.mark(ctx)

		return fmt.Errorf("%w: %d events, %d connections failed", errNotServed, taken.Events, taken.Failed)
	}
}

// mark adds up what the readers had.
func (c *audience) mark(context.Context) (*readersSample, error) {
	var all readersSample

	for _, r := range c.all {
		r.mu.Lock()
		own := r.had
		r.had = readersSample{}
		r.mu.Unlock()

		all.Events += own.Events
		all.Bytes += own.Bytes
		all.Gaps += own.Gaps
		all.Duplicates += own.Duplicates
		all.Resets += own.Resets
		all.Skipped += own.Skipped
		all.Told += own.Told
		all.Resumed += own.Resumed
		all.Failed += own.Failed
		all.Latency = append(all.Latency, own.Latency...)
	}

	return &all, nil
}

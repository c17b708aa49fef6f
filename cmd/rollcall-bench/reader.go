package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/rollcall-go/rollcall/system/api"
)

// reader is one client of the streams. It checks what it gets: every round in order, once, or said to be left out.
type reader struct {
	crowd     *audience
	webSocket bool
	slow      bool // takes three times as long as there is
	restless  bool // is cut at random points, and goes on from the round it has

	last  uint64 // round it has; 0: none, or it was told to begin anew
	told  uint64 // rounds it was told are left out, before the next one
	since time.Time
	size  int // of what it asks for, in bytes; 0: not known yet
	seen  bool

	mu  sync.Mutex
	had readersSample
}

func newReader(c *audience, i int) *reader {
	r := &reader{crowd: c, webSocket: i >= c.task.SSE}
	if !c.task.Bare {
		r.slow, r.restless = i%slowOneIn == slowOneIn-1, i%restlessOneIn == 0
	}

	return r
}

// heard is one event as far as readers look at it.
type heard struct {
	kind      api.EventType
	round     uint64
	since     uint64 // of changes
	count     uint64 // of rounds that are left out
	published time.Time
	size      int
}

// source is an open connection.
type source interface {
	next() (heard, error)
	close()
}

// run reads, and connects again, until ctx ends.
func (r *reader) run(ctx context.Context) {
	for ctx.Err() == nil {
		err := r.listen(ctx)

		switch {
		case ctx.Err() != nil:
		case errors.Is(err, errCut):
			r.count(func(had *readersSample) { had.Resumed++ })
		default:
			r.count(func(had *readersSample) { had.Failed++ })

			_ = sleep(ctx, r.crowd.task.Every) // only early where ctx has ended
		}
	}
}

// listen reads one connection to its end.
func (r *reader) listen(ctx context.Context) error {
	if err := r.enter(ctx); err != nil {
		return err
	}

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	from, err := r.open(ctx)
	<-r.crowd.gate

	if err != nil {
		return err
	}

	defer from.close()
	defer context.AfterFunc(ctx, from.close)()

	r.since, r.told = time.Now(), 0

	for heard := false; ; heard = true {
		e, err := from.next()
		if err != nil {
			if !heard { // what comes is larger than what came: a connection that always breaks before its end gets nowhere
				r.size *= 2
			}

			return err
		}

		unknown := r.size == 0
		r.take(e)

		if r.restless && unknown && r.size > 0 {
			return errCut // where the next connection breaks depends on the size of an event
		}

		if r.slow {
			if err := sleep(ctx, 3*r.crowd.task.Every); err != nil {
				return err
			}
		}
	}
}

func (r *reader) enter(ctx context.Context) error {
	select {
	case r.crowd.gate <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *reader) open(ctx context.Context) (source, error) {
	if r.webSocket && !r.crowd.task.Bare {
		return openWebSocket(ctx, r)
	}

	return openSSE(ctx, r)
}

// take checks an event and counts it.
func (r *reader) take(e heard) {
	now := time.Now()

	r.count(func(had *readersSample) {
		switch e.kind {
		case api.EventReset:
			had.Resets++
			r.last = 0
		case api.EventSkipped:
			had.Told++
			had.Skipped += int64(e.count) //nolint:gosec // there are few rounds
			r.told = e.count
		case api.EventSnapshot, api.EventChanges:
			had.Events++
			had.Bytes += int64(e.size)
			r.check(had, e)

			if e.published.After(r.since) && !r.slow {
				had.Latency = append(had.Latency, now.Sub(e.published))
			}
		default: // a heartbeat, or the end
			return
		}
	})

	if !r.seen && e.round > 0 {
		r.seen = true
		r.crowd.first.Done()
	}
}

// check holds a round to what was promised.
func (r *reader) check(had *readersSample, e heard) {
	switch {
	case r.last == 0:
	case e.round <= r.last:
		had.Duplicates++
	case e.round != r.last+r.told+1:
		had.Gaps++
	case e.kind == api.EventChanges && e.since != r.last: // it has nothing that these could be applied to
		had.Gaps++
	}

	r.last, r.told = e.round, 0

	if e.kind == api.EventChanges || r.crowd.task.Mode == modeWhole { // the first one is whole in any case
		r.size = e.size
	}
}

func (r *reader) count(what func(*readersSample)) {
	r.mu.Lock()
	defer r.mu.Unlock()

	what(&r.had)
}

// errCut is how a connection ends that was to be cut.
var errCut = errors.New("cut")

// restlessFor is within how many events a restless reader is cut.
const restlessFor = 10

// dial connects. The connection of a restless reader breaks after a random number of bytes, most likely within an event.
func (r *reader) dial(ctx context.Context) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp4", r.crowd.task.Address)
	if err != nil {
		return nil, err
	}

	if !r.restless || r.size == 0 {
		return conn, nil
	}

	return &fragile{Conn: conn, left: r.size + rand.IntN(restlessFor*r.size)}, nil //nolint:gosec // chance, not a secret
}

// fragile is a connection that breaks.
type fragile struct {
	net.Conn

	left int
}

// Read implements net.Conn.
func (f *fragile) Read(p []byte) (int, error) {
	if f.left <= 0 {
		_ = f.Close()

		return 0, errCut
	}

	n, err := f.Conn.Read(p[:min(len(p), f.left)])
	f.left -= n

	return n, err
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
)

// servedTask says what Rollcall to run for readers.
type servedTask struct {
	Vendors    int
	Place      fleetPlace
	Readers    int // that will connect
	Every      time.Duration
	Deadline   time.Duration
	Dir        string
	CPUProfile string
	MemProfile string
}

// servingPlace is where a server can be reached; it is printed as one line of JSON.
type servingPlace struct{ Address, Control string }

// servedSample is what a server used since the last mark, in whole rounds. Memory is in bytes.
type servedSample struct {
	CPU      time.Duration   `json:"cpu_ns"`
	Rounds   int             `json:"rounds"`
	Overrun  []time.Duration `json:"overrun_ns"`
	Missing  int             `json:"missing_prices"`
	Resident int64           `json:"resident_bytes"`
	Peak     int64           `json:"peak_bytes"`
}

// playServed runs Rollcall as the binary runs it from a configuration, until in ends.
func playServed(ctx context.Context, t servedTask, in io.Reader, out io.Writer) (err error) {
	if err := raiseFiles(2*t.Vendors + 3*t.Readers); err != nil {
		return err
	}

	dir, err := os.MkdirTemp(t.Dir, "rollcall-bench-")
	if err != nil {
		return fmt.Errorf("data directory: %w", err)
	}

	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	s, snapshots, err := openService(ctx, t.configuration(dir))
	if err != nil {
		return err
	}

	defer func() {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()

		err = errors.Join(err, s.Stop(stopping))
	}()

	profile, err := startProfile(t.CPUProfile)
	if err != nil {
		return err
	}

	w := &roundWatch{task: &t, published: make(chan struct{})}

	go w.follow(ctx, snapshots)

	err = serveMarks(ctx, in, w.mark, func(control string) error {
		return json.NewEncoder(out).Encode(servingPlace{Address: s.Addr().String(), Control: control})
	})

	return errors.Join(err, profile.stop(), writeAllocations(t.MemProfile))
}

// configuration is the file that an operator would write.
func (t *servedTask) configuration(dir string) string {
	var b strings.Builder

	fmt.Fprintf(&b, "every: %s\ndeadline: %s\ndata: %q\nmax_in_flight: %d\n", t.Every, t.Deadline, dir, t.Vendors)
	fmt.Fprintf(&b, "http: {listen: \"127.0.0.1:0\", max_connections: %d}\nvendors:\n", 2*t.Readers+100)

	for i := range t.Vendors {
		fmt.Fprintf(&b, "  v%d: {class: bench, client: {allow_private: true}, url: %q, symbols: {v%d: S0}, ", i, vendorURL(i, t.Place.Port), i)
		b.WriteString("parse: {rows: quotes, key: symbol, price: price}}\n")
	}

	return b.String()
}

// roundWatch collects the rounds.
type roundWatch struct {
	task *servedTask

	mu        sync.Mutex
	rounds    []streamRound
	published chan struct{} // closed with each round, and replaced
	marked    int           // rounds up to the last mark
	used      usage         // up to the last mark
}

// follow collects until the service stops.
func (w *roundWatch) follow(ctx context.Context, snapshots *system.Subscription) {
	defer snapshots.Close()

	for {
		delivered, err := snapshots.Next(ctx)
		if err != nil {
			return
		}

		if delivered.Snapshot != nil {
			w.add(delivered.Snapshot)
		}
	}
}

func (w *roundWatch) add(s *messages.Snapshot) {
	w.mu.Lock()
	defer w.mu.Unlock()

	w.rounds = append(w.rounds, streamRound{
		number: uint64(s.Round), started: s.StartedAt, ready: s.StartedAt.Add(s.Elapsed), usable: usable(s),
	})
	close(w.published)
	w.published = make(chan struct{})
}

// mark waits until a round is over and readers have had it, so that what was used belongs to whole rounds.
func (w *roundWatch) mark(ctx context.Context) (*servedSample, error) {
	w.mu.Lock()
	published := w.published
	w.mu.Unlock()

	select {
	case <-published:
	case <-ctx.Done():
		return nil, ctx.Err()
	}

	if err := sleep(ctx, settled(w.task.Every)); err != nil {
		return nil, err
	}

	now, usageErr := readUsage()
	held, memoryErr := readMemory()

	w.mu.Lock()
	defer w.mu.Unlock()

	taken := &servedSample{CPU: now.cpu - w.used.cpu, Rounds: len(w.rounds) - w.marked, Resident: held.resident, Peak: held.peak}
	rounds := w.rounds[w.marked:] // not the very first, which begins at once, before the others' beat
	due := dueAfter(rounds, w.task.Every)

	for _, r := range rounds {
		taken.Overrun = append(taken.Overrun, r.ready.Sub(due(r.number))-w.task.Deadline)
		taken.Missing += max(0, w.task.Vendors-1-r.usable) // one hangs
	}

	w.marked, w.used = len(w.rounds), now

	return taken, errors.Join(usageErr, memoryErr)
}

// settled is how long after a round it is over for readers too; the next one's is not there yet.
func settled(every time.Duration) time.Duration { return every * 3 / 10 }

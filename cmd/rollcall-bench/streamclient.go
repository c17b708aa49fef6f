package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// streamTask says which program to run against which streams.
type streamTask struct {
	Program    string
	Streams    int
	Rate       int // messages a second over all streams; 0: as many as are read
	Port       int
	Polled     int        // vendors that are polled beside, of which one hangs in each round
	Vendors    fleetPlace // where they are
	Every      time.Duration
	Deadline   time.Duration
	For        time.Duration
	Dir        string
	CPUProfile string
	MemProfile string
}

// share is the rate of one stream.
func (t *streamTask) share() int { return t.Rate / t.Streams }

// streamProgram is one of the streaming programs that are compared.
type streamProgram interface {
	// next returns when the program's next round is done.
	next(ctx context.Context) (streamRound, error)
	stop(ctx context.Context) error
}

// streamRound is how a round stood. The counters are those of all streams since the program began.
type streamRound struct {
	number                                uint64
	started, ready                        time.Time // when it began, and when its snapshot was complete in memory
	usable                                int       // prices of streams in it
	messages, updates, conflated, dropped uint64
}

// streamSample is what one client process measured. Memory is in bytes.
type streamSample struct {
	PerSecond float64         `json:"messages_per_second"`
	CPU       float64         `json:"cpu_us_per_message"`
	Cores     float64         `json:"cores"`
	Allocs    float64         `json:"allocs_per_message"`
	Bytes     float64         `json:"bytes_per_message"`
	Updates   uint64          `json:"updates"`
	Conflated uint64          `json:"conflated"`
	Dropped   uint64          `json:"dropped"`
	Overrun   []time.Duration `json:"overrun_ns"`
	Missing   int             `json:"missing_prices"`
	Peak      int64           `json:"peak_bytes"`
	Grown     int64           `json:"grown_bytes"` // resident memory at the end, beyond that at half time
}

// streamWarmUp is in how many rounds every product must have had a price.
const streamWarmUp = 100

// runStream measures one program.
func runStream(ctx context.Context, t streamTask) (taken *streamSample, err error) {
	dir, err := os.MkdirTemp(t.Dir, "rollcall-bench-")
	if err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}

	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	p, err := openStream(ctx, &t, dir)
	if err != nil {
		return nil, err
	}

	taken, err = t.measure(ctx, p)

	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()

	return taken, errors.Join(err, p.stop(stopping))
}

func openStream(ctx context.Context, t *streamTask, dir string) (streamProgram, error) {
	switch t.Program {
	case programPlain:
		return newPlainStream(ctx, t, dir), nil
	case programPaths, programJQ:
		return newStreamed(ctx, t, dir)
	default:
		return nil, fmt.Errorf("program %q has no streams", t.Program)
	}
}

func (t *streamTask) measure(ctx context.Context, p streamProgram) (*streamSample, error) {
	first, err := t.warmUp(ctx, p)
	if err != nil {
		return nil, err
	}

	profile, err := startProfile(t.CPUProfile)
	if err != nil {
		return nil, err
	}

	taken, err := t.watch(ctx, p, first)

	return taken, errors.Join(err, profile.stop(), writeAllocations(t.MemProfile))
}

// warmUp waits until every product has had a price in several rounds, and returns the last of them. The very first round of a schedule begins at
// once, before the others' beat.
func (t *streamTask) warmUp(ctx context.Context, p streamProgram) (streamRound, error) {
	most, complete := 0, 0

	for range streamWarmUp {
		r, err := p.next(ctx)
		if err != nil {
			return r, fmt.Errorf("warming up: %w", err)
		}

		if most = max(most, r.usable); r.usable == t.Streams*products {
			complete++
		}

		if complete > warmUps {
			return r, nil
		}
	}

	return streamRound{}, fmt.Errorf("%s: %d of %d products had a price within %d rounds", t.Program, most, t.Streams*products, streamWarmUp)
}

// watch takes the figures of the rounds after one, for as long as the task says. Both ends are taken right after a round.
func (t *streamTask) watch(ctx context.Context, p streamProgram, last streamRound) (*streamSample, error) {
	before, err := readUsage()
	if err != nil {
		return nil, err
	}

	var (
		s      streamSample
		half   memory
		first  = last
		rounds = []streamRound{last}
	)

	for last.ready.Sub(first.ready) < t.For {
		if last, err = p.next(ctx); err != nil {
			return nil, fmt.Errorf("round: %w", err)
		}

		rounds = append(rounds, last)
		s.Missing += t.Streams*products - last.usable

		if half.resident == 0 && last.ready.Sub(first.ready) >= t.For/2 {
			if half, err = readMemory(); err != nil {
				return nil, err
			}
		}
	}

	full, memoryErr := readMemory()
	after, usageErr := readUsage()

	s.costs(first, last, before, after)
	s.Peak, s.Grown = full.peak, full.resident-half.resident
	s.Overrun = t.overruns(rounds)

	return &s, errors.Join(memoryErr, usageErr)
}

// costs divides what was used by the messages that came meanwhile. Streams count when a round begins.
func (s *streamSample) costs(first, last streamRound, before, after usage) {
	messages := float64(last.messages - first.messages)
	wall := last.started.Sub(first.started)
	s.PerSecond = messages / wall.Seconds()
	s.CPU = float64(after.cpu-before.cpu) / float64(time.Microsecond) / messages
	s.Cores = float64(after.cpu-before.cpu) / float64(wall)
	s.Allocs = float64(after.allocs-before.allocs) / messages
	s.Bytes = float64(after.bytes-before.bytes) / messages
	s.Updates, s.Conflated, s.Dropped = last.updates-first.updates, last.conflated-first.conflated, last.dropped-first.dropped
}

// overruns are how late the rounds' snapshots were complete, by the schedule. The plain program waits for nobody, so it has no deadline.
func (t *streamTask) overruns(rounds []streamRound) []time.Duration {
	due := dueAfter(rounds, t.Every)
	deadline := t.Deadline

	if t.Program == programPlain {
		deadline = 0
	}

	late := make([]time.Duration, 0, len(rounds))
	for _, r := range rounds[1:] {
		late = append(late, r.ready.Sub(due(r.number))-deadline)
	}

	return late
}

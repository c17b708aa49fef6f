package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// clientTask says which program to run, against which vendors, and what to measure.
type clientTask struct {
	Program    string
	Vendors    int
	Symbols    int
	Place      fleetPlace
	Effort     effort
	Hanging    bool // measure the deadline; otherwise everything else
	Deadline   time.Duration
	Latency    time.Duration
	Dir        string
	CPUProfile string
	MemProfile string
}

// sample is what one client process measured. Memory is in bytes.
type sample struct {
	Start     time.Duration   `json:"start_ns"`
	CPU       float64         `json:"cpu_us_per_poll"`
	Allocs    float64         `json:"allocs_per_poll"`
	Bytes     float64         `json:"bytes_per_poll"`
	Beyond    []time.Duration `json:"beyond_ns"`
	Overrun   []time.Duration `json:"overrun_ns"`
	Durable   []time.Duration `json:"durable_ns"`
	Undurable int             `json:"undurable_rounds"` // rounds of a durable program that were published before they were on disk
	Missing   int             `json:"missing_prices"`   // prices that vendors would have given
	Peak      int64           `json:"peak_bytes"`
	Grown     int64           `json:"grown_bytes"` // resident memory at the end, beyond that of the empty program
}

// client is one measurement in progress.
type client struct {
	task    *clientTask
	program program
	vendors *remote
	sample  sample
}

const (
	warmUps   = 2  // complete rounds before anything is measured
	maxWarmUp = 20 // rounds in which they must have been
	grace     = 30 * time.Second
)

// runClient measures one program.
func runClient(ctx context.Context, t clientTask) (*sample, error) {
	if err := raiseFiles(t.Vendors); err != nil {
		return nil, err
	}

	empty, err := readMemory()
	if err != nil {
		return nil, err
	}

	began := time.Now()

	p, err := openProgram(ctx, &t)
	if err != nil {
		return nil, err
	}

	c := &client{task: &t, program: p, vendors: newRemote(t.Place.Control), sample: sample{Start: time.Since(began)}}
	err = c.measure(ctx)

	full, memoryErr := readMemory()
	c.sample.Peak, c.sample.Grown = full.peak, full.resident-empty.resident

	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()

	return &c.sample, errors.Join(err, memoryErr, p.stop(stopping))
}

func (c *client) measure(ctx context.Context) error {
	if err := c.vendors.set(ctx, mode{}); err != nil {
		return err
	}

	if err := c.warmUp(ctx); err != nil {
		return err
	}

	if c.task.Hanging {
		return c.hanging(ctx)
	}

	if err := c.busy(ctx); err != nil {
		return err
	}

	return c.held(ctx)
}

// warmUp runs rounds until every connection is there: thousands at once may need several attempts.
func (c *client) warmUp(ctx context.Context) error {
	complete := 0

	for range maxWarmUp {
		r, err := c.program.round(ctx)
		if err != nil {
			return fmt.Errorf("warming up: %w", err)
		}

		if r.usable == c.task.Vendors*c.task.Symbols {
			complete++
		}

		if complete == warmUps {
			return nil
		}
	}

	return fmt.Errorf("%s: only %d of %d rounds were complete with %d vendors that all answer", c.task.Program, complete, maxWarmUp, c.task.Vendors)
}

// busy takes the costs, with vendors that answer at once and rounds back to back.
func (c *client) busy(ctx context.Context) error {
	profile, err := startProfile(c.task.CPUProfile)
	if err != nil {
		return err
	}

	before, err := readUsage()
	if err != nil {
		return errors.Join(err, profile.stop())
	}

	for range c.task.Effort.Busy {
		if _, err := c.round(ctx, c.task.Vendors); err != nil {
			return errors.Join(err, profile.stop())
		}
	}

	after, err := readUsage()
	polls := float64(c.task.Effort.Busy * c.task.Vendors)
	c.sample.CPU = float64(after.cpu-before.cpu) / float64(time.Microsecond) / polls
	c.sample.Allocs = float64(after.allocs-before.allocs) / polls
	c.sample.Bytes = float64(after.bytes-before.bytes) / polls

	return errors.Join(err, profile.stop(), writeAllocations(c.task.MemProfile))
}

// held takes what a round adds to what its slowest vendor takes.
func (c *client) held(ctx context.Context) error {
	if err := c.vendors.set(ctx, mode{Hold: c.task.Latency}); err != nil {
		return err
	}

	for range c.task.Effort.Held {
		began := time.Now()

		r, err := c.round(ctx, c.task.Vendors)
		if err != nil {
			return err
		}

		slowest, err := c.vendors.longest(ctx)
		if err != nil {
			return err
		}

		c.sample.Beyond = append(c.sample.Beyond, r.ready.Sub(began)-slowest)
	}

	return c.vendors.set(ctx, mode{})
}

// oneIn is the share of vendors that hang.
const oneIn = 100

// hanging takes how late a round is when some vendors never answer; others each time, because one that always hangs is soon left alone.
func (c *client) hanging(ctx context.Context) error {
	share := min(oneIn, c.task.Vendors)
	if err := c.vendors.set(ctx, mode{Hang: share}); err != nil {
		return err
	}

	for range c.task.Effort.Hangs {
		began := time.Now()

		r, err := c.round(ctx, c.task.Vendors-(c.task.Vendors+share-1)/share)
		if err != nil {
			return err
		}

		c.sample.Overrun = append(c.sample.Overrun, r.ready.Sub(began)-c.task.Deadline)
	}

	return c.vendors.set(ctx, mode{})
}

// round runs one round in which at least so many vendors answer.
func (c *client) round(ctx context.Context, answering int) (result, error) {
	r, err := c.program.round(ctx)
	if err != nil {
		return r, fmt.Errorf("round: %w", err)
	}

	c.sample.Missing += max(0, answering*c.task.Symbols-r.usable)

	switch {
	case c.task.Program != programRollcall:
	case r.kept.IsZero():
		c.sample.Undurable++
	default:
		c.sample.Durable = append(c.sample.Durable, r.kept.Sub(r.ready))
	}

	return r, nil
}

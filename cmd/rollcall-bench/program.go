package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// program is one of those that are compared.
type program interface {
	// round asks every vendor once and returns when the program's work for the round is done.
	round(ctx context.Context) (result, error)
	stop(ctx context.Context) error
}

// result is how a round went.
type result struct {
	ready  time.Time // when the snapshot was complete in memory
	kept   time.Time // when it was acknowledged by the disk; zero if it was not
	usable int       // prices in it
}

// openProgram starts a program. Stopping it removes what it has written.
func openProgram(ctx context.Context, t *clientTask) (program, error) {
	dir, err := os.MkdirTemp(t.Dir, "rollcall-bench-")
	if err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}

	p, err := startProgram(ctx, t, dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}

	return &temporary{program: p, dir: dir}, nil
}

func startProgram(ctx context.Context, t *clientTask, dir string) (program, error) {
	switch t.Program {
	case programPlain:
		urls := make([]string, t.Vendors)
		for i := range urls {
			urls[i] = vendorURL(i, t.Place.Port)
		}

		return newPlain(urls, t.Deadline, dir), nil
	case programMemory, programPaths, programJQ:
		return newInMemory(ctx, t)
	case programRollcall:
		return newWhole(ctx, t, dir)
	default:
		return nil, fmt.Errorf("program %q is unknown", t.Program)
	}
}

// temporary is a program whose data directory goes with it.
type temporary struct {
	program

	dir string
}

func (t *temporary) stop(ctx context.Context) error {
	return errors.Join(t.program.stop(ctx), os.RemoveAll(t.dir))
}

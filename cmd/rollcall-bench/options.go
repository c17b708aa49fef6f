package main

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// The parts of the benchmark, each with a table of its own.
const (
	partRounds  = "rounds"
	partAnswers = "answers"
)

// parts returns the parts in their order.
func parts() []string { return []string{partRounds, partAnswers} }

// The programs that are compared.
const (
	programPlain    = "plain"
	programMemory   = "memory"
	programRollcall = "rollcall"
	programPaths    = "paths"
	programJQ       = "jq"
)

// programs returns the programs of the rounds in the order of the table.
func programs() []string { return []string{programPlain, programMemory, programRollcall} }

// readers returns the programs that differ in how they read.
func readers() []string { return []string{programPlain, programPaths, programJQ} }

// The bounds of what makes sense; 127.0.0.0/8 has addresses for more vendors.
const (
	maxVendors = 100_000
	maxSymbols = 10_000
)

// options are the command line.
type options struct {
	Parts      []string
	Vendors    []int
	Symbols    int
	Answers    []int
	Rounds     int
	Repeat     int
	Programs   []string
	Latency    time.Duration
	Deadline   time.Duration
	Format     string
	Dir        string
	CPUProfile string
	MemProfile string

	costsOnly bool // rounds back to back and nothing else
}

func (o *options) check() error {
	var errs []error

	for _, part := range o.Parts {
		if !slices.Contains(parts(), part) {
			errs = append(errs, fmt.Errorf("--parts %s: use some of %v", part, parts()))
		}
	}

	if len(o.Vendors) == 0 {
		errs = append(errs, errors.New("--vendors names no number"))
	}

	for _, n := range o.Vendors {
		if n < 1 || n > maxVendors {
			errs = append(errs, fmt.Errorf("--vendors %d: use 1 to %d", n, maxVendors))
		}
	}

	for _, program := range o.Programs {
		if !slices.Contains(programs(), program) {
			errs = append(errs, fmt.Errorf("--programs %s: use some of %v", program, programs()))
		}
	}

	if o.Symbols < 1 || o.Symbols > maxSymbols {
		errs = append(errs, fmt.Errorf("--symbols %d: use 1 to %d", o.Symbols, maxSymbols))
	}

	for _, n := range o.Answers {
		if n < 1 || n > maxSymbols {
			errs = append(errs, fmt.Errorf("--answers %d: use 1 to %d", n, maxSymbols))
		}
	}

	if o.Rounds < 0 || o.Repeat < 1 {
		errs = append(errs, fmt.Errorf("--rounds %d, --repeat %d: too few", o.Rounds, o.Repeat))
	}

	if o.Latency <= 0 || o.Deadline <= 0 {
		errs = append(errs, fmt.Errorf("--latency %s, --deadline %s: times must be positive", o.Latency, o.Deadline))
	}

	if o.Format != "table" && o.Format != "json" {
		errs = append(errs, fmt.Errorf("--format %q: use table or json", o.Format))
	}

	return errors.Join(errs...)
}

// effort is how often each figure is taken in one repetition.
type effort struct {
	Busy  int // rounds back to back
	Held  int // rounds with vendors that take their time
	Hangs int // rounds with hanging vendors
}

// largeAnswer is from how many symbols in an answer on fewer rounds are enough.
const largeAnswer = 30

// effortFor keeps a repetition within seconds, whatever the number of vendors.
func (o *options) effortFor(vendors int) effort {
	e := effort{
		Busy:  min(max(30_000/vendors, 3), 300),
		Held:  min(max(10_000/vendors, 2), 30),
		Hangs: min(max(4_000/vendors, 2), 3),
	}

	if o.Rounds > 0 {
		e = effort{Busy: o.Rounds, Held: min(o.Rounds, e.Held), Hangs: min(o.Rounds, e.Hangs)}
	}

	if o.costsOnly {
		e.Held, e.Hangs = 0, 0
		e.Busy = max(e.Busy/max(o.Symbols/largeAnswer, 1), 1)
	}

	return e
}

// repetitions are fewer where a single one takes very long.
func (o *options) repetitions(vendors int) int { return min(o.Repeat, max(20_000/vendors, 1)) }

// perVendor is the least share of the deadline that each vendor adds: asking very many takes longer than a short deadline allows any program.
const perVendor = 200 * time.Microsecond

// deadlineFor is the deadline of rounds with hanging vendors.
func (o *options) deadlineFor(vendors int) time.Duration {
	return max(o.Deadline, time.Duration(vendors)*perVendor)
}

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
	partStreams = "streams"
	partServe   = "serve"
)

// parts returns the parts in their order.
func parts() []string { return []string{partRounds, partAnswers, partStreams, partServe} }

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
	maxStreams = 1000
	maxRate    = 10_000_000
	maxReaders = 5000
)

// options are the command line.
type options struct {
	Parts      []string
	Vendors    []int
	Symbols    int
	Answers    []int
	Streams    int
	Rate       int
	Readers    int
	Modes      []string
	For        time.Duration
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
	errs := []error{
		within("vendors", maxVendors, o.Vendors...), within("symbols", maxSymbols, o.Symbols), within("answers", maxSymbols, o.Answers...),
		within("streams", maxStreams, o.Streams), among("parts", parts(), o.Parts...), among("programs", programs(), o.Programs...),
		within("readers", maxReaders, o.Readers), among("modes", modes(), o.Modes...),
	}

	if least := products * o.Streams; o.Rate < least || o.Rate > maxRate {
		errs = append(errs, fmt.Errorf("--rate %d: use %d, which is one message a second for each product, to %d", o.Rate, least, maxRate))
	}

	if o.Rounds < 0 || o.Repeat < 1 {
		errs = append(errs, fmt.Errorf("--rounds %d, --repeat %d: too few", o.Rounds, o.Repeat))
	}

	if o.For < leastFor {
		errs = append(errs, fmt.Errorf("--for %s: use %s or more", o.For, leastFor))
	}

	if o.Latency <= 0 || o.Deadline <= 0 {
		errs = append(errs, fmt.Errorf("--latency %s, --deadline %s: times must be positive", o.Latency, o.Deadline))
	}

	if o.Format != "table" && o.Format != "json" {
		errs = append(errs, fmt.Errorf("--format %q: use table or json", o.Format))
	}

	return errors.Join(errs...)
}

// within says which numbers of a flag are not from 1 to utmost, and if there is none.
func within(flag string, utmost int, numbers ...int) error {
	if len(numbers) == 0 {
		return fmt.Errorf("--%s names no number", flag)
	}

	var errs []error

	for _, n := range numbers {
		if n < 1 || n > utmost {
			errs = append(errs, fmt.Errorf("--%s %d: use 1 to %d", flag, n, utmost))
		}
	}

	return errors.Join(errs...)
}

// among says which words of a flag are not known.
func among(flag string, known []string, words ...string) error {
	var errs []error

	for _, word := range words {
		if !slices.Contains(known, word) {
			errs = append(errs, fmt.Errorf("--%s %s: use some of %v", flag, word, known))
		}
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

// leastFor leaves time for a few rounds.
const leastFor = 200 * time.Millisecond

// streamEvery is the interval between rounds while streams are measured; their deadline is half of it.
func (o *options) streamEvery() time.Duration { return min(o.For/10, 500*time.Millisecond) }

// perVendor is the least share of the deadline that each vendor adds: asking very many takes longer than a short deadline allows any program.
const perVendor = 200 * time.Microsecond

// deadlineFor is the deadline of rounds with hanging vendors.
func (o *options) deadlineFor(vendors int) time.Duration {
	return max(o.Deadline, time.Duration(vendors)*perVendor)
}

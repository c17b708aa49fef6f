package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
)

// calm is the deadline of rounds in which nobody hangs: no program is to be cut off while its costs are taken.
const calm = time.Minute

// figures is everything that was measured, by part.
type figures struct {
	Rounds  []row       `json:"rounds,omitempty"`
	Answers []row       `json:"answers,omitempty"`
	Streams []streamRow `json:"streams,omitempty"`
	Serve   []serveRow  `json:"serve,omitempty"`
}

// bench measures everything and prints it.
func bench(ctx context.Context, o options, out, notes io.Writer) error {
	var (
		f   figures
		err error
	)

	if slices.Contains(o.Parts, partRounds) {
		if f.Rounds, err = benchRounds(ctx, &o, notes); err != nil {
			return err
		}
	}

	if slices.Contains(o.Parts, partAnswers) {
		if f.Answers, err = benchAnswers(ctx, &o, notes); err != nil {
			return err
		}
	}

	if slices.Contains(o.Parts, partStreams) {
		if f.Streams, err = benchStreams(ctx, &o, notes); err != nil {
			return err
		}
	}

	if slices.Contains(o.Parts, partServe) {
		if f.Serve, err = benchServe(ctx, &o, notes); err != nil {
			return err
		}
	}

	if o.Format == "json" {
		return json.NewEncoder(out).Encode(f)
	}

	return f.print(out, &o)
}

// benchRounds measures rounds with every number of vendors.
func benchRounds(ctx context.Context, o *options, notes io.Writer) ([]row, error) {
	var rows []row

	for _, vendors := range o.Vendors {
		if err := raiseFiles(vendors); err != nil {
			if !errors.Is(err, errFiles) {
				return nil, err
			}

			_, _ = fmt.Fprintf(notes, "skipped: %v\n", err)

			continue
		}

		group, err := benchVendors(ctx, o, vendors, notes)
		if err != nil {
			return nil, err
		}

		rows = append(rows, group...)
	}

	return rows, nil
}

// benchVendors measures all programs with so many vendors.
func benchVendors(ctx context.Context, o *options, vendors int, notes io.Writer) (rows []row, err error) {
	fleet, err := startApart[fleetPlace](ctx, verbVendors, fleetTask{Vendors: vendors, Symbols: o.Symbols})
	if err != nil {
		return nil, err
	}

	defer func() { err = errors.Join(err, fleet.stop()) }()

	var taken []repetition

	order := slices.Clone(o.Programs)

	for i := range o.repetitions(vendors) {
		_, _ = fmt.Fprintf(notes, "%d vendors, %d symbols each: %d of %d\n", vendors, o.Symbols, i+1, o.repetitions(vendors))

		r := make(repetition)

		for _, name := range order {
			task := &clientTask{
				Program: name, Vendors: vendors, Symbols: o.Symbols, Place: fleet.place, Effort: o.effortFor(vendors), Dir: o.Dir,
			}

			if r[name], err = measureApart(ctx, o, task); err != nil {
				return nil, err
			}
		}

		slices.Reverse(order)

		taken = append(taken, r)
	}

	return summarize(vendors, o, taken), nil
}

// measureApart takes all figures of one program, in one process for the costs and another for the deadline.
func measureApart(ctx context.Context, o *options, task *clientTask) (*sample, error) {
	suffix := "." + task.Program + "." + strconv.Itoa(task.Vendors)
	if o.costsOnly {
		suffix += "." + strconv.Itoa(task.Symbols)
	}

	costs, hangs := *task, *task
	costs.Deadline, costs.Latency = calm, o.Latency
	hangs.Deadline, hangs.Hanging = o.deadlineFor(task.Vendors), true

	if o.CPUProfile != "" {
		costs.CPUProfile = o.CPUProfile + suffix
	}

	if o.MemProfile != "" {
		costs.MemProfile = o.MemProfile + suffix
	}

	what := fmt.Sprintf("%s with %d vendors", task.Program, task.Vendors)

	taken, err := runApart[sample](ctx, what, verbClient, &costs)
	if err != nil || o.costsOnly || task.Program == programMemory { // the deadline is the same code with a disk and without
		return taken, err
	}

	late, err := runApart[sample](ctx, what, verbClient, &hangs)
	if err != nil {
		return nil, err
	}

	taken.Overrun = late.Overrun
	taken.Missing += late.Missing

	return taken, nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
)

// streamPolled is how many vendors are polled beside the streams. They hang in turn, so that every round waits for its deadline.
const streamPolled = 3

// flood is the rate that means as many messages as are read.
const flood = 0

// benchStreams measures what messages of streams cost at a rate and as many as come.
func benchStreams(ctx context.Context, o *options, notes io.Writer) (rows []streamRow, err error) {
	polled, err := startApart[fleetPlace](ctx, verbVendors, fleetTask{Vendors: streamPolled, Symbols: 1})
	if err != nil {
		return nil, err
	}

	defer func() { err = errors.Join(err, polled.stop()) }()

	if err := newRemote(polled.place.Control).set(ctx, mode{Hang: streamPolled}); err != nil {
		return nil, err
	}

	exchange, err := startApart[exchangePlace](ctx, verbStreams, struct{}{})
	if err != nil {
		return nil, err
	}

	defer func() { err = errors.Join(err, exchange.stop()) }()

	for _, rate := range []int{o.Rate, flood} {
		task := streamTask{
			Streams: o.Streams, Rate: rate, Port: exchange.place.Port, Polled: streamPolled, Vendors: polled.place,
			Every: o.streamEvery(), Deadline: o.streamEvery() / 2, For: o.For, Dir: o.Dir,
		}

		taken, err := benchRate(ctx, o, task, notes)
		if err != nil {
			return nil, err
		}

		rows = append(rows, summarizeStreams(rate, taken)...)
	}

	return rows, nil
}

// benchRate measures all programs at one rate.
func benchRate(ctx context.Context, o *options, task streamTask, notes io.Writer) ([]streamRepetition, error) {
	var taken []streamRepetition

	order := readers()

	for i := range o.Repeat {
		_, _ = fmt.Fprintf(notes, "%d streams, %s: %d of %d\n", task.Streams, rateName(task.Rate), i+1, o.Repeat)

		r := make(streamRepetition)

		for _, name := range order {
			own := task
			own.Program = name

			if o.CPUProfile != "" {
				own.CPUProfile = o.CPUProfile + "." + name + "." + rateWord(task.Rate)
			}

			if o.MemProfile != "" {
				own.MemProfile = o.MemProfile + "." + name + "." + rateWord(task.Rate)
			}

			sample, err := runApart[streamSample](ctx, name+" with "+rateName(task.Rate), verbStream, own)
			if err != nil {
				return nil, err
			}

			r[name] = sample
		}

		slices.Reverse(order)

		taken = append(taken, r)
	}

	return taken, nil
}

// rateName is a rate for people.
func rateName(rate int) string {
	if rate == flood {
		return "flood"
	}

	return fmt.Sprintf("%d/s", rate)
}

// rateWord is a rate in a file's name.
func rateWord(rate int) string {
	if rate == flood {
		return "flood"
	}

	return "steady"
}

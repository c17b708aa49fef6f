package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// What readers ask for.
const (
	modeWhole   = "whole"
	modeChanges = "changes"
)

func modes() []string { return []string{modeWhole, modeChanges} }

const (
	servedVendors = 1000 // at most
	servedMoves   = 10   // a vendor's price moves once in so many rounds
	servedRounds  = 10   // at least
	besideFor     = 30 * time.Second
)

// served is how many vendors are asked while readers are served.
func (o *options) served() int {
	most := 1
	for _, n := range o.Vendors {
		most = max(most, min(n, servedVendors))
	}

	return most
}

// webSockets come on top of the other readers.
func (o *options) webSockets() int { return (o.Readers + 9) / 10 }

// serveEvery is the interval while readers are served; the deadline is half of it.
func (o *options) serveEvery() time.Duration { return min(o.For/5, time.Second) }

// serveFor is how long readers are served.
func (o *options) serveFor() time.Duration { return max(o.For, servedRounds*o.serveEvery()) }

// besideFor is how long what readers are compared with is measured.
func (o *options) besideFor() time.Duration {
	return min(o.serveFor(), max(besideFor, servedRounds*o.serveEvery()))
}

// benchServe measures what readers cost and get: Rollcall without any, with readers, and bare writes of as many bytes to as many.
func benchServe(ctx context.Context, o *options, notes io.Writer) (rows []serveRow, err error) {
	vendors := o.served()

	fleet, err := startApart[fleetPlace](ctx, verbVendors, fleetTask{Vendors: vendors, Symbols: 1, Moves: servedMoves})
	if err != nil {
		return nil, err
	}

	defer func() { err = errors.Join(err, fleet.stop()) }()

	if err := newRemote(fleet.place.Control).set(ctx, mode{Hang: vendors}); err != nil {
		return nil, err
	}

	task := servedTask{
		Vendors: vendors, Place: fleet.place, Readers: o.Readers + o.webSockets(), Every: o.serveEvery(), Deadline: o.serveEvery() / 2,
		Dir: o.Dir, CPUProfile: named(o.CPUProfile, partServe), MemProfile: named(o.MemProfile, partServe),
	}

	ours, err := startApart[servingPlace](ctx, verbServed, task)
	if err != nil {
		return nil, err
	}

	defer func() { err = errors.Join(err, ours.stop()) }()

	_, _ = fmt.Fprintf(notes, "%d vendors, no readers\n", vendors)

	alone, _, err := watchServer(ctx, ours.place.Control, "", warmUps*o.serveEvery(), o.besideFor())
	if err != nil {
		return nil, err
	}

	rows = append(rows, serveRow{Program: programRollcall}.of(alone, nil, nil))

	for _, mode := range o.Modes {
		pair, err := benchMode(ctx, o, mode, ours.place, alone, notes)
		if err != nil {
			return nil, err
		}

		rows = append(rows, pair...)
	}

	return rows, nil
}

// named is a profile's file; none where none is wanted.
func named(file, suffix string) string {
	if file == "" {
		return ""
	}

	return file + "." + suffix
}

// benchMode serves readers, by Rollcall and then by bare writes of the same size.
func benchMode(ctx context.Context, o *options, mode string, ours servingPlace, alone *servedSample, notes io.Writer) ([]serveRow, error) {
	_, _ = fmt.Fprintf(notes, "%d readers of %s: rollcall\n", o.Readers+o.webSockets(), mode)

	task := readersTask{Address: ours.Address, SSE: o.Readers, WebSockets: o.webSockets(), Mode: mode, Every: o.serveEvery()}

	served, had, err := withReaders(ctx, o, task, ours.Control, o.serveFor())
	if err != nil {
		return nil, err
	}

	_, _ = fmt.Fprintf(notes, "%d readers of %s: bare writes\n", o.Readers+o.webSockets(), mode)

	written, taken, err := benchBare(ctx, o, task, int(had.Bytes/max(had.Events, 1)))
	if err != nil {
		return nil, err
	}

	base := serveRow{Mode: mode, Program: programBare}.of(written, taken, nil)
	row := serveRow{Mode: mode, Program: programRollcall}.of(served, had, alone)

	if base.CPU > 0 {
		base.Ratio, row.Ratio = 1, row.CPU/base.CPU
	}

	return []serveRow{base, row}, nil
}

// benchBare measures bare writes.
func benchBare(ctx context.Context, o *options, task readersTask, size int) (written *servedSample, had *readersSample, err error) {
	server, err := startApart[servingPlace](ctx, verbBare, bareTask{Readers: o.Readers + o.webSockets(), Bytes: size, Every: task.Every})
	if err != nil {
		return nil, nil, err
	}

	defer func() { err = errors.Join(err, server.stop()) }()

	task.Address, task.Bare = server.place.Address, true

	return withReaders(ctx, o, task, server.place.Control, o.besideFor())
}

// withReaders measures a server and its readers at the same time.
func withReaders(ctx context.Context, o *options, task readersTask, control string, long time.Duration) (used *servedSample, had *readersSample, err error) {
	crowd, err := startApart[readersPlace](ctx, verbReaders, task)
	if err != nil {
		return nil, nil, err
	}

	defer func() { err = errors.Join(err, crowd.stop()) }()

	return watchServer(ctx, control, crowd.place.Control, warmUps*o.serveEvery(), long)
}

// watchServer measures a server for some time after it has warmed up, and its readers where there are any.
func watchServer(ctx context.Context, server, readers string, warm, long time.Duration) (used *servedSample, had *readersSample, err error) {
	for _, wait := range []time.Duration{warm, long} { // what the first mark says is not looked at
		if err := sleep(ctx, wait); err != nil {
			return nil, nil, err
		}

		if used, err = mark[servedSample](ctx, server); err != nil {
			return nil, nil, err
		}

		if readers == "" {
			continue
		}

		if had, err = mark[readersSample](ctx, readers); err != nil {
			return nil, nil, err
		}
	}

	return used, had, nil
}

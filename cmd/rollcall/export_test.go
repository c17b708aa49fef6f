package main

import (
	"context"
	"io"
	"os"

	"github.com/rollcall-go/rollcall/messages"
)

// What the tests outside the package see of it.
var (
	Program   = program
	Inert     = inert
	Width     = width
	Printable = printable
	Wrap      = wrap
	ParseTime = parseTime
	ExitCode  = exitCode
	UsageErr  = usageError
	FactKinds = factKinds
	EventLine = eventLine
	WriteCSV  = writeCSV
	Field     = field
)

// The fixed exit codes.
const (
	ExitDone, ExitFailed, ExitUsage, ExitIncomplete, ExitDifference, ExitSoftware = exitDone, exitFailed, exitUsage, exitIncomplete, exitDifference,
		exitSoftware
)

// ExitErr is an error that ends the program with a code.
func ExitErr(code int, err error) error { return &exitError{code: code, err: err} }

// Report prints snapshots one after the other.
func Report(out io.Writer, colour bool, snapshots ...*messages.Snapshot) error {
	r := newReporter(out, colour)

	for _, s := range snapshots {
		if err := r.print(s); err != nil {
			return err
		}
	}

	return nil
}

// Table lays out rows; the first is the header.
func Table(out io.Writer, width int, header []string, rows ...[]string) error {
	t := &table{width: width}
	t.header(header...)

	for _, texts := range rows {
		cells := make([]cell, len(texts))
		for i, text := range texts {
			cells[i] = cell{text: text, right: header[i][0] == '>'}
		}

		t.row(cells...)
	}

	return t.write(out)
}

// RunUntil runs a command line with these streams and signals, without environment.
func RunUntil(ctx context.Context, signals <-chan os.Signal, out, errs io.Writer, args ...string) int {
	return newApp(nil, out, errs, func(string) (string, bool) { return "", false }).runUntil(ctx, signals, args)
}

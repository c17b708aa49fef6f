// Command rollcall-bench measures Rollcall beside the plain program a good engineer writes in an hour, in one run on one machine. Only the
// ratios between the two mean anything elsewhere. docs/performance.md explains the figures.
//
// It starts itself again for each part: one process plays the vendors, and each measured program has a process, and so a heap and a processor
// account, of its own.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run executes the command line and returns the exit code.
func run(args []string, in io.Reader, out, errs io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	root := newCommand(in, out, errs)
	root.SetArgs(args)

	if err := root.ExecuteContext(ctx); err != nil {
		_, _ = fmt.Fprintf(errs, "rollcall-bench: %v\n", err)

		return 1
	}

	return 0
}

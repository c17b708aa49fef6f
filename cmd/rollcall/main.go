// Command rollcall asks market-data vendors for prices on a deadline and publishes one consolidated snapshot a round. It is a thin shell around
// the public packages: what it can do, an embedding program can do.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(program()) }

// program runs the command line of the process and returns its exit code.
func program() int {
	signals := make(chan os.Signal, 2) // the first stops, the second forces
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	// A reader of our output that goes away must not end the service.
	signal.Ignore(syscall.SIGPIPE)
	syscall.Umask(0o027)

	return newApp(os.Stdin, os.Stdout, os.Stderr, os.LookupEnv).runUntil(context.Background(), signals, os.Args[1:])
}

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
	// A core dump would hold the vendors' credentials. Where it cannot be forbidden, the service runs all the same.
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})

	return newApp(os.Stdin, os.Stdout, os.Stderr, os.LookupEnv).runUntil(context.Background(), signals, os.Args[1:])
}

package main

import (
	"errors"
	"fmt"
)

// The exit codes, part of the contract with scripts.
const (
	exitDone       = 0
	exitFailed     = 1
	exitUsage      = 2 // wrong command line or configuration
	exitIncomplete = 3 // once made a partial or empty snapshot
	exitDifference = 4 // verify found a difference
	exitSoftware   = 70
)

// exitError is an error with the exit code it ends the program with. An empty text prints nothing: everything has been said.
type exitError struct {
	code int
	err  error
}

// Error implements error.
func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}

	return e.err.Error()
}

// Unwrap implements errors.Unwrap.
func (e *exitError) Unwrap() error { return e.err }

func usageError(format string, args ...any) error {
	return &exitError{code: exitUsage, err: fmt.Errorf(format, args...)}
}

// exitCode returns what an error ends the program with.
func exitCode(err error) int {
	if err == nil {
		return exitDone
	}

	if e, ok := errors.AsType[*exitError](err); ok {
		return e.code
	}

	return exitFailed
}

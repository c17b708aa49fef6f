package main

import (
	"errors"
	"fmt"
	"math"
	"syscall"
)

// errFiles says that this machine does not let a process have enough open files.
var errFiles = errors.New("the limit on open files is too low")

// filesFor is how many files a process needs for so many vendors: one connection each, some that are on their way out, and its own.
func filesFor(vendors int) uint64 { return uint64(vendors) + uint64(vendors)/8 + 128 } //nolint:gosec // vendors is checked to be small

// raiseFiles lets this process open what it needs for so many vendors, if that is permitted.
func raiseFiles(vendors int) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("open files: %w", err)
	}

	need := filesFor(vendors)
	if need > math.MaxInt32 || limit.Cur >= need {
		return nil
	}

	raised := syscall.Rlimit{Cur: need, Max: max(limit.Max, need)}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &raised); err != nil {
		return fmt.Errorf("%w: %d vendors need %d, the limit is %d (ulimit -n)", errFiles, vendors, need, limit.Max)
	}

	return nil
}

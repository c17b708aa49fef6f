package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/pprof"
)

// profile is a processor profile that is being written; without a file it is none.
type profile struct{ file *os.File }

func startProfile(path string) (*profile, error) {
	if path == "" {
		return &profile{}, nil
	}

	file, err := os.Create(path) //nolint:gosec // the user names the file
	if err != nil {
		return nil, fmt.Errorf("processor profile: %w", err)
	}

	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(fmt.Errorf("processor profile: %w", err), file.Close())
	}

	return &profile{file: file}, nil
}

func (p *profile) stop() error {
	if p.file == nil {
		return nil
	}

	pprof.StopCPUProfile()

	return p.file.Close()
}

// writeAllocations writes the profile of all allocations since the start; without a path it does nothing.
func writeAllocations(path string) error {
	if path == "" {
		return nil
	}

	file, err := os.Create(path) //nolint:gosec // the user names the file
	if err != nil {
		return fmt.Errorf("memory profile: %w", err)
	}

	return errors.Join(pprof.Lookup("allocs").WriteTo(file, 0), file.Close())
}

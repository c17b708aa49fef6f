package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// usage is what this process has used since it began.
type usage struct {
	cpu    time.Duration // user and system
	allocs uint64
	bytes  uint64
}

// readUsage collects garbage first, so that everyone begins with a clean heap and pays for what was left behind.
func readUsage() (usage, error) {
	runtime.GC()

	var spent syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &spent); err != nil {
		return usage{}, fmt.Errorf("processor time: %w", err)
	}

	var heap runtime.MemStats

	runtime.ReadMemStats(&heap)

	return usage{
		cpu:    time.Duration(spent.Utime.Nano() + spent.Stime.Nano()),
		allocs: heap.Mallocs,
		bytes:  heap.TotalAlloc,
	}, nil
}

// memory is the resident memory of this process, in bytes.
type memory struct{ resident, peak int64 }

func readMemory() (memory, error) {
	file, err := os.Open("/proc/self/status")
	if err != nil {
		return memory{}, fmt.Errorf("resident memory: %w", err)
	}
	defer func() { _ = file.Close() }()

	var m memory

	lines := bufio.NewScanner(file)
	for lines.Scan() {
		name, rest, _ := strings.Cut(lines.Text(), ":")

		switch name {
		case "VmRSS":
			m.resident, err = kilobytes(rest)
		case "VmHWM":
			m.peak, err = kilobytes(rest)
		}

		if err != nil {
			return m, fmt.Errorf("resident memory: %w", err)
		}
	}

	return m, lines.Err()
}

// kilobytes reads "  1234 kB" as bytes.
func kilobytes(text string) (int64, error) {
	number := strings.TrimSuffix(strings.TrimSpace(text), " kB")
	n, err := strconv.ParseInt(number, 10, 64)

	return n << 10, err
}

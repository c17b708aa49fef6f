package main

import (
	"math"
	"slices"
	"time"
)

// repetition is what was measured of each program, side by side.
type repetition map[string]*sample

// row is one line of the table: one program with so many vendors. Times are in the unit of their names, figures per poll are medians of the
// repetitions, and spreads are over all rounds of all repetitions.
type row struct {
	Vendors    int     `json:"vendors"`
	Symbols    int     `json:"symbols"`
	Program    string  `json:"program"`
	CPU        float64 `json:"cpu_us_per_poll"`
	Ratio      float64 `json:"cpu_ratio_to_plain"` // 0 if plain was not measured
	Allocs     float64 `json:"allocs_per_poll"`
	Bytes      float64 `json:"bytes_per_poll"`
	Beyond     spread  `json:"beyond_slowest_vendor_ms"`
	DeadlineMS float64 `json:"deadline_ms"`
	Overrun    spread  `json:"overrun_ms"`
	Durable    spread  `json:"durable_after_ready_ms"` // all zero for a program that is not durable
	PeakMB     float64 `json:"peak_mb"`
	PerVendor  float64 `json:"kb_per_vendor"`
	StartMS    float64 `json:"start_ms"`
	Missing    int     `json:"missing_prices"`
	Undurable  int     `json:"undurable_rounds"`
}

// spread is how durations are distributed, in ms.
type spread struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// summarize makes the rows of one number of vendors.
func summarize(vendors int, o *options, taken []repetition) []row {
	rows := make([]row, 0, len(o.Programs))

	for _, name := range o.Programs {
		rows = append(rows, summarizeProgram(vendors, name, o, taken))
	}

	return rows
}

func summarizeProgram(vendors int, name string, o *options, taken []repetition) row {
	over := func(figure func(*sample) float64) float64 {
		figures := make([]float64, 0, len(taken))
		for _, r := range taken {
			figures = append(figures, figure(r[name]))
		}

		return median(figures)
	}

	out := row{
		Vendors: vendors, Symbols: o.Symbols, Program: name,
		CPU:        over(func(s *sample) float64 { return s.CPU }),
		Allocs:     over(func(s *sample) float64 { return s.Allocs }),
		Bytes:      over(func(s *sample) float64 { return s.Bytes }),
		DeadlineMS: milliseconds(o.deadlineFor(vendors)),
		PeakMB:     over(func(s *sample) float64 { return float64(s.Peak) / (1 << 20) }),
		PerVendor:  over(func(s *sample) float64 { return float64(s.Grown) / (1 << 10) / float64(vendors) }),
		StartMS:    over(func(s *sample) float64 { return milliseconds(s.Start) }),
	}

	var (
		beyond, overrun, durable []time.Duration
		ratios                   []float64
	)

	for _, r := range taken {
		s := r[name]
		beyond, overrun, durable = append(beyond, s.Beyond...), append(overrun, s.Overrun...), append(durable, s.Durable...)
		out.Missing += s.Missing
		out.Undurable += s.Undurable

		if base := r[programPlain]; base != nil && base.CPU > 0 {
			ratios = append(ratios, s.CPU/base.CPU)
		}
	}

	out.Beyond, out.Overrun, out.Durable, out.Ratio = spreadOf(beyond), spreadOf(overrun), spreadOf(durable), median(ratios)

	return out
}

// median is 0 for nothing.
func median(figures []float64) float64 {
	if len(figures) == 0 {
		return 0
	}

	sorted := slices.Sorted(slices.Values(figures))
	middle := len(sorted) / 2

	if len(sorted)%2 == 1 {
		return sorted[middle]
	}

	return (sorted[middle-1] + sorted[middle]) / 2
}

// spreadOf is all zero for nothing.
func spreadOf(durations []time.Duration) spread {
	if len(durations) == 0 {
		return spread{}
	}

	sorted := slices.Sorted(slices.Values(durations))

	return spread{
		P50: milliseconds(quantile(sorted, 0.5)),
		P99: milliseconds(quantile(sorted, 0.99)),
		Max: milliseconds(sorted[len(sorted)-1]),
	}
}

// quantile is the smallest duration that at least the share q of all do not exceed.
func quantile(sorted []time.Duration, q float64) time.Duration {
	rank := int(math.Ceil(q * float64(len(sorted))))

	return sorted[min(max(rank, 1), len(sorted))-1]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

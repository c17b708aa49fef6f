package main

import "time"

// streamRepetition is what was measured of each streaming program, side by side.
type streamRepetition map[string]*streamSample

// streamRow is one line of the streams' table: one program at one rate. Figures are medians of the repetitions, but for shares and counts, which
// are of all of them, and for spreads, which are over all rounds.
type streamRow struct {
	Rate      int     `json:"rate"` // messages a second over all streams; 0: as many as were read
	Program   string  `json:"program"`
	PerSecond float64 `json:"messages_per_second"`
	Faster    float64 `json:"messages_ratio_to_plain"`
	CPU       float64 `json:"cpu_us_per_message"`
	Ratio     float64 `json:"cpu_ratio_to_plain"`
	Cores     float64 `json:"cores"`
	Allocs    float64 `json:"allocs_per_message"`
	Bytes     float64 `json:"bytes_per_message"`
	Conflated float64 `json:"conflated_percent"` // of the updates
	Dropped   uint64  `json:"dropped"`
	Overrun   spread  `json:"overrun_ms"`
	PeakMB    float64 `json:"peak_mb"`
	GrownMB   float64 `json:"grown_mb"`
	Missing   int     `json:"missing_prices"`
}

// summarizeStreams makes the rows of one rate.
func summarizeStreams(rate int, taken []streamRepetition) []streamRow {
	rows := make([]streamRow, 0, len(readers()))

	for _, name := range readers() {
		rows = append(rows, summarizeStream(rate, name, taken))
	}

	return rows
}

func summarizeStream(rate int, name string, taken []streamRepetition) streamRow {
	over := func(figure func(own, plain *streamSample) float64) float64 {
		figures := make([]float64, 0, len(taken))
		for _, r := range taken {
			figures = append(figures, figure(r[name], r[programPlain]))
		}

		return median(figures)
	}

	row := streamRow{
		Rate: rate, Program: name,
		PerSecond: over(func(s, _ *streamSample) float64 { return s.PerSecond }),
		Faster:    over(func(s, plain *streamSample) float64 { return s.PerSecond / plain.PerSecond }),
		CPU:       over(func(s, _ *streamSample) float64 { return s.CPU }),
		Ratio:     over(func(s, plain *streamSample) float64 { return s.CPU / plain.CPU }),
		Cores:     over(func(s, _ *streamSample) float64 { return s.Cores }),
		Allocs:    over(func(s, _ *streamSample) float64 { return s.Allocs }),
		Bytes:     over(func(s, _ *streamSample) float64 { return s.Bytes }),
		PeakMB:    over(func(s, _ *streamSample) float64 { return float64(s.Peak) / (1 << 20) }),
		GrownMB:   over(func(s, _ *streamSample) float64 { return float64(s.Grown) / (1 << 20) }),
	}

	var (
		overrun            []time.Duration
		updates, conflated uint64
	)

	for _, r := range taken {
		s := r[name]
		overrun = append(overrun, s.Overrun...)
		updates += s.Updates
		conflated += s.Conflated
		row.Dropped += s.Dropped
		row.Missing += s.Missing
	}

	row.Overrun = spreadOf(overrun)
	row.Conflated = 100 * float64(conflated) / float64(max(updates, 1))

	return row
}

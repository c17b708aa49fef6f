package main

import "time"

// programBare is the program that only writes.
const programBare = "bare"

// serveRow is one line of the table of readers: one program with readers that want the same. Times are in the unit of their names.
type serveRow struct {
	Mode       string  `json:"mode"` // empty: no readers
	Program    string  `json:"program"`
	Rounds     int     `json:"rounds"`
	Events     int64   `json:"events"`
	Bytes      float64 `json:"bytes_per_event"`
	CPU        float64 `json:"cpu_us_per_event"` // beyond the program without readers
	Ratio      float64 `json:"cpu_ratio_to_bare"`
	Latency    spread  `json:"latency_ms"`
	Gaps       int64   `json:"gaps"`
	Duplicates int64   `json:"duplicates"`
	Resets     int64   `json:"resets"`
	Resumed    int64   `json:"resumed"`
	Failed     int64   `json:"failed"`
	Skipped    int64   `json:"skipped_rounds"`
	Told       int64   `json:"told"`
	Overrun    spread  `json:"overrun_ms"`
	Cores      float64 `json:"cores"`
	Resident   float64 `json:"resident_mb"`
	Peak       float64 `json:"peak_mb"`
	Missing    int     `json:"missing_prices"`
}

// of fills in what was measured. Had is nil without readers, alone is nil where nothing is subtracted.
func (r serveRow) of(used *servedSample, had *readersSample, alone *servedSample) serveRow {
	r.Rounds, r.Missing, r.Overrun = used.Rounds, used.Missing, spreadOf(used.Overrun)
	r.Resident, r.Peak = float64(used.Resident)/(1<<20), float64(used.Peak)/(1<<20)

	if had == nil {
		return r
	}

	r.Events, r.Gaps, r.Duplicates, r.Resets, r.Resumed = had.Events, had.Gaps, had.Duplicates, had.Resets, had.Resumed
	r.Failed, r.Skipped, r.Told, r.Latency = had.Failed, had.Skipped, had.Told, spreadOf(had.Latency)

	if had.Events == 0 {
		return r
	}

	cpu := float64(used.CPU)
	if alone != nil && alone.Rounds > 0 {
		cpu -= float64(alone.CPU) / float64(alone.Rounds) * float64(used.Rounds)
	}

	r.Bytes = float64(had.Bytes) / float64(had.Events)
	r.CPU = cpu / float64(time.Microsecond) / float64(had.Events)

	return r
}

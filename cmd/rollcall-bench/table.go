package main

import (
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"text/tabwriter"
)

// printTable prints the rows for people.
func printTable(out io.Writer, o *options, rows []row) error {
	var text strings.Builder

	fmt.Fprintf(&text, `%d symbols per vendor, %d processors, %s, medians of up to %d repetitions. Compare within this table only.
cpu, allocs, KB: per poll, rounds back to back. beyond: ms a round takes longer than its slowest vendor (%s).
overrun: ms after the deadline, 1 %% of the vendors hanging. durable: ms from complete to on disk. --help says more.

`, o.Symbols, runtime.GOMAXPROCS(0), runtime.Version(), o.Repeat, o.Latency)

	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	line(w, "vendors", "program", "cpu µs", "× plain", "allocs", "KB", "beyond p50", "p99",
		"deadline", "overrun p50", "p99", "max", "durable p50", "peak MB", "KB/vendor", "start ms")

	for i := range rows {
		r := &rows[i]
		line(w, strconv.Itoa(r.Vendors), r.Program, decimals(r.CPU, 1), orDash(r.Ratio), decimals(r.Allocs, 1), decimals(r.Bytes/1024, 1),
			decimals(r.Beyond.P50, 2), decimals(r.Beyond.P99, 2), decimals(r.DeadlineMS, 0),
			orDash(r.Overrun.P50), orDash(r.Overrun.P99), orDash(r.Overrun.Max),
			orDash(r.Durable.P50), decimals(r.PeakMB, 0), decimals(r.PerVendor, 1),
			decimals(r.StartMS, 1))
	}

	if err := w.Flush(); err != nil {
		return fmt.Errorf("table: %w", err)
	}

	for i := range rows {
		text.WriteString(remarks(&rows[i]))
	}

	if _, err := io.WriteString(out, text.String()); err != nil {
		return fmt.Errorf("table: %w", err)
	}

	return nil
}

// remarks say what a row's figures do not show.
func remarks(r *row) string {
	text := ""

	if r.Missing > 0 {
		text += fmt.Sprintf("%s with %d vendors: %d prices are missing that vendors would have given\n", r.Program, r.Vendors, r.Missing)
	}

	if r.Undurable > 0 {
		text += fmt.Sprintf("%s with %d vendors: %d rounds were published before they were on disk\n", r.Program, r.Vendors, r.Undurable)
	}

	return text
}

// line writes one line; the text builder behind w takes everything.
func line(w io.Writer, cells ...string) { _, _ = fmt.Fprintln(w, strings.Join(cells, "\t")+"\t") }

func decimals(value float64, places int) string { return strconv.FormatFloat(value, 'f', places, 64) }

// orDash is a dash for what was not measured.
func orDash(value float64) string {
	if value == 0 {
		return "–"
	}

	return decimals(value, 2)
}

package main

import (
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"text/tabwriter"
)

// print prints a table for each part, for people.
func (f *figures) print(out io.Writer, o *options) error {
	var tables []string

	if len(f.Rounds) > 0 {
		tables = append(tables, roundsTable(o, f.Rounds))
	}

	if len(f.Answers) > 0 {
		tables = append(tables, answersTable(o, f.Answers))
	}

	if len(f.Streams) > 0 {
		tables = append(tables, streamsTable(o, f.Streams))
	}

	if len(f.Serve) > 0 {
		tables = append(tables, serveTable(o, f.Serve))
	}

	if _, err := io.WriteString(out, strings.Join(tables, "\n")); err != nil {
		return fmt.Errorf("table: %w", err)
	}

	return nil
}

// roundsTable shows the rounds.
func roundsTable(o *options, rows []row) string {
	return fmt.Sprintf(`%d symbols per vendor, %s
cpu, allocs, KB: per poll, rounds back to back. beyond: ms a round takes longer than its slowest vendor (%s).
overrun: ms after the deadline, 1 %% of the vendors hanging. durable: ms from complete to on disk. --help says more.

`, o.Symbols, circumstances(o), o.Latency) + table(rows, []string{
		"vendors", "program", "cpu µs", "× plain", "allocs", "KB", "beyond p50", "p99",
		"deadline", "overrun p50", "p99", "max", "durable p50", "peak MB", "KB/vendor", "start ms",
	}, func(r *row) []string {
		return []string{
			strconv.Itoa(r.Vendors), r.Program, decimals(r.CPU, 1), orDash(r.Ratio), decimals(r.Allocs, 1), decimals(r.Bytes/1024, 1),
			decimals(r.Beyond.P50, 2), decimals(r.Beyond.P99, 2), decimals(r.DeadlineMS, 0),
			orDash(r.Overrun.P50), orDash(r.Overrun.P99), orDash(r.Overrun.Max),
			orDash(r.Durable.P50), decimals(r.PeakMB, 0), decimals(r.PerVendor, 1), decimals(r.StartMS, 1),
		}
	}) + remarks(rows)
}

// answersTable shows what answers of different sizes cost.
func answersTable(o *options, rows []row) string {
	return fmt.Sprintf(`Reading answers: %d vendors, in memory, %s
cpu, allocs, KB: per poll with all it takes, rounds back to back. ns/symbol: cpu by the symbols of an answer.

`, askers, circumstances(o)) + table(rows, []string{"symbols", "program", "cpu µs", "× plain", "ns/symbol", "allocs", "KB", "peak MB"},
		func(r *row) []string {
			return []string{
				strconv.Itoa(r.Symbols), r.Program, decimals(r.CPU, 1), orDash(r.Ratio), decimals(r.CPU*1000/float64(r.Symbols), 0),
				decimals(r.Allocs, 1), decimals(r.Bytes/1024, 1), decimals(r.PeakMB, 0),
			}
		}) + remarks(rows)
}

// circumstances are what the figures of every table depend on.
func circumstances(o *options) string {
	return fmt.Sprintf("%d processors, %s, medians of up to %d repetitions. Compare within this table only.",
		runtime.GOMAXPROCS(0), runtime.Version(), o.Repeat)
}

// table aligns rows under their head.
func table[R any](rows []R, head []string, cells func(*R) []string) string {
	var text strings.Builder

	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	line(w, head)

	for i := range rows {
		line(w, cells(&rows[i]))
	}

	_ = w.Flush() // the text builder behind it takes everything

	return text.String()
}

func line(w io.Writer, cells []string) { _, _ = fmt.Fprintln(w, strings.Join(cells, "\t")+"\t") }

// remarks say what the figures of rows do not show.
func remarks(rows []row) string {
	var text strings.Builder

	for i := range rows {
		r := &rows[i]

		if r.Missing > 0 {
			fmt.Fprintf(&text, "%s with %d vendors: %d prices are missing that vendors would have given\n", r.Program, r.Vendors, r.Missing)
		}

		if r.Undurable > 0 {
			fmt.Fprintf(&text, "%s with %d vendors: %d rounds were published before they were on disk\n", r.Program, r.Vendors, r.Undurable)
		}
	}

	return text.String()
}

func decimals(value float64, places int) string { return strconv.FormatFloat(value, 'f', places, 64) }

// orDash is a dash for what was not measured.
func orDash(value float64) string {
	if value == 0 {
		return "–"
	}

	return decimals(value, 2)
}

package main

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
)

// serveTable shows the readers.
func serveTable(o *options, rows []serveRow) string {
	return fmt.Sprintf(`Serve: %d vendors every %s, %d Server-Sent Events readers and %d WebSockets, %s, %d processors, %s. Compare within this table only.
One reader in %d is slow, one in %d is cut at random points. cpu: per event, beyond Rollcall without readers. latency: ms from publication
to the reader, of those that are not slow. overrun: ms after the deadline, with one vendor hanging in each round.

`, o.served(), o.serveEvery(), o.Readers, o.webSockets(), o.serveFor(), runtime.GOMAXPROCS(0), runtime.Version(), slowOneIn, restlessOneIn) +
		table(rows, []string{
			"readers of", "program", "rounds", "events", "KB", "cpu µs", "× bare", "latency p50", "p99", "max", "gaps", "twice", "resets", "resumed",
			"skipped", "told", "overrun p50", "p99", "max", "RSS MB", "peak MB",
		}, serveCells) + serveRemarks(rows)
}

func serveCells(r *serveRow) []string {
	count := func(n int64) string { return strconv.FormatInt(n, 10) }
	cells := []string{"–", r.Program, strconv.Itoa(r.Rounds)}

	if r.Mode == "" {
		cells = append(cells, strings.Fields(strings.Repeat("– ", 13))...)
	} else {
		cells[0] = r.Mode
		cells = append(cells, count(r.Events), decimals(r.Bytes/1024, 1), decimals(r.CPU, 1), orDash(r.Ratio),
			decimals(r.Latency.P50, 1), decimals(r.Latency.P99, 1), decimals(r.Latency.Max, 1),
			count(r.Gaps), count(r.Duplicates), count(r.Resets), count(r.Resumed), count(r.Skipped), count(r.Told))
	}

	return append(cells, orDash(r.Overrun.P50), orDash(r.Overrun.P99), orDash(r.Overrun.Max), decimals(r.Resident, 0), decimals(r.Peak, 0))
}

// serveRemarks say what the figures of rows do not show.
func serveRemarks(rows []serveRow) string {
	var text strings.Builder

	for i := range rows {
		r := &rows[i]

		if r.Failed > 0 {
			fmt.Fprintf(&text, "%s, readers of %s: %d connections failed or were ended by the server\n", r.Program, r.Mode, r.Failed)
		}

		if r.Missing > 0 {
			fmt.Fprintf(&text, "%s, readers of %s: %d prices are missing in rounds\n", r.Program, r.Mode, r.Missing)
		}
	}

	return text.String()
}

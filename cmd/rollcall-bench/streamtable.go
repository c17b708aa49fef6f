package main

import (
	"fmt"
	"strconv"
	"strings"
)

// streamsTable shows the streams.
func streamsTable(o *options, rows []streamRow) string {
	return fmt.Sprintf(`Streams: %d connections, %d products each, messages of %d bytes, %s each, %s
cpu, allocs, KB: per message, with a round every %s. cores: processors in use. conflated: %% of the quotes that a newer one
replaced before the actor saw them. overrun: ms after the deadline. grown: MB in the second half of the time.

`, o.Streams, products, tickerBytes, o.For, circumstances(o), o.streamEvery()) + table(rows, []string{
		"rate", "program", "messages/s", "× plain", "cpu µs", "× plain", "cores", "allocs", "KB",
		"conflated", "dropped", "overrun p50", "p99", "max", "peak MB", "grown MB",
	}, func(r *streamRow) []string {
		conflated, dropped := "–", "–" // the plain program does not count them
		if r.Program != programPlain {
			conflated, dropped = decimals(r.Conflated, 1)+" %", strconv.FormatUint(r.Dropped, 10)
		}

		return []string{
			rateName(r.Rate), r.Program, decimals(r.PerSecond, 0), orDash(r.Faster), decimals(r.CPU, 2), orDash(r.Ratio), decimals(r.Cores, 2),
			decimals(r.Allocs, 1), decimals(r.Bytes/1024, 2), conflated, dropped,
			decimals(r.Overrun.P50, 2), decimals(r.Overrun.P99, 2), decimals(r.Overrun.Max, 2), decimals(r.PeakMB, 0), decimals(r.GrownMB, 1),
		}
	}) + streamRemarks(rows)
}

// streamRemarks say what the figures of rows do not show.
func streamRemarks(rows []streamRow) string {
	var text strings.Builder

	for i := range rows {
		if r := &rows[i]; r.Missing > 0 {
			fmt.Fprintf(&text, "%s at %s: %d prices are missing in rounds\n", r.Program, rateName(r.Rate), r.Missing)
		}
	}

	return text.String()
}

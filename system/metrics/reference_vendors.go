package metrics

func vendorMetrics() []Metric {
	each := []string{"vendor"}

	return []Metric{
		{vendorInfo, Gauge, []string{"vendor", "class"}, "1 for each vendor and its asset class."},
		{vendorRounds, Counter, []string{"vendor", "outcome"}, "Rounds by how the vendor fared in them."},
		{vendorFailures, Counter, []string{"vendor", "code"}, "Rounds in which the vendor, or at least one of its quotes, failed for this reason."},
		{vendorRequests, Counter, each, "Requests made, retries included."},
		{vendorLatency, Histogram, each, "From the last request to its complete answer; who gave no quotes is not in it."},
		{vendorUp, Gauge, each, "1 if the vendor had a usable price in the newest round, or its market was closed."},
		{vendorUsable, Gauge, each, "Usable quotes in the newest round."},
		{vendorExpected, Gauge, each, "Quotes that are asked for."},
		{vendorState, Gauge, each, "State with its supervisor: 0 running, 1 backoff, 2 quarantined, 3 probing, 4 paused."},
		{vendorQuarantine, Gauge, each, "1 while the vendor is in quarantine or probed out of it."},
		{vendorRestarts, Counter, each, "Restarts after a crash."},
	}
}

func feedMetrics() []Metric {
	each := []string{"vendor"}

	return []Metric{
		{streamState, Gauge, each, "State of the stream in the newest round: 0 connecting, 1 live, 2 thin, 3 polled."},
		{streamConnections, Gauge, each, "Connections that are ready."},
		{streamAlive, Gauge, each, "Since the stream's last sign of life, in the newest round. Absent before the first."},
		{streamConnects, Counter, each, "Connections made."},
		{streamMessages, Counter, each, "Messages received, heartbeats included."},
		{streamUpdates, Counter, each, "Quotes received."},
		{streamConflated, Counter, each, "Quotes that a newer one replaced before anyone saw them."},
		{streamDropped, Counter, each, "Quotes left out because they were older than what was known."},
		{streamGaps, Counter, each, "Messages known to be lost."},
		{budgetRemaining, Gauge, each, "Credits left in the tightest window of the key, which vendors may share. Absent where unknown."},
		{budgetInterval, Gauge, each, "How often the vendor is asked at most, stretched by its budget; 0 where each round may ask."},
		{budgetPaused, Gauge, each, "1 while the vendor wants to be left alone."},
	}
}

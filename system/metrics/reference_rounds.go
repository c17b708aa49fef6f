package metrics

func roundMetrics() []Metric {
	return []Metric{
		{roundsTotal, Counter, []string{"status"}, "Rounds published, by status of the snapshot: complete, partial or empty."},
		{roundsUnobserved, Counter, nil, "Rounds published that these metrics have not seen, because they came faster than they were counted."},
		{roundElapsed, Histogram, nil, "From the start of a round to its close."},
		{roundOverrun, Histogram, nil, "How long after its deadline a round was closed; only rounds that ran into it."},
		{roundLast, Gauge, nil, "Number of the last round that was closed."},
		{roundDurable, Gauge, nil, "Number of the last round that is on disk."},
		{roundPublished, Gauge, nil, "When the newest snapshot was published."},
		{roundInterval, Gauge, nil, "Configured interval between rounds; 0 without a schedule."},
		{roundDeadline, Gauge, nil, "Configured deadline of a round."},
		{roundInFlight, Gauge, nil, "1 while a round is open."},
		{missedTicks, Counter, nil, "Points of the schedule that passed without a round."},
		{lateAnswers, Counter, nil, "Answers that came after their round was closed."},
		{undurableRounds, Counter, nil, "Snapshots published before they were on disk."},
		{coalescedRounds, Counter, nil, "Snapshots never handed to the writer because newer ones replaced them."},
	}
}

func instrumentMetrics() []Metric {
	each := []string{"instrument", "class"}

	return []Metric{
		{instruments, Gauge, []string{"status"}, "Instruments of the newest snapshot, by status."},
		{priceAgeMax, Gauge, nil, "Age of the oldest price of the newest snapshot; it grows until the next one. Absent without a price."},
		{instrumentAge, Gauge, each, "Age of the price in the newest snapshot; it grows until the next one. Absent without a price."},
		{instrumentStatus, Gauge, each, "Status in the newest snapshot: 0 good, 1 degraded, 2 carried, 3 closed, 4 insufficient."},
		{sourcesUsed, Gauge, each, "Vendors whose price could be used in the newest round."},
		{sourcesExpected, Gauge, each, "Vendors that are asked for it."},
	}
}

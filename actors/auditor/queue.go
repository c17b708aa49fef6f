package auditor

// queue holds the entries that are not on disk, oldest first.
type queue struct {
	entries []entry
	cost    int    // of all entries together
	taken   uint64 // entries that have left; the position of entries[0] since the program started
}

// end is the position behind the last entry.
func (q *queue) end() uint64 { return q.taken + uint64(len(q.entries)) }

// last returns the newest entry, nil if there is none.
func (q *queue) last() *entry {
	if len(q.entries) == 0 {
		return nil
	}

	return &q.entries[len(q.entries)-1]
}

func (q *queue) push(e entry) {
	q.entries = append(q.entries, e)
	q.cost += e.cost
}

// pop removes the n oldest entries.
func (q *queue) pop(n int) {
	for i := range q.entries[:n] {
		q.cost -= q.entries[i].cost
	}

	clear(q.entries[:n])
	q.entries = q.entries[n:]

	if len(q.entries) == 0 {
		q.entries = nil // a burst's memory is given back
	}

	q.taken += uint64(n) //nolint:gosec // a length
}

// replace puts e in the place of the oldest entry.
func (q *queue) replace(e entry) {
	q.cost += e.cost - q.entries[0].cost
	q.entries[0] = e
}

// joinGaps makes one gap of those that stand side by side at the end. An outage adds one with each try that fails.
func (q *queue) joinGaps() {
	for n := len(q.entries); n > 1; n-- {
		before, newest := &q.entries[n-2], &q.entries[n-1]
		if before.fact != nil || newest.fact != nil {
			return
		}

		before.gap.to = newest.gap.to
		before.gap.count += newest.gap.count
		q.cost -= newest.cost
		q.entries = q.entries[:n-1]
	}
}

// facts counts the received facts that the entries before position mark stand for.
func (q *queue) facts(mark uint64) int {
	count := 0
	for i := range q.entries[:mark-q.taken] {
		count += q.entries[i].facts()
	}

	return count
}

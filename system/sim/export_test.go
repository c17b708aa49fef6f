package sim

import "time"

// Due lets tests ask when a fault is due, without waiting for it.
func (f Fault) Due(n int, elapsed time.Duration, draw float64) bool { return f.due(n, elapsed, draw) }

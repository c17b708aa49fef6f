package access

// Keys is how many addresses and callers are remembered.
func (g *Gate) Keys() int {
	total := 0

	for _, l := range []*limiter{g.callers, g.addresses, g.failures, g.spoken} {
		l.mu.Lock()
		total += len(l.free)
		l.mu.Unlock()
	}

	return total
}

// MaxKeys is how many each of them remembers.
const MaxKeys = maxKeys

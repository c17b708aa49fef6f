package fetcher

import "context"

// Slots caps how many requests are in flight at once, over all fetchers that share it. A nil *Slots is no cap.
type Slots struct{ taken chan struct{} }

// NewSlots returns a cap of n requests, or no cap if n is not positive.
func NewSlots(n int) *Slots {
	if n <= 0 {
		return nil
	}

	return &Slots{taken: make(chan struct{}, n)}
}

// take waits for a slot and reports whether there was one before ctx ended.
func (s *Slots) take(ctx context.Context) bool {
	if s == nil {
		return ctx.Err() == nil
	}

	select {
	case s.taken <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (s *Slots) free() {
	if s != nil {
		<-s.taken
	}
}

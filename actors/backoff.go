package actors

import (
	"math/rand/v2"
	"time"
)

// Backoff computes exponential delays with jitter: min(Max, Base·2^(n−1)) × uniform(0.5, 1).
type Backoff struct{ Base, Max time.Duration }

// Delay returns the delay before the n-th try, counted from 1. Uniform returns a number in [0, 1) and is rand.Float64 where nil.
func (b Backoff) Delay(n int, uniform func() float64) time.Duration {
	if uniform == nil {
		uniform = rand.Float64
	}

	delay := b.Base
	for i := 1; i < n && 0 < delay && delay < b.Max; i++ {
		delay += min(delay, b.Max-delay) // doubled, without overflow however large Max is
	}

	delay = min(delay, b.Max)

	return delay/2 + time.Duration(float64(delay/2)*uniform())
}

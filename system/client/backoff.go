package client

import (
	"context"
	"math/rand/v2"
	"time"
)

// backoff is the delay before the attempt after one that failed, counted from 0: it doubles up to most, and is cut by up to half at random, so
// that those who failed together do not come back together.
func backoff(first, most time.Duration, failed int) time.Duration {
	delay := first
	for range failed {
		if delay >= most {
			break
		}

		delay *= 2
	}

	delay = min(delay, max(first, most))

	return delay - rand.N(delay/2+1) //nolint:gosec // spreads load, guards nothing
}

// pause waits, unless ctx ends before.
func pause(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()

	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

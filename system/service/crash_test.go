package service_test

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/messages"
)

// sourceFunc is a source made of one function.
type sourceFunc func(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error)

// Fetch implements fetcher.Source.
func (f sourceFunc) Fetch(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
	return f(ctx, instruments)
}

// crashing wraps the sources of some vendors: while on, their fetches panic.
func crashing(on *atomic.Bool, names ...messages.Vendor) func(messages.Vendor, fetcher.Source) fetcher.Source {
	return func(name messages.Vendor, inner fetcher.Source) fetcher.Source {
		if !slices.Contains(names, name) {
			return inner
		}

		return sourceFunc(func(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
			if on.Load() {
				panic("cannot happen, with " + strings.Repeat("much to say about it, ", 1000))
			}

			return inner.Fetch(ctx, instruments)
		})
	}
}

// O08 V01: a source that panics in each poll is flagged, restarted a few times and quarantined; nobody else notices, and the log stays short.
func TestCrashLoopEndsInQuarantine(t *testing.T) {
	t.Parallel()

	var on atomic.Bool

	on.Store(true)

	const every = 50 * time.Millisecond

	r := newRig(t, plan{vendors: []string{"ill", "healthy"}, every: every, deadline: every, wrap: crashing(&on, "ill")})
	sub := r.watch(t)
	healthy, rounds := 0, 0

	r.until(t, sub, func(s *messages.Snapshot) bool {
		rounds++

		if outcome(t, s, "healthy") == messages.OutcomeOK {
			healthy++
		}

		report, _ := s.Vendor("ill")
		assert.Contains(t, []messages.Outcome{messages.OutcomeCrashed, messages.OutcomeQuarantined}, report.Outcome)
		assert.LessOrEqual(t, report.Restarts, 6)

		return report.Outcome == messages.OutcomeQuarantined
	})
	assert.GreaterOrEqual(t, healthy, rounds*9/10, "G1: with a deadline of %s on a busy machine", every)
}

// O08: a vendor whose source panics for a while is back within its back-off. G4.
func TestCrashedVendorComesBack(t *testing.T) {
	t.Parallel()

	var on atomic.Bool

	const every = 100 * time.Millisecond

	r := newRig(t, plan{vendors: []string{"ill", "healthy"}, every: every, deadline: every, wrap: crashing(&on, "ill")})
	sub := r.watch(t)

	on.Store(true)
	r.until(t, sub, func(s *messages.Snapshot) bool {
		report, _ := s.Vendor("ill")

		return report.Restarts == 2
	})
	on.Store(false)

	well := time.Now()
	back := r.until(t, sub, func(s *messages.Snapshot) bool {
		return s.StartedAt.After(well) && outcome(t, s, "ill") == messages.OutcomeOK
	})
	assert.LessOrEqual(t, back.PublishedAt.Sub(well), 400*time.Millisecond+2*every+slack, "G4: 400 ms is the third back-off")

	status, err := r.System().Status(t.Context())
	require.NoError(t, err)
	assert.Contains(t, status.Vendors[0].LastCrash, "cannot happen")
}

package service_test

import (
	"context"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/messages"
)

// restAtMost is the longest first rest of a vendor that fails again and again.
const restAtMost = fetcher.DefaultRestBase

// N21: a vendor that fails a few times and is fine afterwards is back at once after a short failure, and after one rest after a long one.
// It changes between being asked and being left alone twice, not more. G4.
func TestFailingVendorComesBack(t *testing.T) {
	t.Parallel()

	for failures, rests := range map[int]int{4: 0, 5: 1} {
		t.Run(strconv.Itoa(failures)+" failures", func(t *testing.T) {
			t.Parallel()

			const every = 200 * time.Millisecond

			r := newRig(t, plan{
				vendors: []string{"ill", "healthy"}, faults: map[string]string{"ill": "status=500 first=" + strconv.Itoa(failures)},
				settings: map[string]string{"ill": "    retry: {attempts: 1}\n"}, every: every, deadline: every,
			})
			sub := r.watch(t)
			last := r.until(t, sub, func(*messages.Snapshot) bool { return len(r.sim.Requests("ill")) >= failures })
			back := r.until(t, sub, func(s *messages.Snapshot) bool { return outcome(t, s, "ill") == messages.OutcomeOK })

			limit := 2*every + slack
			if rests > 0 {
				limit += restAtMost
			}

			assert.LessOrEqual(t, back.PublishedAt.Sub(last.PublishedAt), limit, "G4")
			assert.Len(t, r.sim.Requests("ill"), failures+1, "one request brings it back")
			assert.Equal(t, rests, strings.Count(r.log.String(), "vendor is left alone"))
			assert.Equal(t, rests, strings.Count(r.log.String(), "vendor is asked again"))
		})
	}
}

// N21: a vendor that flaps faster than it could be judged is left alone and never stuck.
func TestFlappingVendor(t *testing.T) {
	t.Parallel()

	const every = slower * 50 * time.Millisecond

	r := newRig(t, plan{
		vendors: []string{"ill", "healthy"}, faults: map[string]string{"ill": "flap=150ms/300ms"}, every: every, deadline: every,
	})
	sub := r.watch(t)
	end := time.Now().Add(3 * time.Second)
	r.until(t, sub, func(*messages.Snapshot) bool { return time.Now().After(end) })
	assert.LessOrEqual(t, strings.Count(r.log.String(), "vendor is left alone")+strings.Count(r.log.String(), "vendor is asked again"), 6)

	require.NoError(t, r.sim.ClearFaults("ill"))

	well := time.Now()
	back := r.until(t, sub, func(s *messages.Snapshot) bool {
		return s.StartedAt.After(well) && outcome(t, s, "ill") == messages.OutcomeOK
	})
	assert.LessOrEqual(t, back.PublishedAt.Sub(well), 2*restAtMost+2*every+slack, "G4: the second rest is twice as long")
}

// V06: vendors hang one after the other and are released in random order. Each is flagged while it hangs, none disturbs another, and all
// are back within two rounds or their rest.
func TestSwizzleClog(t *testing.T) {
	t.Parallel()

	names := []string{"a", "b", "c", "d"}
	r := newRig(t, plan{
		vendors: append(names, "healthy"), every: slower * time.Second, deadline: slower * 300 * time.Millisecond, onDemand: true,
	})
	hanging := make(map[string]bool)
	check := func() {
		s := r.take(t)
		good(t, s, "healthy")

		for _, name := range names {
			if hanging[name] {
				assert.Equal(t, messages.OutcomeTimeout, outcome(t, s, name))
			} else if len(r.sim.Requests(name)) == int(s.Round) {
				good(t, s, name) // it was asked in every round so far
			}
		}
	}

	check()

	for _, name := range names {
		require.NoError(t, r.sim.SetFault(name, mustFault(t, "hang")))

		hanging[name] = true

		check()
	}

	for _, i := range rand.Perm(len(names)) {
		require.NoError(t, r.sim.ClearFaults(names[i]))

		hanging[names[i]] = false

		check()
	}

	allBack(t, r, time.Now().Add(restAtMost+slack))
}

// allBack takes rounds until everything is good in one.
func allBack(t *testing.T, r *rig, end time.Time) {
	t.Helper()

	for {
		s := r.take(t)
		if s.Status == messages.SnapshotComplete {
			return
		}

		require.True(t, time.Now().Before(end), "G4: still missing %v", s.Missing())

		select {
		case <-time.After(100 * time.Millisecond):
		case <-t.Context().Done():
			return
		}
	}
}

// deaf answers late and does not care that nobody waits any more.
type deaf struct {
	fetcher.Source

	delay time.Duration
	asked atomic.Int64
}

// Fetch implements fetcher.Source.
func (d *deaf) Fetch(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
	d.asked.Add(1)

	answer, err := d.Source.Fetch(context.WithoutCancel(ctx), instruments)
	<-time.After(d.delay)

	return answer, err
}

// V07: an answer that comes in a later round is used in none.
func TestLateAnswerIsNeverUsed(t *testing.T) {
	t.Parallel()

	const every = 150 * time.Millisecond

	var source *deaf

	r := newRig(t, plan{
		vendors: []string{"deaf", "healthy"}, every: every, deadline: 100 * time.Millisecond,
		wrap: func(name messages.Vendor, inner fetcher.Source) fetcher.Source {
			if name == "healthy" {
				return inner
			}

			source = &deaf{Source: inner, delay: every + 50*time.Millisecond}

			return source
		},
	})
	sub := r.watch(t)
	r.until(t, sub, func(s *messages.Snapshot) bool {
		report, _ := s.Vendor("deaf")
		assert.NotEqual(t, messages.OutcomeOK, report.Outcome)
		assert.Empty(t, report.Quotes)

		return source.asked.Load() >= 3
	})
}

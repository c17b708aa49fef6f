package vendors_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors/vendors"
	"github.com/rollcall-go/rollcall/messages"
)

func TestCrashIsRestartedOthersAreNotConcerned(t *testing.T) {
	t.Parallel()

	bad, fine := reacting("bad", crash), &fake{vendor: "fine"}
	run(t, children(bad, fine), func(b *bench) {
		b.poke("bad")
		assert.Equal(t, messages.VendorBackoff, b.describe()[0].State)
		assert.Equal(t, 75*time.Millisecond, time.Until(b.describe()[0].NextTry))
		b.poke("fine")
		b.pass(75 * time.Millisecond)

		assert.Equal(t, []messages.VendorState{messages.VendorBackoff, messages.VendorRunning}, b.states("bad"))
		assert.Empty(t, b.states("fine"))
		assert.Equal(t, int32(2), bad.starts.Load())
		assert.Equal(t, int32(1), fine.starts.Load())
		assert.Equal(t, int32(1), fine.pokes.Load())
		assert.Equal(t, messages.VendorStatus{
			Vendor: "bad", State: messages.VendorRunning, Restarts: 1, LastCrash: "panic: index out of range",
		}, b.describe()[0])

		require.Len(t, b.facts, 2)
		assert.Equal(t, messages.FactCrashed, b.facts[0].Kind)
		assert.Equal(t, "*messages.FetchQuotes", b.facts[0].Fields[1].Value)
		assert.Len(t, b.facts[0].Fields[2].Value, 64)
		assert.Equal(t, messages.FactRestarted, b.facts[1].Kind)
		assert.Contains(t, b.lines.String(), "vendors_test.crash", "the place is logged")
	})
}

// A vendor that panics on each poll: at most six restarts in the first minute, quarantine, one probe a time, never given up, and few lines
// in the log (V01).
func TestCrashLoopEndsInQuarantine(t *testing.T) {
	t.Parallel()

	bad := reacting("bad", crash)
	run(t, children(bad), func(b *bench) {
		for range 59 * 10 {
			b.poke("bad")
			b.pass(100 * time.Millisecond)
		}

		assert.Equal(t, 5, b.describe()[0].Restarts)
		assert.Equal(t, messages.VendorQuarantined, b.describe()[0].State)
		assert.Equal(t, 1, b.count(messages.FactQuarantined))
		assert.LessOrEqual(t, strings.Count(b.lines.String(), "\n"), 10)
		assert.Equal(t, 1, strings.Count(b.lines.String(), "where="))

		for range 3600 { // an hour: probes after 1, 2, 4, 8, 15, 15, 15 minutes
			b.poke("bad")
			b.pass(time.Second)
		}

		assert.Equal(t, 5+7, b.describe()[0].Restarts)

		bad.poked.Store(nil)

		b.pass(15 * time.Minute)
		assert.Equal(t, messages.VendorProbing, b.describe()[0].State)
		b.tell(&messages.FetcherRecovered{Vendor: "bad"})
		assert.Equal(t, messages.VendorRunning, b.describe()[0].State)
		assert.Equal(t, 1, b.count(messages.FactRecovered))
	})
}

// Fifty of two hundred and fifty crash from the start; the others never notice (V02).
func TestManyCrashLoops(t *testing.T) {
	t.Parallel()

	fakes := make([]*fake, 250)
	for i := range fakes {
		fakes[i] = &fake{vendor: messages.Vendor(fmt.Sprintf("v%d", i))}
		if i%5 == 0 {
			fakes[i].started = crash
		}
	}

	run(t, children(fakes...), func(b *bench) {
		b.pass(time.Minute)

		for i, status := range b.describe() {
			if i%5 == 0 {
				assert.Equal(t, messages.VendorQuarantined, status.State)
				assert.LessOrEqual(t, status.Restarts, 6)
			} else {
				b.poke(status.Vendor)
				assert.Equal(t, int32(1), fakes[i].pokes.Load())
				assert.Equal(t, int32(1), fakes[i].starts.Load())
			}
		}
	})
}

// A panic in the producer, at first or at a restart, is a crash like any other (V03).
func TestProducerPanics(t *testing.T) {
	t.Parallel()

	var broken atomic.Bool

	broken.Store(true)

	bad := reacting("bad", crash)
	bad.born = func() {
		if broken.Load() {
			panic("no memory")
		}
	}

	run(t, children(bad), func(b *bench) {
		assert.Equal(t, "panic: no memory", b.describe()[0].LastCrash)
		assert.Equal(t, messages.VendorBackoff, b.describe()[0].State)
		broken.Store(false)
		b.pass(75 * time.Millisecond)
		assert.Equal(t, messages.VendorRunning, b.describe()[0].State)

		broken.Store(true)
		b.poke("bad")
		b.pass(150 * time.Millisecond) // this restart's producer panics
		assert.Equal(t, messages.VendorBackoff, b.describe()[0].State)
		broken.Store(false)
		b.pass(300 * time.Millisecond)
		assert.Equal(t, messages.VendorRunning, b.describe()[0].State)
		assert.Equal(t, 3, b.describe()[0].Restarts)
		assert.Equal(t, int32(2), bad.starts.Load())
	})
}

// A child that stops by itself is spawned again, also when that happens while it waits for its restart.
func TestTerminatedChildIsSpawnedAgain(t *testing.T) {
	t.Parallel()

	child := reacting("a", func(c actor.Context) { c.Stop(c.Self()) })
	run(t, children(child), func(b *bench) {
		b.poke("a")
		assert.Equal(t, messages.VendorBackoff, b.describe()[0].State)
		assert.Contains(t, b.describe()[0].LastCrash, "stopped unexpectedly")
		b.pass(75 * time.Millisecond)
		assert.Equal(t, int32(2), child.starts.Load())

		child.poked.Store(new(behaviour(crash)))

		b.poke("a")
		b.system.Root.Stop(actor.NewPID(b.pid.Address, b.pid.Id+"/a"))
		b.pass(150 * time.Millisecond)
		assert.Equal(t, int32(3), child.starts.Load())
		assert.Equal(t, 2, b.describe()[0].Restarts)
		assert.Equal(t, 2, b.count(messages.FactCrashed), "the stop is not a second crash")
	})
}

// The supervisor's own restart: every fetcher is spawned once more, one that was waiting goes on waiting, and counts are kept.
func TestSupervisorIsRestarted(t *testing.T) {
	t.Parallel()

	bad, fine := reacting("bad", crash), &fake{vendor: "fine"}
	run(t, children(bad, fine), func(b *bench) {
		for range 600 {
			b.poke("bad")
			b.pass(10 * time.Millisecond)
		}

		require.Equal(t, messages.VendorQuarantined, b.describe()[0].State)
		starts := bad.starts.Load()

		b.system.Root.Send(b.pid, vendors.Bug())
		b.pass(time.Second)

		assert.Equal(t, messages.VendorQuarantined, b.describe()[0].State)
		assert.Equal(t, 5, b.describe()[0].Restarts)
		assert.Equal(t, starts, bad.starts.Load())
		assert.Equal(t, int32(2), fine.starts.Load())
		assert.Empty(t, b.states("fine"))

		b.poke("fine")
		assert.Equal(t, int32(1), fine.pokes.Load())

		b.pass(time.Minute)
		assert.Equal(t, messages.VendorProbing, b.describe()[0].State)
		assert.Equal(t, starts+1, bad.starts.Load())

		b.poke("bad") // the new incarnation supervises as the old one did
		assert.Equal(t, messages.VendorQuarantined, b.describe()[0].State)
	})
}

// A spawn that failed just before the supervisor's own restart is not held against the fetcher that the next incarnation has spawned.
func TestFailedSpawnOfThePast(t *testing.T) {
	t.Parallel()

	var born behaviour // called in the supervisor's turn

	child := reacting("a", func(c actor.Context) { c.Stop(c.Self()) })
	child.born = func() {
		if born != nil {
			born(nil)
		}
	}

	run(t, children(child), func(b *bench) {
		born = func(actor.Context) {
			born = nil

			b.system.Root.Send(b.pid, vendors.Bug()) // handled before the news of the failed spawn
			panic("no memory")
		}

		b.poke("a")
		b.pass(5 * time.Second)
		assert.Equal(t, messages.VendorRunning, b.describe()[0].State)
		assert.Equal(t, 1, b.describe()[0].Restarts)
		assert.Equal(t, 1, b.count(messages.FactCrashed))
	})
}

// A child that crashes while the supervisor itself is down is spawned by the next incarnation.
func TestChildCrashesWhileSupervisorIsDown(t *testing.T) {
	t.Parallel()

	bad := reacting("bad", crash)
	run(t, children(bad), func(b *bench) {
		b.system.Root.Send(b.pid, vendors.Bug())
		synctest.Wait()
		b.poke("bad")
		b.pass(2 * time.Second)
		assert.Equal(t, messages.VendorRunning, b.describe()[0].State)
		assert.Equal(t, int32(2), bad.starts.Load())
	})
}

// State does not grow: a thousand crashes later there is as much of everything as before (V08).
func TestStateIsBounded(t *testing.T) {
	t.Parallel()

	bad := reacting("bad", crash)
	run(t, children(bad), func(b *bench) {
		for range 1000 {
			b.poke("bad")
			b.pass(20 * time.Minute)
		}

		status := b.describe()[0]
		assert.Equal(t, 1000, status.Restarts)
		assert.Equal(t, int32(1001), bad.starts.Load())
		assert.LessOrEqual(t, strings.Count(b.lines.String(), "where="), 1)
	})
}

// Whatever else is sent to the supervisor is ignored (V09).
func TestStrangeMessagesAreIgnored(t *testing.T) {
	t.Parallel()

	run(t, children(&fake{vendor: "a"}), func(b *bench) {
		var (
			recovered *messages.FetcherRecovered
			describe  *messages.DescribeVendors
		)

		for _, message := range []any{nil, recovered, describe, "text", make([]byte, 10<<20), &actor.Terminated{}} {
			b.system.Root.RequestWithCustomSender(b.pid, message, b.probe)
			b.system.Root.Send(b.pid, message)
		}

		b.tell(&messages.FetcherRecovered{Vendor: messages.Vendor(strings.Repeat("x", 1<<20)), Settled: true})
		b.tell(&messages.DescribeVendors{})
		assert.Equal(t, []messages.VendorStatus{{Vendor: "a", State: messages.VendorRunning}}, b.describe())
	})
}

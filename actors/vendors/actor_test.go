package vendors_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/vendors"
	"github.com/rollcall-go/rollcall/messages"
)

// bench is an actor system in virtual time with the supervisor, and a probe that plays coordinator and auditor.
type bench struct {
	t      *testing.T
	system *actor.ActorSystem
	probe  *actor.PID
	pid    *actor.PID
	log    *logrus.Logger

	mu      sync.Mutex
	lines   bytes.Buffer
	changes []*messages.VendorStateChanged
	facts   []*messages.RecordFact
}

// run runs the test in a bubble. Synctest itself fails the test if a goroutine is left at its end.
func run(t *testing.T, children []vendors.Child, test func(b *bench)) {
	t.Helper()

	synctest.Test(t, func(t *testing.T) {
		b := &bench{t: t, log: logrus.New()}
		b.log.SetOutput(&b.lines)
		b.system = actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return slog.New(slog.DiscardHandler) }))
		b.probe = b.system.Root.Spawn(actor.PropsFromFunc(b.receive))
		props := vendors.Props(vendors.Settings{Uniform: half, Log: logrus.NewEntry(b.log)}, children,
			actors.NewRef[messages.CoordinatorMessage](b.probe), actors.NewRef[messages.AuditorMessage](b.probe))
		guardian := actors.RestartGuardian(actors.Backoff{Base: time.Second, Max: time.Second}, time.Minute)

		var err error

		b.pid, err = b.system.Root.SpawnNamed(props.Configure(actor.WithGuardian(guardian)), "vendors")
		require.NoError(t, err)
		synctest.Wait()
		test(b)
		require.NoError(t, actors.StopWait(t.Context(), b.system, b.pid))
		require.NoError(t, actors.StopWait(t.Context(), b.system, b.probe))
		b.pass(time.Second) // the library's throttle of dead letters takes so long to end
	})
}

// pass lets time go by, and everything happen that is due then.
func (b *bench) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (b *bench) receive(c actor.Context) {
	b.mu.Lock()
	defer b.mu.Unlock()

	switch message := c.Message().(type) {
	case *messages.VendorStateChanged:
		b.changes = append(b.changes, message)
	case *messages.RecordFact:
		b.facts = append(b.facts, message)
	}
}

// poke sends a child a message that its behaviour reacts to.
func (b *bench) poke(vendor messages.Vendor) {
	b.system.Root.Send(actor.NewPID(b.pid.Address, b.pid.Id+"/"+string(vendor)), &messages.FetchQuotes{})
	synctest.Wait()
}

func (b *bench) tell(message messages.VendorsMessage) {
	b.system.Root.Send(b.pid, message)
	synctest.Wait()
}

func (b *bench) describe() []messages.VendorStatus {
	b.t.Helper()

	described, err := actors.Ask[*messages.VendorsDescribed](
		b.t.Context(), b.system, actors.NewRef[messages.VendorsMessage](b.pid), messages.VendorsMessage(&messages.DescribeVendors{}))
	require.NoError(b.t, err)

	return described.Vendors
}

// states are the states that were told of one vendor, in order.
func (b *bench) states(vendor messages.Vendor) []messages.VendorState {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()

	var states []messages.VendorState

	for _, change := range b.changes {
		if change.Vendor == vendor {
			states = append(states, change.State)
		}
	}

	return states
}

func (b *bench) count(kind messages.FactKind) int {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()

	n := 0

	for _, fact := range b.facts {
		if fact.Kind == kind {
			n++
		}
	}

	return n
}

// fake plays a fetcher: it counts its starts and stops and reacts to a poke.
type fake struct {
	vendor        messages.Vendor
	starts, pokes atomic.Int32
	born          func() // called by the producer
	started       func(c actor.Context)
	poked         atomic.Pointer[behaviour]
}

type behaviour func(c actor.Context)

// reacting returns a fake that reacts to pokes.
func reacting(vendor messages.Vendor, poked behaviour) *fake {
	f := &fake{vendor: vendor}
	f.poked.Store(&poked)

	return f
}

func (f *fake) child() vendors.Child {
	return vendors.Child{Vendor: f.vendor, Props: actor.PropsFromProducer(actors.Guard(func() actor.Actor {
		if f.born != nil {
			f.born()
		}

		return f
	}))}
}

func (f *fake) Receive(c actor.Context) {
	switch c.Message().(type) {
	case *actor.Started:
		f.starts.Add(1)

		if f.started != nil {
			f.started(c)
		}
	case *messages.FetchQuotes:
		f.pokes.Add(1)

		if poked := f.poked.Load(); poked != nil {
			(*poked)(c)
		}
	}
}

func crash(actor.Context) { panic("index out of range") }

func children(fakes ...*fake) []vendors.Child {
	list := make([]vendors.Child, len(fakes))
	for i, f := range fakes {
		list[i] = f.child()
	}

	return list
}

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
		assert.Contains(t, b.lines.String(), "actor_test.go", "the stack is logged")
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
		assert.Equal(t, 1, strings.Count(b.lines.String(), "stack="))

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
		assert.LessOrEqual(t, strings.Count(b.lines.String(), "stack="), 1)
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

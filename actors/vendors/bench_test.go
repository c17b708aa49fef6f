package vendors_test

import (
	"bytes"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/sirupsen/logrus"
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

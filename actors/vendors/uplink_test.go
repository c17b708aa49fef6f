package vendors_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/vendors"
	"github.com/rollcall-go/rollcall/messages"
)

// reporter plays a fetcher that says what it is told to, and keeps what it is told about our uplink.
type reporter struct {
	mu   sync.Mutex
	caps []*messages.CapBackoff
}

func (r *reporter) child(vendor messages.Vendor, name string) vendors.Child {
	return vendors.Child{Vendor: vendor, Actor: name, Props: actor.PropsFromProducer(actors.Guard(func() actor.Actor { return r }), actors.Mailbox())}
}

// Receive implements actor.Actor. A word from the test is passed on to the supervisor.
func (r *reporter) Receive(c actor.Context) {
	switch message := c.Message().(type) {
	case *messages.CapBackoff:
		r.mu.Lock()
		defer r.mu.Unlock()

		r.caps = append(r.caps, message)
	case messages.VendorsMessage:
		c.Request(c.Parent(), message)
	case *messages.FetchQuotes:
		panic("index out of range")
	}
}

// last is the newest that it was told.
func (r *reporter) last() messages.CapBackoff {
	r.mu.Lock()
	defer r.mu.Unlock()

	return *r.caps[len(r.caps)-1]
}

func reporting(names []messages.Vendor) (reporters map[messages.Vendor]*reporter, crew []vendors.Child) {
	reporters = make(map[messages.Vendor]*reporter, len(names))

	for _, name := range names {
		reporters[name] = &reporter{}
		crew = append(crew, reporters[name].child(name, string(name)))
	}

	return reporters, crew
}

func (b *bench) say(name string, message messages.VendorsMessage) {
	b.system.Root.Send(actor.NewPID(b.pid.Address, b.pid.Id+"/"+name), message)
}

func (b *bench) uplink() messages.UplinkStatus {
	b.t.Helper()

	described, err := actors.Ask[*messages.VendorsDescribed](
		b.t.Context(), b.system, actors.NewRef[messages.VendorsMessage](b.pid), messages.VendorsMessage(&messages.DescribeVendors{}))
	require.NoError(b.t, err)

	return described.Uplink
}

// N22: what the fetchers report is looked at together; all are told, and whoever is not there is told when he comes; one line and one record.
func TestMostVendorsFailAtOnce(t *testing.T) {
	t.Parallel()

	names := []messages.Vendor{"a", "b", "c", "d", "e"}
	reporters, crew := reporting(names)

	run(t, crew, func(b *bench) {
		b.tell(&messages.PauseVendor{Vendor: "e"})

		for _, name := range names[:4] {
			b.say(string(name), &messages.VendorUnreachable{Vendor: name})
		}

		b.pass(300 * time.Millisecond)
		assert.Equal(t, messages.UplinkStatus{Down: true, Since: time.Now().Add(-50 * time.Millisecond), Failing: 4, Vendors: 4}, b.uplink())
		assert.Equal(t, messages.CapBackoff{Limit: 4 * time.Second, Turn: 2, Turns: 5}, reporters["c"].last())
		assert.Equal(t, messages.CapBackoff{}, reporters["e"].last(), "it is not there")
		assert.Equal(t, 1, b.count(messages.FactSystemic))

		// Who comes back, from a pause or a crash or with another configuration, knows.
		b.tell(&messages.ResumeVendor{Vendor: "e"})
		assert.Equal(t, messages.CapBackoff{Limit: 4 * time.Second, Turn: 4, Turns: 5}, reporters["e"].last())

		another := &reporter{}
		crew[0] = another.child("a", "a.1")
		b.system.Root.Send(b.pid, &vendors.Reconfigure{Children: crew})
		b.pass(time.Second)
		assert.Equal(t, messages.CapBackoff{Limit: 4 * time.Second, Turn: 0, Turns: 5}, another.last())
		assert.Equal(t, 3, b.uplink().Failing)

		// Nobody listens to the one that it has replaced, or to the test.
		b.say("a", &messages.VendorUnreachable{Vendor: "a"})
		b.tell(&messages.VendorUnreachable{Vendor: "a"})
		b.pass(time.Second)
		assert.Equal(t, 3, b.uplink().Failing)

		// Paused while it ends: it is told afterwards.
		b.tell(&messages.PauseVendor{Vendor: "d"})
		b.say("b", &messages.VendorReachable{Vendor: "b"})
		b.pass(time.Second)
		assert.False(t, b.uplink().Down)
		assert.Equal(t, messages.CapBackoff{}, reporters["c"].last())
		assert.NotEqual(t, messages.CapBackoff{}, reporters["d"].last())
		b.tell(&messages.ResumeVendor{Vendor: "d"})
		assert.Equal(t, messages.CapBackoff{}, reporters["d"].last())

		assert.Equal(t, 2, b.count(messages.FactSystemic))
		assert.Equal(t, 1, strings.Count(b.lines.String(), "most vendors fail at once"))
		assert.Equal(t, 1, strings.Count(b.lines.String(), "most vendors can be reached again"))
	})
}

// A restart of the supervisor forgets neither that our uplink is down nor to look.
func TestUplinkOutlivesTheSupervisor(t *testing.T) {
	t.Parallel()

	names := []messages.Vendor{"a", "b", "c"}
	reporters, crew := reporting(names)

	run(t, crew, func(b *bench) {
		for _, name := range names {
			b.say(string(name), &messages.VendorUnreachable{Vendor: name})
		}

		b.pass(100 * time.Millisecond)
		b.system.Root.Send(b.pid, vendors.Bug())
		b.pass(2 * time.Second)
		assert.True(t, b.uplink().Down)
		b.system.Root.Send(b.pid, vendors.Bug())
		b.pass(2 * time.Second)
		assert.True(t, b.uplink().Down)
		assert.Equal(t, messages.CapBackoff{Limit: 4 * time.Second, Turn: 1, Turns: 3}, reporters["b"].last())
		assert.Equal(t, 1, b.count(messages.FactSystemic))

		for _, name := range names {
			b.say(string(name), &messages.VendorReachable{Vendor: name})
		}

		b.pass(time.Second)
		assert.False(t, b.uplink().Down)
		assert.Equal(t, messages.CapBackoff{}, reporters["b"].last())
	})
}

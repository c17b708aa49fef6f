package vendors_test

import (
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/vendors"
	"github.com/rollcall-go/rollcall/messages"
)

// named is a fake's child under another actor's name.
func (f *fake) named(name string) vendors.Child {
	child := f.child()
	child.Actor = name

	return child
}

// reconfigure changes who is there.
func (b *bench) reconfigure(children ...vendors.Child) {
	b.t.Helper()

	_, err := actors.Ask[*vendors.Reconfigured](
		b.t.Context(), b.system, actors.NewRef[vendors.Message](b.pid), vendors.Message(&vendors.Reconfigure{Children: children}))
	require.NoError(b.t, err)
	synctest.Wait()
}

// retire ends those who are left over, and returns when they have stopped.
func (b *bench) retire() {
	b.t.Helper()

	_, err := actors.Ask[*vendors.Retired](
		b.t.Context(), b.system, actors.NewRef[vendors.Message](b.pid), vendors.Message(&vendors.Retire{}))
	require.NoError(b.t, err)
	synctest.Wait()
}

// there reports whether an actor of that name exists below the supervisor.
func (b *bench) there(name string) bool {
	_, there := b.system.ProcessRegistry.GetLocal(b.pid.Id + "/" + name)

	return there
}

func steer[M messages.VendorsMessage](b *bench, message M) *messages.VendorSteered {
	b.t.Helper()

	answer, err := actors.Ask[*messages.VendorSteered](
		b.t.Context(), b.system, actors.NewRef[messages.VendorsMessage](b.pid), messages.VendorsMessage(message))
	require.NoError(b.t, err)
	synctest.Wait()

	return answer
}

// Who stays is not touched; who comes is spawned at once; who goes or gets another fetcher stays until the coordinator asks it no more.
func TestReconfigure(t *testing.T) {
	t.Parallel()

	stays, goes, old := &fake{vendor: "stays"}, &fake{vendor: "goes"}, &fake{vendor: "changes"}
	run(t, children(stays, goes, old), func(b *bench) {
		comes, fresh := &fake{vendor: "comes"}, &fake{vendor: "changes"}
		b.reconfigure(fresh.named("changes.1"), stays.child(), comes.named("comes.1"))

		assert.Equal(t, int32(1), stays.starts.Load())
		assert.Equal(t, int32(1), comes.starts.Load())
		assert.Equal(t, int32(1), fresh.starts.Load())
		assert.True(t, b.there("goes"))
		assert.True(t, b.there("changes"))
		b.poke("changes")
		b.poke("goes")
		assert.Equal(t, int32(1), old.pokes.Load(), "the round in flight still needs it")
		assert.Equal(t, int32(1), goes.pokes.Load())

		b.retire()
		assert.False(t, b.there("goes"))
		assert.False(t, b.there("changes"))
		assert.True(t, b.there("changes.1"))
		b.poke("stays")
		assert.Equal(t, int32(1), stays.pokes.Load())
		assert.Equal(t, int32(1), stays.starts.Load())

		described := b.describe()
		require.Len(t, described, 3)
		assert.Equal(t, messages.Vendor("changes"), described[0].Vendor)
		assert.Empty(t, b.changes, "nobody crashed")
	})
}

// Who is leaving is not supervised any more: a crash ends it, and is nobody's. A quarantined vendor with a new definition is asked at once.
func TestWhoIsLeavingMayCrash(t *testing.T) {
	t.Parallel()

	ill, goes := reacting("ill", crash), reacting("goes", crash)
	run(t, children(ill, goes), func(b *bench) {
		b.poke("ill") // suspended when it is replaced
		cured := &fake{vendor: "ill"}
		b.reconfigure(cured.named("ill.1"))
		assert.False(t, b.there("ill"))
		b.poke("goes")
		assert.False(t, b.there("goes"))
		b.retire()

		b.pass(time.Minute)
		assert.Equal(t, []messages.VendorStatus{{Vendor: "ill", State: messages.VendorRunning}}, b.describe())
		assert.Equal(t, int32(1), cured.starts.Load())
		assert.Equal(t, 1, b.count(messages.FactCrashed), "only that of before")
	})
}

// A new fetcher that crashes before the coordinator asks it is told of when that begins.
func TestNewFetcherCrashesAtOnce(t *testing.T) {
	t.Parallel()

	run(t, children(&fake{vendor: "a"}), func(b *bench) {
		broken := &fake{vendor: "b", started: crash}
		b.reconfigure((&fake{vendor: "a"}).child(), broken.named("b.1"))
		assert.Empty(t, b.states("b"))
		b.retire()
		assert.Equal(t, []messages.VendorState{messages.VendorBackoff}, b.states("b"))
	})
}

// The supervisor is restarted between the two steps: only who is to be there comes back, and the second step still ends.
func TestSupervisorIsRestartedWhileItIsReconfigured(t *testing.T) {
	t.Parallel()

	old := &fake{vendor: "a"}
	run(t, children(old), func(b *bench) {
		fresh := &fake{vendor: "a"}
		b.reconfigure(fresh.named("a.1"))
		b.system.Root.Send(b.pid, vendors.Bug())
		b.pass(2 * time.Second)
		b.retire()
		assert.Equal(t, int32(1), old.starts.Load())
		assert.Equal(t, int32(2), fresh.starts.Load())
		assert.False(t, b.there("a"))
	})
}

// V08: a vendor that is removed and added a thousand times leaves nothing behind.
func TestVendorComesAndGoes(t *testing.T) {
	stays := &fake{vendor: "stays"}
	run(t, children(stays), func(b *bench) {
		var before, after runtime.MemStats

		goroutines := 0

		for i := range 1000 {
			guest := &fake{vendor: "guest"}
			name := fmt.Sprintf("guest.%d", i)
			b.reconfigure(stays.child(), guest.named(name))
			b.retire()
			require.Equal(t, int32(1), guest.starts.Load())
			b.reconfigure(stays.child())
			b.retire()
			require.False(t, b.there(name))

			if i == 100 {
				goroutines = runtime.NumGoroutine()

				runtime.GC()
				runtime.ReadMemStats(&before)
			}
		}

		runtime.GC()
		runtime.ReadMemStats(&after)
		assert.LessOrEqual(t, runtime.NumGoroutine(), goroutines)
		assert.Less(t, int64(after.HeapObjects)-int64(before.HeapObjects), int64(9_000), "less than ten objects each time")
		assert.Len(t, b.describe(), 1)
		assert.Equal(t, int32(1), stays.starts.Load())
	})
}

// A paused vendor has no fetcher at all, also after the supervisor's own restart; resumed, it has one again.
func TestPauseAndResume(t *testing.T) {
	t.Parallel()

	a, other := &fake{vendor: "a"}, &fake{vendor: "b"}
	run(t, children(a, other), func(b *bench) {
		answer := steer(b, &messages.PauseVendor{Vendor: "a", By: "ops"})
		assert.Equal(t, messages.VendorPaused, answer.Status.State)
		assert.False(t, b.there("a"))
		b.system.Root.Send(b.pid, vendors.Bug())
		b.pass(time.Hour)
		assert.False(t, b.there("a"))
		assert.Equal(t, int32(2), other.starts.Load())
		assert.Equal(t, messages.VendorPaused, b.describe()[0].State)

		steer(b, &messages.ResumeVendor{Vendor: "a", By: "ops"})
		assert.True(t, b.there("a"))
		assert.Equal(t, []messages.VendorState{messages.VendorPaused, messages.VendorRunning}, b.states("a"))
		assert.Equal(t, 1, b.count(messages.FactPaused))
		assert.Equal(t, 1, b.count(messages.FactResumed))
		assert.Equal(t, messages.RefusedUnknown, steer(b, &messages.PauseVendor{Vendor: "c"}).Refusal)
	})
}

// Commands that follow one another faster than a fetcher stops lead to what the last one says.
func TestHastyCommands(t *testing.T) {
	t.Parallel()

	slow := reacting("slow", func(actor.Context) { time.Sleep(time.Second) })
	run(t, children(slow), func(b *bench) {
		b.poke("slow") // it does not stop before this is over
		steer(b, &messages.PauseVendor{Vendor: "slow"})
		steer(b, &messages.ResumeVendor{Vendor: "slow"})
		steer(b, &messages.RestartVendor{Vendor: "slow"})
		assert.Equal(t, int32(1), slow.starts.Load())
		b.pass(time.Second)
		assert.Equal(t, int32(2), slow.starts.Load())
		assert.True(t, b.there("slow"))

		steer(b, &messages.ResumeVendor{Vendor: "slow"})
		steer(b, &messages.PauseVendor{Vendor: "slow"})
		b.pass(time.Minute)
		assert.False(t, b.there("slow"))
		assert.Equal(t, 0, b.count(messages.FactCrashed))
	})
}

// An operator need not wait for the end of a back-off or a quarantine.
func TestRestart(t *testing.T) {
	t.Parallel()

	bad := reacting("bad", crash)
	run(t, children(bad), func(b *bench) {
		for b.describe()[0].State != messages.VendorQuarantined {
			if b.describe()[0].State == messages.VendorRunning {
				b.poke("bad")
			}

			b.pass(100 * time.Millisecond)
		}

		starts := bad.starts.Load()
		answer := steer(b, &messages.RestartVendor{Vendor: "bad", By: "ops"})
		assert.Equal(t, messages.VendorRunning, answer.Status.State)
		assert.Equal(t, starts+1, bad.starts.Load())
		steer(b, &messages.RestartVendor{Vendor: "bad", By: "ops"})
		assert.Equal(t, starts+2, bad.starts.Load())

		b.poke("bad")
		assert.Equal(t, messages.VendorBackoff, b.describe()[0].State, "the crashes of before are forgotten")
		b.pass(time.Hour)
		assert.Equal(t, starts+3, bad.starts.Load())
	})
}

// Whatever else is sent to the supervisor is ignored (V09).
func TestStrangeReconfigurationsAreIgnored(t *testing.T) {
	t.Parallel()

	run(t, children(&fake{vendor: "a"}), func(b *bench) {
		var (
			none    *vendors.Reconfigure
			nothing *vendors.Retire
			pause   *messages.PauseVendor
			resume  *messages.ResumeVendor
			restart *messages.RestartVendor
		)

		for _, message := range []any{none, nothing, pause, resume, restart, &vendors.Retire{}} {
			b.system.Root.Send(b.pid, message)
		}

		synctest.Wait()
		assert.Equal(t, []messages.VendorStatus{{Vendor: "a", State: messages.VendorRunning}}, b.describe())

		b.reconfigure(vendors.Child{Vendor: "broken"}) // without props
		b.retire()
		assert.Equal(t, messages.VendorBackoff, b.describe()[0].State)
		assert.False(t, b.there("a"))
	})
}

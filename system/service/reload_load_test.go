package service_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/sim"
)

// listener is a vendor's server that counts its connections.
type listener struct {
	*httptest.Server

	made, open atomic.Int64
}

func listen(t *testing.T, vendor string) *listener {
	t.Helper()

	l := &listener{}
	l.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		now := time.Now().UTC().Format(time.RFC3339Nano)
		_, _ = fmt.Fprintf(w, `{"quotes":[{"symbol":"%[1]s.A","price":"1","time":"%[2]s"},{"symbol":"%[1]s.B","price":"2","time":"%[2]s"},`+
			`{"symbol":"%[1]s.C","price":"3","time":"%[2]s"}]}`, vendor, now)
	}))
	l.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			l.made.Add(1)
			l.open.Add(1)
		case http.StateClosed, http.StateHijacked:
			l.open.Add(-1)
		case http.StateActive, http.StateIdle:
		}
	}
	l.Start()
	t.Cleanup(l.Close)

	return l
}

// url is where a vendor is asked; a key can be appended.
func (l *listener) url() string { return l.URL + "/?symbols={symbols}" }

// descriptors are how many files and sockets the process has open.
func descriptors(t *testing.T) int {
	t.Helper()

	names, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("needs /proc")
	}

	return len(names)
}

// connected is how many connections a simulated vendor has open.
func (r *rig) connected(vendor string) int {
	open := 0

	for _, request := range r.sim.Requests(vendor) {
		if request.Ended.IsZero() {
			open++
		}
	}

	return open
}

// underLoad is a service that is asked for one round after another, and held to its word about those who stay, until stop is called. It returns how
// many rounds there were.
func (r *rig) underLoad(t *testing.T, stay ...messages.Vendor) (stop func() int64) {
	t.Helper()

	var (
		rounds atomic.Int64
		wait   sync.WaitGroup
		sub    = r.watch(t)
	)

	ctx, cancel := context.WithCancel(t.Context())

	wait.Go(func() {
		for ctx.Err() == nil {
			if _, err := r.System().Snapshot(ctx); err == nil {
				rounds.Add(1)
			}
		}
	})
	wait.Go(func() {
		for {
			delivered, err := sub.Next(ctx)
			if err != nil {
				return
			}

			for _, name := range stay {
				report, known := delivered.Snapshot.Vendor(name)
				assert.True(t, known)
				assert.Equal(t, messages.OutcomeOK, report.Outcome, "%s: %s", name, report.Detail)
			}
		}
	})

	return func() int64 {
		cancel()
		wait.Wait()

		return rounds.Load()
	}
}

// V08: a hundred reloads under load. Who is not changed keeps its connection, whether it is polled or pushes, and is in every round; who is changed,
// removed or added leaves no connection, socket, goroutine or actor behind.
func TestReloadsUnderLoad(t *testing.T) { //nolint:paralleltest // it counts what the process has
	before := goleak.IgnoreCurrent()
	stays, changes, comes := listen(t, "stays"), listen(t, "changes"), listen(t, "comes")
	p := plan{
		vendors: []string{"stays", "pushes", "changes", "turns"}, every: time.Minute, deadline: 10 * time.Second,
		urls:     map[string]string{"stays": stays.url(), "changes": changes.url(), "comes": comes.url()},
		settings: map[string]string{}, plays: map[string]*sim.Play{}, defined: map[string]string{}, simulated: []string{"visits"},
	}

	for _, name := range []string{"pushes", "turns", "visits"} {
		p.plays[name], p.defined[name] = talkative(name, 20*time.Millisecond), socketVendor(name)
	}

	r := newRig(t, p)
	r.until(t, r.watch(t), func(s *messages.Snapshot) bool { return s.Status == messages.SnapshotComplete })
	stop := r.underLoad(t, "stays", "pushes")

	var sockets, goroutines int

	for i := range 100 {
		r.plan.settings["changes"] = fmt.Sprintf("    max_skew: %ds\n", i+1)
		r.plan.settings["turns"] = fmt.Sprintf("    max_skew: %ds\n", i+1)
		r.plan.vendors = []string{"turns", "pushes", "changes", "stays", "comes", "visits"}[:4+i%2*2]

		difference, err := r.reload(t)
		require.NoError(t, err)
		assert.ElementsMatch(t, []messages.Vendor{"stays", "pushes"}, difference.Kept)
		assert.ElementsMatch(t, []messages.Vendor{"changes", "turns"}, difference.Replaced)

		if i == 9 {
			sockets, goroutines = descriptors(t), runtime.NumGoroutine()
		}
	}

	few := func() bool {
		return changes.open.Load() <= 1 && comes.open.Load() <= 1 && r.connected("turns") <= 1 && r.connected("visits") <= 1
	}
	assert.Eventually(t, few, patience, time.Millisecond, "%d, %d, %d and %d connections",
		changes.open.Load(), comes.open.Load(), r.connected("turns"), r.connected("visits"))
	assert.LessOrEqual(t, descriptors(t), sockets+8, "sockets")
	assert.LessOrEqual(t, runtime.NumGoroutine(), goroutines+16, "goroutines")

	status, err := r.System().Status(t.Context())
	require.NoError(t, err)
	assert.Len(t, status.Vendors, 6)

	assert.Greater(t, stop(), int64(50))
	assert.Equal(t, int64(1), stays.made.Load(), "one connection for all of it")
	assert.Equal(t, 1, r.sim.Played("pushes").Connections, "one connection for all of it")

	r.end(t)
	stays.Close()
	changes.Close()
	comes.Close()
	require.NoError(t, r.sim.Stop(t.Context()))
	goleak.VerifyNone(t, before, goleak.IgnoreTopFunction("github.com/asynkron/protoactor-go/actor.NewDeadLetter.NewThrottle.func4.1")) // the runtime's own, for a second
}

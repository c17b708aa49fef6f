package system_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
)

// everyPID returns the addresses of all actors of a system with one vendor.
func everyPID(pids system.PIDs, vendor messages.Vendor) []*actor.PID {
	return []*actor.PID{pids.Root, pids.Auditor, pids.Publisher, pids.Writer, pids.Coordinator, pids.Vendors, pids.Fetcher(vendor)}
}

// V09: whatever anyone sends to any actor, the next round is as good as the one before.
func TestNonsenseToEveryActor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := start(t, system.Settings{
			Every: 5 * time.Second, Deadline: 2 * time.Second, Store: &memoryStore{},
			Vendors: []system.Vendor{vendor("forex", answer("1.5", time.Second))},
		})

		nonsense := []any{
			nil,
			struct{}{},
			"text", make([]byte, 10<<20), &messages.FetchQuotes{}, &messages.QuotesFetched{}, &messages.FetchFailed{},
			&messages.VendorStateChanged{Vendor: "nobody"}, &messages.SnapshotPersisted{Round: 1 << 40}, &messages.PersistFailed{},
			&messages.TakeNext{}, &messages.Unsubscribe{}, &messages.FetcherRecovered{Vendor: "nobody"}, &messages.RecordFact{},
			(*messages.FetchQuotes)(nil), (*messages.QuotesFetched)(nil), (*messages.RecordFact)(nil), (*messages.PersistSnapshot)(nil),
			(*messages.PublishSnapshot)(nil), (*messages.Subscribe)(nil), (*messages.FetcherRecovered)(nil),
		}

		for _, pid := range everyPID(s.PIDs(), "forex") {
			for _, message := range nonsense {
				s.Host().Root.Send(pid, message)
			}
		}

		time.Sleep(time.Minute)

		snapshot, err := s.Snapshot(t.Context())
		require.NoError(t, err)
		assert.Equal(t, messages.SnapshotComplete, snapshot.Status)
		assert.True(t, snapshot.Durable)
	})
}

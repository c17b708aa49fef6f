package messages_test

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/messages"
)

func TestASealedSnapshotIsEncodedOnce(t *testing.T) {
	t.Parallel()

	roster, err := messages.NewRoster([]messages.Listing{{Vendor: "forex", Class: "forex", Instruments: []messages.Instrument{"EUR/USD"}}})
	require.NoError(t, err)

	open := &messages.Snapshot{
		Round: 7, Roster: roster, Vendors: make([]messages.VendorReport, 1), Instruments: make([]messages.InstrumentReport, 1),
	}
	plain := string(open.Encoded())
	sealed := open.Seal()

	var all sync.WaitGroup

	for range 8 {
		all.Go(func() { assert.Equal(t, plain, string(sealed.Encoded())) })
	}

	all.Wait()
	assert.Same(t, &sealed.Encoded()[0], &sealed.WithDurable(true).Encoded()[0], "copies share the bytes")
	assert.Contains(t, plain, `"durable":true`, "what is encoded is what is on disk")
	assert.False(t, sealed.Durable)
}

// The hand-made time must be the library's, to the digit.
func TestTimesAreRFC3339(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-62135596800, 253402300799).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds"))
		roster, err := messages.NewRoster([]messages.Listing{{Vendor: "v", Class: "c", Instruments: []messages.Instrument{"I"}}})
		require.NoError(t, err)

		s := &messages.Snapshot{
			Roster: roster, StartedAt: at, Vendors: make([]messages.VendorReport, 1), Instruments: make([]messages.InstrumentReport, 1),
		}
		assert.Contains(t, string(s.AppendJSON(nil)), `"started_at":`+strconv.Quote(at.UTC().Format("2006-01-02T15:04:05.000Z07:00")))
	})
}

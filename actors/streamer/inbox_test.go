package streamer_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/actors/streamer"
	"github.com/rollcall-go/rollcall/messages"
)

func priced(t testing.TB, instrument messages.Instrument, price string) messages.Quote {
	t.Helper()

	parsed, err := messages.ParsePrice(price)
	require.NoError(t, err)

	return messages.Quote{Instrument: instrument, Price: parsed}
}

// N25: a million quotes while the actor is busy leave one quote for each instrument, one message, and no garbage.
func TestInboxIsBoundedUnderAFlood(t *testing.T) {
	box := streamer.NewBox(streamer.Settings{Instruments: []messages.Instrument{"A", "B"}})
	update := messages.StreamUpdate{Messages: 3, Quotes: []messages.Quote{priced(t, "A", "1"), priced(t, "B", "2"), priced(t, "X", "3")}}
	told := 0

	allocations := testing.AllocsPerRun(1, func() {
		for range 500_000 {
			if box.Put(&update, noon) {
				told++
			}
		}
	})
	assert.Zero(t, allocations)
	assert.Equal(t, 1, told)

	quotes, conflated, dropped := box.Take(nil)
	assert.Len(t, quotes, 2)
	assert.Equal(t, uint64(2*2*500_000-2), conflated) // the function ran twice
	assert.Zero(t, dropped)
	assert.True(t, box.Put(&update, noon), "it is told again after it has looked")
}

// The inbox copies: a source may use its slice again.
func TestInboxCopies(t *testing.T) {
	t.Parallel()

	box := streamer.NewBox(streamer.Settings{Instruments: []messages.Instrument{"A"}})
	update := messages.StreamUpdate{Quotes: []messages.Quote{priced(t, "A", "1")}}
	box.Put(&update, noon)
	update.Quotes[0] = priced(t, "A", "2")

	quotes, _, _ := box.Take(nil)
	require.Len(t, quotes, 1)
	assert.Equal(t, "1", quotes[0].Price.Text())
	assert.Equal(t, noon, quotes[0].ReceivedAt)
	assert.Equal(t, noon, quotes[0].RequestedAt, "nothing was requested")
	assert.Equal(t, messages.FlagStreamed, quotes[0].Flags)
}

// Whoever talks on after the connection was cut talks to nobody.
func TestInboxIsDeafInTheEnd(t *testing.T) {
	t.Parallel()

	box := streamer.NewBox(streamer.Settings{Instruments: []messages.Instrument{"A"}})
	box.Close()
	assert.False(t, box.Put(&messages.StreamUpdate{Quotes: []messages.Quote{priced(t, "A", "1")}}, noon))

	quotes, _, _ := box.Take(nil)
	assert.Empty(t, quotes)
}

// N26: whatever the order, the newest vendor time is what remains, and every quote is accounted for.
func TestInboxKeepsTheNewest(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		box := streamer.NewBox(streamer.Settings{Instruments: []messages.Instrument{"A"}})
		ages := rapid.SliceOfN(rapid.IntRange(0, 50), 1, 30).Draw(t, "ages")
		newest := 100

		for _, age := range ages {
			newest = min(newest, age)
			q := messages.Quote{Instrument: "A", VendorTime: noon.Add(-time.Duration(age) * time.Second)}
			box.Put(&messages.StreamUpdate{Quotes: []messages.Quote{q}}, noon)
		}

		quotes, conflated, dropped := box.Take(nil)
		require.Len(t, quotes, 1)
		assert.Equal(t, noon.Add(-time.Duration(newest)*time.Second), quotes[0].VendorTime)
		assert.Equal(t, len(ages)-1, int(conflated+dropped))
	})
}

// Several goroutines may deliver; -race watches.
func TestInboxFromManyGoroutines(t *testing.T) {
	t.Parallel()

	listing := make([]messages.Instrument, 50)
	for i := range listing {
		listing[i] = messages.Instrument(fmt.Sprintf("I%d", i))
	}

	box := streamer.NewBox(streamer.Settings{Instruments: listing})

	var senders sync.WaitGroup

	for _, instrument := range listing {
		quote := priced(t, instrument, "1")

		senders.Go(func() {
			for range 100 {
				box.Put(&messages.StreamUpdate{Quotes: []messages.Quote{quote}}, noon)
			}
		})
	}

	seen := 0
	conflated := uint64(0)
	look := func() {
		quotes, replaced, _ := box.Take(nil)
		seen += len(quotes)
		conflated += replaced
	}

	for range 100 {
		look()
	}

	senders.Wait()
	look()
	assert.Equal(t, 5000, seen+int(conflated))
}

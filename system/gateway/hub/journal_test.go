package hub //nolint:testpackage // what readers get is decided in here, without time and network

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/messages"
)

func emptyRound(t require.TestingT, round messages.Round) *messages.Snapshot {
	roster, err := messages.NewRoster([]messages.Listing{{Vendor: "v", Class: "c", Instruments: []messages.Instrument{"A"}}})
	require.NoError(t, err)

	return &messages.Snapshot{
		Round: round, Status: messages.SnapshotEmpty, Durable: true, PublishedAt: time.Unix(int64(round), 0), Roster: roster,
		Vendors:     []messages.VendorReport{{Outcome: messages.OutcomeTimeout, State: messages.VendorRunning}},
		Instruments: []messages.InstrumentReport{{Status: messages.InstrumentInsufficient}},
	}
}

// A04, without the network: whatever is published, however late a reader comes and whenever it goes and comes back, it gets rounds in order, each
// once, and is told how many it did not get; or it is told to begin anew.
func TestWhatReadersGet(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		j := &journal{bounds: bounds{rounds: rapid.IntRange(1, 12).Draw(t, "kept"), bytes: 1 << 20, fresh: 1, events: 5}}
		behind := rapid.IntRange(1, 6).Draw(t, "behind")

		var (
			shown     views
			c         *cursor
			published []messages.Round // all there were, those the hub missed included
			last      messages.Round   // that the reader has
		)

		number := func(round messages.Round) int {
			for i, known := range published {
				if known == round {
					return i
				}
			}

			return -1
		}

		receive := func(items []item) {
			missed := uint64(0)

			for _, it := range items {
				switch {
				case it.reset != nil:
					last = 0
				case it.skipped != nil && it.skipped.Count > 0:
					missed = it.skipped.Count
				case it.entry != nil:
					if last > 0 {
						assert.Equal(t, number(last)+1+int(missed), number(it.entry.Round()), "after %d, told of %d missed", last, missed)
					}

					last, missed = it.entry.Round(), 0
				}
			}
		}

		t.Repeat(map[string]func(*rapid.T){
			"publish": func(t *rapid.T) {
				next := messages.Round(1)
				if len(published) > 0 {
					next = published[len(published)-1] + 1
				}

				missed := rapid.IntRange(0, 2).Draw(t, "missed by the hub")
				for range missed {
					published = append(published, next)
					next++
				}

				published = append(published, next)
				require.NotNil(t, j.publish(emptyRound(t, next), uint64(missed), &shown))
			},
			"again": func(t *rapid.T) {
				if newest := j.newest(); newest != nil {
					assert.Nil(t, j.publish(newest.snapshot, 0, &shown))
				}
			},
			"event": func(*rapid.T) { j.note(&messages.RoundStarted{}, 0) },
			"read": func(*rapid.T) {
				if c != nil {
					receive(j.next(c, behind, nil))
				}
			},
			"come": func(t *rapid.T) {
				c = &cursor{events: rapid.Bool().Draw(t, "events")}
				receive(j.start(c, last))
			},
		})

		for c != nil { // in the end it has the newest
			items := j.next(c, behind, nil)
			if len(items) == 0 {
				break
			}

			receive(items)
		}

		if c != nil && len(published) > 0 {
			assert.Equal(t, published[len(published)-1], last)
		}
	})
}

func TestEventsComeInOrderWithTheRounds(t *testing.T) {
	t.Parallel()

	var (
		j     = &journal{bounds: bounds{rounds: 9, bytes: 1 << 20, fresh: 2, events: 3}}
		shown views
		c     = &cursor{events: true}
	)

	require.Empty(t, j.start(c, 0))

	j.note(&messages.RoundStarted{Round: 1}, 0)
	j.publish(emptyRound(t, 1), 0, &shown)
	j.note(&messages.RoundStarted{Round: 2}, 0)

	items := j.next(c, 9, nil)
	require.Len(t, items, 3)
	assert.NotNil(t, items[0].event)
	assert.Equal(t, messages.Round(1), items[1].entry.Round())
	assert.NotNil(t, items[2].event)

	for range 5 { // three are kept
		j.note(&messages.RoundStarted{Round: 3}, 0)
	}

	items = j.next(c, 9, nil)
	require.Len(t, items, 4)
	assert.Equal(t, uint64(2), items[0].skipped.Events)
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()

	var shown views

	j := &journal{bounds: bounds{rounds: 1000, bytes: 3 * weight(emptyRound(t, 1)), fresh: 2, events: 1}}

	for round := range messages.Round(50) {
		e := j.publish(emptyRound(t, round+1), 0, &shown)
		e.JSON(Lens{})
	}

	assert.Len(t, j.entries, 3)
	assert.Equal(t, 3*weight(emptyRound(t, 1)), j.bytes)
	assert.Nil(t, j.entries[0].made, "an old round keeps nothing that was made of it")
	assert.NotEmpty(t, j.entries[2].made)
}

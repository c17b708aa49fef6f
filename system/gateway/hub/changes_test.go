package hub //nolint:testpackage // what changes is decided in here, without time and network

import (
	"encoding/json"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

// fields are what a reader has of an instrument or a vendor: its JSON, taken apart.
type fields map[string]any

// picture is what a reader has.
type picture struct {
	Status      messages.SnapshotStatus `json:"status"`
	Durable     bool                    `json:"durable"`
	Instruments map[string]fields       `json:"instruments"`
	Vendors     map[string]fields       `json:"vendors"`
}

func parsed[T any](t require.TestingT, text []byte) T {
	var value T

	require.NoError(t, json.Unmarshal(text, &value), string(text))

	return value
}

// apply makes of one round's picture the next one's.
func (p *picture) apply(t require.TestingT, changes api.Changes) picture {
	next := picture{Status: changes.Status, Durable: changes.Durable, Instruments: maps.Clone(p.Instruments), Vendors: maps.Clone(p.Vendors)}

	for name, text := range changes.Instruments {
		next.Instruments[name] = parsed[fields](t, text)
	}

	for name, text := range changes.Vendors {
		next.Vendors[name] = parsed[fields](t, text)
	}

	return next
}

// told leaves what changes promise to tell: not the times, ages and counters.
func (p *picture) told() picture {
	known := picture{Status: p.Status, Durable: p.Durable, Instruments: make(map[string]fields), Vendors: make(map[string]fields)}

	for name, instrument := range p.Instruments {
		kept := without(instrument, "age_ms", "sources")

		sources, _ := instrument["sources"].([]any)
		for i, one := range sources {
			source, _ := one.(map[string]any)
			kept[fmt.Sprint("source ", i)] = without(source, "requested_at", "received_at", "vendor_time", "detail")
		}

		known.Instruments[name] = kept
	}

	for name, vendor := range p.Vendors {
		known.Vendors[name] = without(vendor, "latency_ms", "attempts", "detail")
	}

	return known
}

func without(all fields, names ...string) fields {
	kept := maps.Clone(all)
	for _, name := range names {
		delete(kept, name)
	}

	return kept
}

// randomRound is a round of vendors that each know some of four instruments.
func randomRound(t *rapid.T, roster *messages.Roster, round messages.Round) *messages.Snapshot {
	at := time.Unix(1_800_000_000+int64(round), 0)
	s := &messages.Snapshot{
		Round: round, Durable: rapid.Bool().Draw(t, "durable"), StartedAt: at, PublishedAt: at.Add(time.Second), Roster: roster,
		Status:      rapid.SampledFrom([]messages.SnapshotStatus{messages.SnapshotComplete, messages.SnapshotPartial}).Draw(t, "status"),
		Vendors:     make([]messages.VendorReport, len(roster.Listings())),
		Instruments: make([]messages.InstrumentReport, len(roster.Entries())),
	}

	for i, listing := range roster.Listings() {
		report := &s.Vendors[i]
		report.Outcome = rapid.SampledFrom([]messages.Outcome{messages.OutcomeOK, messages.OutcomeTimeout}).Draw(t, "outcome")
		report.State = rapid.SampledFrom([]messages.VendorState{messages.VendorRunning, messages.VendorPaused}).Draw(t, "state")
		report.Restarts, report.Attempts = rapid.IntRange(0, 1).Draw(t, "restarts"), rapid.IntRange(0, 2).Draw(t, "attempts")

		if report.Outcome != messages.OutcomeOK {
			continue
		}

		for _, instrument := range listing.Instruments {
			quote := messages.Quote{
				Vendor: listing.Vendor, Instrument: instrument, Outcome: messages.OutcomeMissingSymbol, RequestedAt: at, ReceivedAt: at,
			}
			if rapid.Bool().Draw(t, "there") {
				quote.Outcome, quote.Price, quote.Bid = messages.OutcomeOK, randomPrice(t), randomPrice(t)
				report.Usable++
			}

			report.Quotes = append(report.Quotes, quote)
		}
	}

	for i := range s.Instruments {
		s.Instruments[i] = messages.InstrumentReport{
			Status: rapid.SampledFrom([]messages.InstrumentStatus{messages.InstrumentGood, messages.InstrumentCarried}).Draw(t, "verdict"),
			Price:  randomPrice(t), Age: time.Duration(rapid.IntRange(0, 9).Draw(t, "age")) * time.Second, Used: rapid.IntRange(0, 1).Draw(t, "used"),
		}
	}

	return s.Seal()
}

func randomPrice(t *rapid.T) messages.Price {
	price, err := messages.ParsePrice(rapid.SampledFrom([]string{"1.10", "1.1", "185.20"}).Draw(t, "price"))
	require.NoError(t, err)

	return price
}

// Whoever has a round and is told the changes has the next one: every price, verdict and outcome, also of those who see only a part.
func TestChangesMakeOneRoundOfTheOther(t *testing.T) {
	t.Parallel()

	roster, err := messages.NewRoster([]messages.Listing{
		{Vendor: "one", Class: "fx", Instruments: []messages.Instrument{`A"<&>`, "B"}},
		{Vendor: "two", Class: "fx", Instruments: []messages.Instrument{"B", "C/\u00e9"}},
		{Vendor: "three", Class: "metal", Instruments: []messages.Instrument{"D"}},
	})
	require.NoError(t, err)

	lenses := []Lens{
		{},
		NewLens(messages.Selection{Vendors: []messages.Vendor{"two"}}),
		NewLens(messages.Selection{Classes: []string{"metal"}}),
		NewLens(messages.Selection{Instruments: []messages.Instrument{"B"}}),
	}

	rapid.Check(t, func(t *rapid.T) {
		var shown views

		j := &journal{bounds: bounds{rounds: 9, bytes: 1 << 20, fresh: 1, events: 1}}
		lens := rapid.SampledFrom(lenses).Draw(t, "lens")
		last := j.publish(randomRound(t, roster, 1), 0, &shown)
		has := parsed[picture](t, last.JSON(lens))

		for round := range messages.Round(3) {
			e := j.publish(randomRound(t, roster, round+2), 0, &shown)
			changes := parsed[api.Changes](t, e.difference(lens))
			assert.Equal(t, e.Round(), changes.Round)
			assert.Equal(t, last.Round(), changes.Since)

			has = has.apply(t, changes)
			whole := parsed[picture](t, e.JSON(lens))
			require.Equal(t, whole.told(), has.told())

			last = e
		}
	})
}

// Nothing is said of what is as it was.
func TestChangesAreNoMoreThanWhatChanged(t *testing.T) {
	t.Parallel()

	var shown views

	j := &journal{bounds: bounds{rounds: 9, bytes: 1 << 20, fresh: 1, events: 1}}
	before, now := largeRound(t, 1, 100, 0), largeRound(t, 2, 100, 10)
	now.Roster = before.Roster

	j.publish(before, 0, &shown)
	changes := parsed[api.Changes](t, j.publish(now, 0, &shown).difference(Lens{}))
	assert.Len(t, changes.Instruments, 10)
	assert.Empty(t, changes.Vendors)
}

// largeRound has so many instruments of one vendor, of which some have another price than in other rounds.
func largeRound(t require.TestingT, round messages.Round, instruments, moved int) *messages.Snapshot {
	at := time.Unix(1_800_000_000+int64(round), 0)
	listing := messages.Listing{Vendor: "v", Class: "c"}
	report := messages.VendorReport{Outcome: messages.OutcomeOK, State: messages.VendorRunning, Usable: instruments, Attempts: 1}
	s := &messages.Snapshot{Round: round, Status: messages.SnapshotComplete, Durable: true, StartedAt: at, PublishedAt: at}

	still, err := messages.ParsePrice("185.20")
	require.NoError(t, err)
	other, err := messages.ParsePrice(fmt.Sprintf("186.%02d", round))
	require.NoError(t, err)

	for i := range instruments {
		name, price := messages.Instrument(fmt.Sprintf("I%05d", i)), still
		if i < moved {
			price = other
		}

		listing.Instruments = append(listing.Instruments, name)
		report.Quotes = append(report.Quotes, messages.Quote{
			Instrument: name, Vendor: "v", Price: price, Outcome: messages.OutcomeOK, RequestedAt: at, ReceivedAt: at,
		})
		s.Instruments = append(s.Instruments, messages.InstrumentReport{Status: messages.InstrumentGood, Price: price, Used: 1})
	}

	s.Roster, err = messages.NewRoster([]messages.Listing{listing})
	require.NoError(t, err)

	s.Vendors = []messages.VendorReport{report}

	return s.Seal()
}

func BenchmarkChanges20000(b *testing.B) {
	for _, moved := range []int{200, 20_000} {
		b.Run(fmt.Sprintf("%d moved", moved), func(b *testing.B) {
			var shown views

			before, now := largeRound(b, 1, 20_000, moved), largeRound(b, 2, 20_000, moved)
			now.Roster = before.Roster
			e := newEntry(now, before, &shown, new(shelf))

			b.ReportAllocs()

			for b.Loop() {
				e.difference(Lens{})
			}
		})
	}
}

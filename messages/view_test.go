package messages_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/messages"
)

// twoSources is a snapshot of EUR/USD at two vendors, the first of which is licensed to some only, and of GOLD at the first alone.
func twoSources() *messages.Snapshot {
	ok := func(vendor messages.Vendor, instrument messages.Instrument, price string) messages.Quote {
		return messages.Quote{
			Vendor: vendor, Instrument: instrument, Price: mustPrice(price), Outcome: messages.OutcomeOK,
			RequestedAt: started, ReceivedAt: started.Add(time.Second),
		}
	}

	return &messages.Snapshot{
		Round: 7, Status: messages.SnapshotComplete, Durable: true, StartedAt: started, PublishedAt: started.Add(3 * time.Second),
		Elapsed: 3 * time.Second, Deadline: 3 * time.Second,
		Roster: mustRoster(
			messages.Listing{Vendor: "licensed", Class: "fx", Instruments: []messages.Instrument{"GOLD", "EUR/USD"}},
			messages.Listing{Vendor: "free", Class: "fx", Instruments: []messages.Instrument{"EUR/USD"}},
		),
		Vendors: []messages.VendorReport{
			{
				Outcome: messages.OutcomeOK, Attempts: 1, Usable: 2, State: messages.VendorRunning, Detail: "GOLD is thin",
				Quotes: []messages.Quote{ok("licensed", "GOLD", "2400.5"), ok("licensed", "EUR/USD", "1.0850")},
			},
			{
				Outcome: messages.OutcomeOK, Attempts: 1, Usable: 1, State: messages.VendorRunning,
				Quotes: []messages.Quote{ok("free", "EUR/USD", "1.0860")},
			},
		},
		Instruments: []messages.InstrumentReport{
			{Status: messages.InstrumentGood, Price: mustPrice("1.0850"), Age: 2 * time.Second, Used: 2},
			{Status: messages.InstrumentGood, Price: mustPrice("2400.5"), Age: 2 * time.Second, Used: 1},
		},
	}
}

func TestAHiddenVendorGivesNoPrice(t *testing.T) {
	t.Parallel()

	whole := twoSources()
	part := messages.NewView(whole.Roster, messages.Selection{Vendors: []messages.Vendor{"free"}}).Snapshot(whole)

	report, found := part.Price("EUR/USD")
	require.True(t, found)
	assert.Equal(t, "1.0860", report.Price.Text(), "the price is that of the vendor that can be seen")
	assert.Equal(t, messages.InstrumentGood, report.Status)
	assert.Equal(t, 1, report.Used)

	_, found = part.Price("GOLD")
	assert.False(t, found)
	assert.Equal(t, messages.SnapshotComplete, part.Status)
	assert.NotContains(t, string(part.AppendJSON(nil)), "licensed")
	assert.Equal(t, "1.0850", whole.Instruments[0].Price.Text(), "the whole is not changed")
}

func TestAPartOfAVendorSaysNothingOfTheRest(t *testing.T) {
	t.Parallel()

	whole := twoSources()
	part := messages.NewView(whole.Roster, messages.Selection{Instruments: []messages.Instrument{"EUR/USD", "NONE"}}).Snapshot(whole)

	assert.NotContains(t, string(part.AppendJSON(nil)), "GOLD")
	assert.Equal(t, 1, part.Vendors[0].Usable)
	assert.Equal(t, whole.Instruments[0], part.Instruments[0], "all of its vendors can be seen: nothing is judged again")
}

// X01: what a detail compares a price with may come from a hidden vendor, and what a vendor says of its failure may name a hidden instrument.
func TestDetailsSayNothingOfWhatIsHidden(t *testing.T) {
	t.Parallel()

	whole := twoSources()
	free := &whole.Vendors[1]
	free.Outcome, free.Detail, free.Usable = messages.OutcomeOutlier, "9 is 729% from 1.0850, the median of 3", 0
	free.Quotes[0].Outcome, free.Quotes[0].Detail = messages.OutcomeOutlier, free.Detail

	seen := func(selection messages.Selection) string {
		return string(messages.NewView(whole.Roster, selection).Snapshot(whole).AppendJSON(nil))
	}
	byVendor, byInstrument := messages.Selection{Vendors: []messages.Vendor{"free"}}, messages.Selection{Instruments: []messages.Instrument{"EUR/USD"}}

	for _, outcome := range []messages.Outcome{messages.OutcomeOutlier, messages.OutcomeJump} {
		free.Quotes[0].Outcome = outcome
		assert.NotContains(t, seen(byVendor), "1.0850", "%s: that is the price of the licensed one", outcome)
		assert.Contains(t, seen(byInstrument), "the median of 3", "%s: all of its vendors can be seen", outcome)
	}

	free.Quotes[0].Outcome, free.Quotes[0].Detail, free.Detail = messages.OutcomeInvalidPrice, "-9", "-9"
	assert.Contains(t, seen(byVendor), `"detail":"-9"`, "it speaks of its own price")

	licensed := &whole.Vendors[0]
	licensed.Outcome, licensed.Detail, licensed.Quotes, licensed.Usable = messages.OutcomeHTTPStatus, "unknown symbol GOLD", nil, 0
	assert.NotContains(t, seen(byInstrument), "GOLD")
	assert.Contains(t, seen(messages.Selection{Vendors: []messages.Vendor{"licensed"}}), "unknown symbol GOLD")
}

// Who carried the price is not known: it is shown to those who may see them all.
func TestACarriedPriceIsShownToWhoSeesItsVendors(t *testing.T) {
	t.Parallel()

	whole := twoSources()
	whole.Instruments[0] = messages.InstrumentReport{Status: messages.InstrumentCarried, Price: mustPrice("1.08"), Age: time.Minute}

	for i := range whole.Vendors {
		whole.Vendors[i].Quotes, whole.Vendors[i].Outcome, whole.Vendors[i].Usable = nil, messages.OutcomeTimeout, 0
	}

	all := messages.NewView(whole.Roster, messages.Selection{Instruments: []messages.Instrument{"EUR/USD"}}).Snapshot(whole)
	assert.Equal(t, messages.InstrumentCarried, all.Instruments[0].Status)

	some := messages.NewView(whole.Roster, messages.Selection{Vendors: []messages.Vendor{"free"}}).Snapshot(whole)
	assert.Equal(t, messages.InstrumentReport{Status: messages.InstrumentInsufficient}, some.Instruments[0])
	assert.Equal(t, messages.SnapshotEmpty, some.Status)
}

func TestEverythingIsTheSnapshotItself(t *testing.T) {
	t.Parallel()

	whole := twoSources()
	view := messages.NewView(whole.Roster, messages.Selection{}, messages.Selection{})

	assert.True(t, view.IsAll())
	assert.Same(t, whole, view.Snapshot(whole))
	assert.Same(t, whole.Roster, view.Roster())
	assert.True(t, view.Fits(whole))
	assert.False(t, view.Fits(twoSources()), "another roster needs another view")
}

func TestSelectionsThatHaveNothingInCommonShowNothing(t *testing.T) {
	t.Parallel()

	whole := twoSources()
	part := messages.NewView(whole.Roster,
		messages.Selection{Instruments: []messages.Instrument{"GOLD"}}, messages.Selection{Vendors: []messages.Vendor{"free"}}).Snapshot(whole)

	assert.Empty(t, part.Vendors)
	assert.Empty(t, part.Instruments)
	assert.Equal(t, messages.SnapshotEmpty, part.Status)
}

// Whatever is selected of whatever snapshot: the part is one that can be encoded and read again, holds only what was selected, and narrowing twice
// is the same as narrowing by both.
func TestPartsOfSnapshots(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		whole := snapshots().Draw(t, "snapshot")
		first, second := selection(t, whole.Roster), selection(t, whole.Roster)
		part := messages.NewView(whole.Roster, first, second).Snapshot(whole)

		for _, entry := range part.Roster.Entries() {
			assert.True(t, first.Instrument(entry.Instrument, entry.Class) && second.Instrument(entry.Instrument, entry.Class))
		}

		for i, listing := range part.Roster.Listings() {
			assert.True(t, first.Vendor(listing.Vendor) && second.Vendor(listing.Vendor))

			if len(part.Vendors[i].Quotes) > 0 {
				assert.Len(t, part.Vendors[i].Quotes, len(listing.Instruments))
			}
		}

		twice := messages.NewView(whole.Roster, first).Snapshot(whole)
		twice = messages.NewView(twice.Roster, second).Snapshot(twice)
		assert.Equal(t, part.Roster.Entries(), twice.Roster.Entries())

		_, err := messages.ParseSnapshot(part.AppendJSON(nil))
		assert.NoError(t, err)
	})
}

func selection(t *rapid.T, roster *messages.Roster) messages.Selection {
	var s messages.Selection

	for _, listing := range roster.Listings() {
		if rapid.IntRange(0, 3).Draw(t, "vendor") > 2 {
			s.Vendors = append(s.Vendors, listing.Vendor)
		}

		for _, instrument := range listing.Instruments {
			if rapid.IntRange(0, 3).Draw(t, "instrument") > 2 && !slices.Contains(s.Instruments, instrument) {
				s.Instruments = append(s.Instruments, instrument)
			}
		}
	}

	if rapid.Bool().Draw(t, "classed") {
		s.Classes = roster.Classes()
	}

	return s
}

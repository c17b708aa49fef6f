package plausible_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors/internal/plausible"
	"github.com/rollcall-go/rollcall/messages"
)

// market is rounds of so many instruments at five vendors, in which the prices move a little each time. The last vendor's prices are multiplied.
func market(tb testing.TB, instruments, multiplied int) (*messages.Roster, [][]messages.VendorReport) {
	tb.Helper()

	const vendors = 5

	roster := rosterOf(tb, instruments, vendors)
	rounds := make([][]messages.VendorReport, 2)

	for r := range rounds {
		prices := make([][]messages.Price, vendors)

		for v := range prices {
			factor := 1
			if v == vendors-1 {
				factor = multiplied
			}

			for i := range instruments {
				price, err := messages.ParsePrice(fmt.Sprintf("%d.%02d", (180+i%50)*factor, 10*v+r))
				require.NoError(tb, err)

				prices[v] = append(prices[v], price)
			}
		}

		rounds[r] = reportsOf(roster, prices)
	}

	return roster, rounds
}

func everything(vendors int) []plausible.Limits {
	return slices.Repeat([]plausible.Limits{{Jump: 4 * plausible.Million, Within: time.Minute, Outlier: 100_000, Spread: 4, Stuck: 60}}, vendors)
}

// Rounds in which nothing is refused allocate nothing.
func TestGoodRoundsAllocateNothing(t *testing.T) {
	roster, rounds := market(t, 100, 1)
	judge := plausible.New(roster, everything(5))
	n := 0

	allocations := testing.AllocsPerRun(20, func() {
		n++

		if verdict := judge.Round(rounds[n%2]); len(verdict.Refused) > 0 {
			t.Error(verdict.Refused[0].Detail)
		}
	})
	assert.Zero(t, allocations)
}

// Without limits nothing is kept and nothing asked.
func TestNoLimitsNoQuestions(t *testing.T) {
	roster, rounds := market(t, 10, 100)
	judge := plausible.New(roster, nil)

	for i := range 4 {
		assert.Zero(t, judge.Round(rounds[i%2]))
	}

	assert.Zero(t, plausible.New(nil, nil).Round(nil))
}

// BenchmarkRound is a round of 20,000 instruments at five vendors. With all checks on, the prices agree, which a shortcut tells, or one price of each
// instrument is refused, with its reason. With the median alone, each median and each median absolute deviation is worked out.
func BenchmarkRound(b *testing.B) {
	tight := plausible.Limits{Outlier: 1, Spread: 1000}

	for _, bench := range []struct {
		name       string
		multiplied int
		limits     []plausible.Limits
	}{{"agreeing", 1, everything(5)}, {"median", 1, slices.Repeat([]plausible.Limits{tight}, 5)}, {"refused", 10, everything(5)}} {
		b.Run(bench.name, func(b *testing.B) {
			roster, rounds := market(b, 20_000, bench.multiplied)
			judge := plausible.New(roster, bench.limits)
			n := 0

			b.ReportAllocs()

			for b.Loop() {
				n++
				judge.Round(rounds[n%2])
			}
		})
	}
}

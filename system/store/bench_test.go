package store_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/store"
)

// One round with its fsyncs: three vendors with three instruments each, and a hundred with three hundred.
func BenchmarkPersist(b *testing.B) {
	for _, size := range []struct{ vendors, instruments int }{{3, 3}, {100, 300}} {
		b.Run(strconv.Itoa(size.vendors*size.instruments), func(b *testing.B) {
			s, err := store.Open(b.Context(), store.Options{Dir: b.TempDir()})
			require.NoError(b, err)

			roster := newRoster(b, size.vendors, size.instruments)
			template := newSnapshot(b, roster, 1)
			round := messages.Round(1)

			b.ReportAllocs()

			for b.Loop() {
				snapshot := *template
				snapshot.Round = round
				require.NoError(b, s.Persist(b.Context(), []*messages.Snapshot{&snapshot}))

				round++
			}

			require.NoError(b, s.Close())
		})
	}
}

// A day's worth of one instrument, at one round every five seconds.
func BenchmarkHistory(b *testing.B) {
	s, err := store.Open(b.Context(), store.Options{Dir: b.TempDir()})
	require.NoError(b, err)

	roster := newRoster(b, 3, 3)

	batch := make([]*messages.Snapshot, 0, 17280)
	for round := range messages.Round(cap(batch)) {
		batch = append(batch, newSnapshot(b, roster, round+1))
	}

	require.NoError(b, s.Persist(b.Context(), batch))

	for _, newest := range []bool{false, true} {
		b.Run("newest="+strconv.FormatBool(newest), func(b *testing.B) {
			for b.Loop() {
				for _, err := range s.History(b.Context(), store.Query{Instruments: []messages.Instrument{"I00001"}, Newest: newest}) {
					require.NoError(b, err)
				}
			}
		})
	}

	require.NoError(b, s.Close())
}

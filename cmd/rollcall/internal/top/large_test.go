package top_test

import (
	"fmt"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/cmd/rollcall/internal/top"
	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/client"
)

// large is a service with a thousand vendors of three instruments each, and sixty rounds of them.
func large(tb testing.TB) *scene {
	tb.Helper()

	const count, each = 1000, 3

	listings := make([]messages.Listing, count)
	for i := range listings {
		listings[i] = messages.Listing{Vendor: messages.Vendor(fmt.Sprintf("vendor-%04d", i)), Class: "fx"}
		for j := range each {
			listings[i].Instruments = append(listings[i].Instruments, messages.Instrument(fmt.Sprintf("I%04d-%d", i, j)))
		}
	}

	roster, err := messages.NewRoster(listings)
	require.NoError(tb, err)

	s := &scene{now: time.Date(2026, 11, 21, 10, 31, 20, 0, time.UTC)}
	s.model = top.New("http://127.0.0.1:8080", s.now)
	s.send(tea.WindowSizeMsg{Width: 120, Height: 40})

	for round := range messages.Round(60) {
		made := &messages.Snapshot{
			Round: round + 1, Status: messages.SnapshotComplete, PublishedAt: s.now, Deadline: time.Second, Elapsed: time.Second, Roster: roster,
			Vendors: make([]messages.VendorReport, count), Instruments: make([]messages.InstrumentReport, count*each),
		}
		for i := range made.Vendors {
			made.Vendors[i] = messages.VendorReport{Outcome: messages.OutcomeOK, Usable: each, Latency: time.Millisecond, State: messages.VendorRunning}
		}

		price, err := messages.ParsePrice(fmt.Sprintf("185.%02d", (round*7)%100))
		require.NoError(tb, err)

		for i := range made.Instruments {
			made.Instruments[i] = messages.InstrumentReport{Status: messages.InstrumentGood, Price: price, Used: 1}
		}

		s.hear(client.Event{Type: api.EventSnapshot, Round: made.Round, Snapshot: made})
		s.wait(time.Second)
	}

	return s
}

// BenchmarkFrame is what a screen of a large service costs, which is drawn a few times a second.
func BenchmarkFrame(b *testing.B) {
	for _, pane := range []string{"1", "2", "3", "4"} {
		b.Run("view "+pane, func(b *testing.B) {
			s := large(b)
			s.keys(pane)

			for b.Loop() {
				s.wait(time.Millisecond)
			}
		})
	}
}

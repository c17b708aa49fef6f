package metrics_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// crowd is a stage of many vendors that went through a few rounds.
func crowd(b *testing.B, vendors, instrumentsEach int) *stage {
	b.Helper()

	listings := make([]messages.Listing, vendors)

	for i := range listings {
		listings[i] = messages.Listing{Vendor: messages.Vendor(fmt.Sprintf("vendor-%d", i)), Class: "forex"}
		for j := range instrumentsEach {
			listings[i].Instruments = append(listings[i].Instruments, messages.Instrument(fmt.Sprintf("I%d-%d", i, j)))
		}
	}

	s := newStage(b, listings...)
	for _, listed := range listings {
		s.state.Vendors = append(s.state.Vendors, messages.VendorStatus{Vendor: listed.Vendor, State: messages.VendorRunning})
	}

	for number := range 4 {
		round := s.round(b, messages.Round(number+1))
		for i := range round.Vendors {
			round.Vendors[i].Latency = time.Duration(i+number+1) * time.Millisecond
		}

		s.Observe(round, 0)
	}

	return s
}

// BenchmarkScrape is what one scrape costs.
func BenchmarkScrape(b *testing.B) {
	for _, c := range []struct {
		name        string
		vendors     int
		instruments int
		off         bool
	}{
		{"vendors=100", 100, 1, false},
		{"vendors=1000", 1000, 1, false},
		{"vendors=1000,instruments=off", 1000, 1, true},
		{"vendors=1000,instruments=20000", 1000, 20, false},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := crowd(b, c.vendors, c.instruments)
			s.off = c.off
			handler := s.Handler()
			request := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/metrics", http.NoBody)

			b.ReportAllocs()

			size := 0

			for b.Loop() {
				recorded := httptest.NewRecorder()
				handler.ServeHTTP(recorded, request)
				size = recorded.Body.Len()
			}

			b.ReportMetric(float64(size)/(1<<10), "kB/scrape")
		})
	}
}

// BenchmarkObserve is what counting a round of 1,000 vendors costs.
func BenchmarkObserve(b *testing.B) {
	s := crowd(b, 1000, 1)
	round := s.round(b, 10)

	b.ReportAllocs()

	for b.Loop() {
		copied := *round
		round.Round++
		s.Observe(&copied, 0)
	}
}

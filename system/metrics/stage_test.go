package metrics_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/metrics"
)

// stage is a service that the test makes up.
type stage struct {
	*metrics.Metrics

	roster  *messages.Roster
	state   *metrics.State
	off     bool // no series of instruments
	stopped bool // State answers nothing
}

func newStage(t testing.TB, listings ...messages.Listing) *stage {
	t.Helper()

	s := &stage{roster: roster(t, listings...), state: &metrics.State{}}
	s.Metrics = metrics.New(metrics.Options{
		Version: "1.2.3", Roster: func() *messages.Roster { return s.roster }, Instruments: func() bool { return !s.off },
		State: func(context.Context) (*metrics.State, error) {
			if s.stopped {
				return nil, errors.New("nobody answers")
			}

			return s.state, nil
		},
	})

	return s
}

func roster(t testing.TB, listings ...messages.Listing) *messages.Roster {
	t.Helper()

	r, err := messages.NewRoster(listings)
	require.NoError(t, err)

	return r
}

func listing(vendor messages.Vendor, instruments ...messages.Instrument) messages.Listing {
	return messages.Listing{Vendor: vendor, Class: "forex", Instruments: instruments}
}

func price(t testing.TB) messages.Price {
	t.Helper()

	p, err := messages.ParsePrice("185.20")
	require.NoError(t, err)

	return p
}

// round is one that went well, under the stage's roster.
func (s *stage) round(t testing.TB, number messages.Round) *messages.Snapshot {
	t.Helper()

	now := time.Now()
	made := &messages.Snapshot{
		Round: number, Status: messages.SnapshotComplete, Durable: true, Roster: s.roster,
		StartedAt: now.Add(-time.Second), PublishedAt: now, Elapsed: time.Second, Deadline: 2 * time.Second,
	}

	for _, listed := range s.roster.Listings() {
		report := messages.VendorReport{
			Outcome: messages.OutcomeOK, Latency: 40 * time.Millisecond, Attempts: 1, Usable: len(listed.Instruments), State: messages.VendorRunning,
		}

		for _, instrument := range listed.Instruments {
			report.Quotes = append(report.Quotes, messages.Quote{
				Instrument: instrument, Vendor: listed.Vendor, Price: price(t), Outcome: messages.OutcomeOK,
			})
		}

		made.Vendors = append(made.Vendors, report)
	}

	for _, entry := range s.roster.Entries() {
		made.Instruments = append(made.Instruments, messages.InstrumentReport{
			Status: messages.InstrumentGood, Price: price(t), Age: 250 * time.Millisecond, Used: len(entry.Sources),
		})
	}

	return made
}

// ask scrapes in a format; empty for text.
func (s *stage) ask(t testing.TB, accept string) *httptest.ResponseRecorder {
	t.Helper()

	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody)
	request.Header.Set("Accept", accept)

	recorded := httptest.NewRecorder()
	s.Handler().ServeHTTP(recorded, request)
	require.Equal(t, http.StatusOK, recorded.Code, recorded.Body.String())

	return recorded
}

// scrape parses what is shown as text: the families by name.
func (s *stage) scrape(t testing.TB) map[string]*dto.MetricFamily {
	t.Helper()

	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(s.ask(t, "").Body)
	require.NoError(t, err)

	return families
}

// values are the values of a family's series, by their labels' values; a histogram has its count.
func values(family *dto.MetricFamily) map[string]float64 {
	found := make(map[string]float64)

	for _, m := range family.GetMetric() {
		labels := make([]string, 0, len(m.GetLabel()))
		for _, pair := range m.GetLabel() {
			labels = append(labels, fmt.Sprintf("%s=%s", pair.GetName(), pair.GetValue()))
		}

		key := strings.Join(labels, " ")

		switch {
		case m.GetCounter() != nil:
			found[key] = m.GetCounter().GetValue()
		case m.GetGauge() != nil:
			found[key] = m.GetGauge().GetValue()
		case m.GetHistogram() != nil:
			found[key] = float64(m.GetHistogram().GetSampleCount())
		}
	}

	return found
}

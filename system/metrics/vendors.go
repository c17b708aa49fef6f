package metrics

import (
	"math/bits"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rollcall-go/rollcall/messages"
)

// vendors counts how each vendor fares. It is not safe for use by several goroutines.
type vendors struct {
	rounds, failures, requests *prometheus.CounterVec
	latency                    *prometheus.HistogramVec

	words  []messages.Outcome
	places map[messages.Outcome]int // in words
	series map[messages.Vendor]*vendorSeries
	kept   *messages.Roster // whom the series are of
}

// vendorSeries are the series of one vendor; those by outcome are made when they are needed.
type vendorSeries struct {
	vendor           string
	rounds, failures []prometheus.Counter // by place of the outcome
	requests         prometheus.Counter
	latency          prometheus.Observer
}

func newVendors() *vendors {
	v := &vendors{
		rounds: counters(vendorRounds), failures: counters(vendorFailures), requests: counters(vendorRequests),
		latency: prometheus.NewHistogramVec(histogramOpts(vendorLatency, .025, .05, .1, .25, .5, 1, 2.5, 5), about(vendorLatency).Labels),
		words:   messages.Outcomes(), places: make(map[messages.Outcome]int), series: make(map[messages.Vendor]*vendorSeries),
	}

	for i, word := range v.words {
		v.places[word] = i
	}

	return v
}

func (v *vendors) collectors() []prometheus.Collector {
	return []prometheus.Collector{v.rounds, v.failures, v.requests, v.latency}
}

// observe counts a round of the vendors that a roster lists.
func (v *vendors) observe(s *messages.Snapshot, roster *messages.Roster) {
	listings := s.Roster.Listings()

	for i := range s.Vendors {
		if _, there := roster.Vendor(listings[i].Vendor); !there {
			continue // it left while the round was open
		}

		report, series := &s.Vendors[i], v.of(listings[i].Vendor)
		series.requests.Add(float64(max(0, report.Attempts)))

		if report.Latency > 0 && len(report.Quotes) > 0 {
			series.latency.Observe(report.Latency.Seconds())
		}

		if place, known := v.places[report.Outcome]; known {
			v.count(v.rounds, series.rounds, series.vendor, place)
		}

		for left := v.failed(report); left != 0; left &= left - 1 {
			v.count(v.failures, series.failures, series.vendor, bits.TrailingZeros64(left))
		}
	}
}

// failed is the set of outcomes by which a vendor, or at least one of its quotes, has failed in a round.
func (v *vendors) failed(report *messages.VendorReport) uint64 {
	var set uint64

	note := func(outcome messages.Outcome) {
		switch outcome {
		case messages.OutcomeOK, messages.OutcomePartial, messages.OutcomeClosed, messages.OutcomePaused, messages.OutcomeCancelled:
			// nobody failed: partial is told by its quotes, and the others are as they should be
		default:
			if place, known := v.places[outcome]; known {
				set |= 1 << place
			}
		}
	}

	note(report.Outcome)

	for i := range report.Quotes {
		note(report.Quotes[i].Outcome)
	}

	return set
}

// count adds one to a vendor's series of an outcome.
func (v *vendors) count(vec *prometheus.CounterVec, series []prometheus.Counter, vendor string, place int) {
	if series[place] == nil {
		series[place] = vec.WithLabelValues(vendor, string(v.words[place]))
	}

	series[place].Inc()
}

// of returns the series of a vendor. Those that matter most are there at once, so that a rise from 0 to 1 is one.
func (v *vendors) of(vendor messages.Vendor) *vendorSeries {
	if series := v.series[vendor]; series != nil {
		return series
	}

	name := label(string(vendor))
	series := &vendorSeries{
		vendor: name, rounds: make([]prometheus.Counter, len(v.words)), failures: make([]prometheus.Counter, len(v.words)),
		requests: v.requests.WithLabelValues(name), latency: v.latency.WithLabelValues(name),
	}
	v.series[vendor] = series

	for _, outcome := range []messages.Outcome{messages.OutcomeOK, messages.OutcomeTimeout} {
		place := v.places[outcome]
		series.rounds[place] = v.rounds.WithLabelValues(name, string(outcome))
	}

	timeout := v.places[messages.OutcomeTimeout]
	series.failures[timeout] = v.failures.WithLabelValues(name, string(messages.OutcomeTimeout))

	return series
}

// keep ends the series of the vendors that a roster does not list.
func (v *vendors) keep(roster *messages.Roster) {
	if roster == v.kept {
		return
	}

	v.kept = roster

	for vendor, series := range v.series {
		if _, there := roster.Vendor(vendor); !there {
			v.end(series)
			delete(v.series, vendor)
		}
	}
}

func (v *vendors) end(series *vendorSeries) {
	v.requests.DeleteLabelValues(series.vendor)
	v.latency.DeleteLabelValues(series.vendor)

	for place, word := range v.words {
		if series.rounds[place] != nil {
			v.rounds.DeleteLabelValues(series.vendor, string(word))
		}

		if series.failures[place] != nil {
			v.failures.DeleteLabelValues(series.vendor, string(word))
		}
	}
}

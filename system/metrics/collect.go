package metrics

import (
	"context"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rollcall-go/rollcall/messages"
)

// scrape is one collection of what stands at this moment.
type scrape struct {
	descs  map[string]*prometheus.Desc
	out    chan<- prometheus.Metric
	roster *messages.Roster
}

// newDescs describes the metrics that are made at a scrape. Those that are not are described and never sent, which costs nothing.
func newDescs() map[string]*prometheus.Desc {
	descs := make(map[string]*prometheus.Desc)
	for _, m := range Reference() {
		descs[m.Name] = prometheus.NewDesc(m.Name, m.Help, m.Labels, nil)
	}

	return descs
}

func (s *scrape) gauge(name string, value float64, labels ...string) {
	s.send(name, prometheus.GaugeValue, value, labels)
}

func (s *scrape) counter(name string, value uint64, labels ...string) {
	s.send(name, prometheus.CounterValue, float64(value), labels)
}

func (s *scrape) flag(name string, is bool, labels ...string) {
	if is {
		s.gauge(name, 1, labels...)
	} else {
		s.gauge(name, 0, labels...)
	}
}

func (s *scrape) send(name string, kind prometheus.ValueType, value float64, labels []string) {
	metric, err := prometheus.NewConstMetric(s.descs[name], kind, value, labels...)
	if err != nil {
		metric = prometheus.NewInvalidMetric(s.descs[name], err)
	}

	s.out <- metric
}

// instant is what is made at a scrape. It is an unchecked collector: what it sends is held against Reference by a test, not at each start.
type instant struct {
	metrics *Metrics
	descs   map[string]*prometheus.Desc
}

// Describe implements prometheus.Collector.
func (i *instant) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (i *instant) Collect(out chan<- prometheus.Metric) {
	m := i.metrics
	roster := m.options.Roster()
	s := &scrape{descs: i.descs, out: out, roster: roster}

	s.listings()

	if snapshot := m.current(); snapshot != nil {
		s.snapshot(snapshot, m.options.Instruments(), time.Now())
	}

	ctx, cancel := context.WithTimeout(context.Background(), stateWithin)
	defer cancel()

	state, err := m.options.State(ctx)
	s.flag(stateAnswered, err == nil)

	if err == nil {
		s.state(state)
		s.clients(state)
	} else {
		s.flag(ready, false)
	}
}

// mixed is the class of vendors that have several.
const mixed = "mixed"

// listings tells who is configured.
func (s *scrape) listings() {
	for i := range s.roster.Listings() {
		listing := &s.roster.Listings()[i]
		vendor, class := label(string(listing.Vendor)), listing.Class

		if listing.Classes != nil {
			class = mixed
		}

		s.gauge(vendorInfo, 1, vendor, label(class))
		s.gauge(vendorExpected, float64(len(listing.Instruments)), vendor)
	}
}

// position is the place of a word in a list that is documented as numbers.
func position[T comparable](words []T, word T) float64 { return float64(slices.Index(words, word)) }

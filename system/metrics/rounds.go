package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rollcall-go/rollcall/messages"
)

// rounds counts rounds.
type rounds struct {
	total            *prometheus.CounterVec
	missed           prometheus.Counter
	elapsed, overrun prometheus.Histogram
}

func newRounds() *rounds {
	r := &rounds{
		total:   counters(roundsTotal),
		missed:  prometheus.NewCounter(counterOpts(roundsUnobserved)),
		elapsed: prometheus.NewHistogram(histogramOpts(roundElapsed, .01, .05, .1, .25, .5, 1, 2, 2.5, 5, 10, 30)),
		overrun: prometheus.NewHistogram(histogramOpts(roundOverrun, .001, .0025, .005, .01, .025, .05, .1, .25, 1)),
	}

	for _, status := range []messages.SnapshotStatus{messages.SnapshotComplete, messages.SnapshotPartial, messages.SnapshotEmpty} {
		r.total.WithLabelValues(string(status)) // there from the start, so that a rise from 0 to 1 is one
	}

	return r
}

func (r *rounds) collectors() []prometheus.Collector {
	return []prometheus.Collector{r.total, r.missed, r.elapsed, r.overrun}
}

func (r *rounds) observe(s *messages.Snapshot, missed uint64) {
	r.total.WithLabelValues(string(s.Status)).Inc()
	r.missed.Add(float64(missed))
	r.elapsed.Observe(s.Elapsed.Seconds())

	if s.Elapsed >= s.Deadline {
		r.overrun.Observe((s.Elapsed - s.Deadline).Seconds())
	}
}

// histogramOpts makes a histogram both ways: with fixed buckets for those who scrape text, and native.
func histogramOpts(name string, buckets ...float64) prometheus.HistogramOpts {
	const (
		growth     = 1.1 // of native buckets
		maxBuckets = 100
	)

	return prometheus.HistogramOpts{
		Name: name, Help: about(name).Help, Buckets: buckets,
		NativeHistogramBucketFactor: growth, NativeHistogramMaxBucketNumber: maxBuckets, NativeHistogramMinResetDuration: time.Hour,
	}
}

func counterOpts(name string) prometheus.CounterOpts {
	return prometheus.CounterOpts{Name: name, Help: about(name).Help}
}

func gaugeOpts(name string, labels prometheus.Labels) prometheus.GaugeOpts {
	return prometheus.GaugeOpts{Name: name, Help: about(name).Help, ConstLabels: labels}
}

func counters(name string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(counterOpts(name), about(name).Labels)
}

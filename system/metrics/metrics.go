package metrics

import (
	"context"
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/logs"
)

// Options are what metrics are made of.
type Options struct {
	Version string // of the program; may be empty
	// Roster is who is asked for what now; what it does not list has no series.
	Roster func() *messages.Roster
	// State is how everything stands now. The error, or the end of ctx, leaves out what it would have said.
	State func(ctx context.Context) (*State, error)
	// Instruments reports whether each instrument has series of its own; nil: it has.
	Instruments func() bool

	Log *logrus.Entry // nil discards
}

// State is how everything stands at the moment of a scrape.
type State struct {
	Every    time.Duration // between rounds; 0 without a schedule
	Deadline time.Duration
	Ready    bool

	Rounds  messages.RoundsDescribed
	Record  messages.RecordDescribed
	Uplink  messages.UplinkStatus
	Readers messages.SubscribersDescribed
	Vendors []messages.VendorStatus
	Actors  []Actor

	Streams     Streams
	Connections Connections
	Traces      *Traces // nil: there are none
}

// Actor is how one core actor is.
type Actor struct {
	Name     string
	Restarts int           // since the start
	Lag      time.Duration // from a question to its answer, or since the question if there is none yet
}

// Streams are the clients that listen. Counters start with the program.
type Streams struct {
	SSE, WebSocket                         int // now
	Sent, Skipped, Resets, Cut, TurnedAway uint64
}

// Connections are those of the HTTP clients. Counters start with the program.
type Connections struct {
	Open, Limit      int // now
	Refused, Evicted uint64
}

// Traces are the rounds whose spans were handed on. Counters start with the program.
type Traces struct{ Sent, Failed, Dropped uint64 }

// Metrics are the metrics of one service. Its methods may be called from any goroutine.
type Metrics struct {
	options  Options
	registry *prometheus.Registry

	rounds   *rounds
	requests *requests

	mu       sync.Mutex
	vendors  *vendors
	snapshot *messages.Snapshot // the newest; nil before the first
}

// stateWithin is how long a scrape waits for State.
const stateWithin = time.Second

// New makes metrics that have counted nothing yet.
func New(options Options) *Metrics {
	options.Log = logs.OrSilent(options.Log)

	if options.Instruments == nil {
		options.Instruments = func() bool { return true }
	}

	m := &Metrics{
		options: options, registry: prometheus.NewRegistry(),
		rounds: newRounds(), requests: newRequests(), vendors: newVendors(),
	}

	build := prometheus.NewGauge(gaugeOpts(buildInfo, prometheus.Labels{"version": label(options.Version), "goversion": runtime.Version()}))
	build.Set(1)

	m.registry.MustRegister(build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		&instant{metrics: m, descs: newDescs()})

	for _, group := range [][]prometheus.Collector{m.rounds.collectors(), m.requests.collectors(), m.vendors.collectors()} {
		m.registry.MustRegister(group...)
	}

	return m
}

// Observe counts a snapshot that was published, and those before it that never came here. One that is known already changes nothing.
func (m *Metrics) Observe(s *messages.Snapshot, missed uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()

	if m.snapshot != nil && s.Round <= m.snapshot.Round {
		return
	}

	roster := m.options.Roster()
	m.snapshot = s
	m.rounds.observe(s, missed)
	m.vendors.keep(roster)
	m.vendors.observe(s, roster)
}

// current is the newest snapshot; nil before the first.
func (m *Metrics) current() *messages.Snapshot {
	m.mu.Lock()
	defer m.mu.Unlock()

	return m.snapshot
}

// gather collects everything, once the series of vendors that are gone have ended: collectors run side by side.
func (m *Metrics) gather() ([]*dto.MetricFamily, error) {
	m.mu.Lock()
	m.vendors.keep(m.options.Roster())
	m.mu.Unlock()

	return m.registry.Gather() //nolint:wrapcheck // it is the library that asks
}

// Handler serves the metrics in the format that is asked for: text, OpenMetrics or protobuf.
func (m *Metrics) Handler() http.Handler {
	const scrapes = 4 // at once; further ones are told to come again

	return promhttp.HandlerFor(prometheus.GathererFunc(m.gather), promhttp.HandlerOpts{
		EnableOpenMetrics: true, ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: scrapes, ErrorLog: errorLog{m.options.Log},
	})
}

// errorLog is a promhttp.Logger.
type errorLog struct{ log *logrus.Entry }

// Println implements promhttp.Logger.
func (l errorLog) Println(v ...any) { l.log.Warnln(v...) }

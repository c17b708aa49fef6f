package metrics

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// requests counts the API's requests.
type requests struct {
	total   *prometheus.CounterVec
	elapsed *prometheus.HistogramVec
}

func newRequests() *requests {
	return &requests{
		total: counters(httpRequests),
		elapsed: prometheus.NewHistogramVec(
			histogramOpts(httpElapsed, .001, .005, .025, .1, .5, 1, 5), about(httpElapsed).Labels),
	}
}

func (r *requests) collectors() []prometheus.Collector {
	return []prometheus.Collector{r.total, r.elapsed}
}

// Request counts a request that was answered: its route, a pattern of the program's own and empty for none of them; its method, one of few; the
// status; and how long that took, 0 if that tells nothing, as with a stream.
func (m *Metrics) Request(route, method string, status int, elapsed time.Duration) {
	const hundred = 100

	if route == "" {
		route = "other"
	}

	m.requests.total.WithLabelValues(route, method, strconv.Itoa(status/hundred)+"xx").Inc()

	if elapsed > 0 {
		m.requests.elapsed.WithLabelValues(route).Observe(elapsed.Seconds())
	}
}

package service_test

import (
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/rollcall-go/rollcall/system"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/secret"
)

// fetch asks the service's API for something.
func (r *rig) fetch(t *testing.T, path string) (status int, body string) {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+r.Addr().String()+path, http.NoBody)
	require.NoError(t, err)

	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err)

	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())

	return response.StatusCode, string(text)
}

// measure scrapes the service; the values of counters, gauges and counts of histograms by name and vendor, added up over other labels.
func (r *rig) measure(t *testing.T) map[string]float64 {
	t.Helper()

	status, text := r.fetch(t, "/metrics")
	require.Equal(t, http.StatusOK, status, text)

	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	require.NoError(t, err)

	found := make(map[string]float64)

	for name, family := range families {
		for _, m := range family.GetMetric() {
			key := []string{name}

			for _, label := range m.GetLabel() {
				if label.GetName() == "vendor" || label.GetName() == "code" && name == "rollcall_vendor_failures_total" {
					key = append(key, label.GetValue())
				}
			}

			found[strings.Join(key, " ")] += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}

	return found
}

// eventually scrapes until the values are as they should be.
func (r *rig) eventually(t *testing.T, fulfilled func(map[string]float64) bool) map[string]float64 {
	t.Helper()

	var values map[string]float64

	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()

	for end := time.Now().Add(patience); time.Now().Before(end); <-again.C {
		if values = r.measure(t); fulfilled(values) {
			return values
		}
	}

	require.Fail(t, "the metrics never were as they should be", "%v", values)

	return nil
}

func served(cfg *config.Config) { cfg.HTTP.Listen = "127.0.0.1:0" }

// N01 G2 X05: a vendor that hangs is a timeout in the metrics and nothing else; its series end with it; nothing in them is secret.
func TestMetricsOfAWholeService(t *testing.T) {
	t.Parallel()

	r := newRig(t, plan{
		vendors: []string{"well", "hangs"}, faults: map[string]string{"hangs": "hang"}, every: 250 * time.Millisecond, deadline: 200 * time.Millisecond, adjust: served,
	})

	values := r.eventually(t, func(v map[string]float64) bool { return v["rollcall_vendor_failures_total timeout hangs"] >= 2 })
	assert.Zero(t, values["rollcall_vendor_latency_seconds hangs"])
	assert.Zero(t, values["rollcall_vendor_up hangs"])
	assert.InDelta(t, 3, values["rollcall_vendor_quotes_expected hangs"], 0)
	assert.InDelta(t, 1, values["rollcall_state_answered"], 0)
	assert.InDelta(t, 0.25, values["rollcall_round_interval_seconds"], 0)
	assert.NotContains(t, values, "rollcall_vendor_failures_total malformed well")

	values = r.eventually(t, func(v map[string]float64) bool {
		return v["rollcall_vendor_up well"] == 1 && v["rollcall_vendor_latency_seconds well"] > 0 && v["rollcall_ready"] == 1
	})
	assert.Positive(t, values["rollcall_http_requests_total"])
	assert.Positive(t, values["rollcall_record_written_total"])

	_, text := r.fetch(t, "/metrics")
	assert.NotContains(t, text, queryCanary)
	assert.NotContains(t, text, headerCanary)
	assert.Contains(t, text, `rollcall_instrument_status{class="test",instrument="hangs.A"} 4`)
	lint(t, text)

	r.plan.vendors = []string{"well"}
	_, err := r.reload(t)
	require.NoError(t, err)

	_, text = r.fetch(t, "/metrics")
	assert.NotContains(t, text, "hangs")

	r.plan.adjust = func(cfg *config.Config) {
		served(cfg)
		cfg.Metrics.Instruments = "false"
	}
	_, err = r.reload(t)
	require.NoError(t, err)
	r.eventually(t, func(v map[string]float64) bool { return v["rollcall_instruments"] == 3 })

	_, text = r.fetch(t, "/metrics")
	assert.NotContains(t, text, "well.A")
}

// lint has Prometheus look at what is shown.
func lint(t *testing.T, text string) {
	t.Helper()

	path, err := exec.LookPath("promtool")
	if err != nil {
		t.Log("promtool is not installed (Debian package prometheus): the metrics were not checked by it")

		return
	}

	command := exec.CommandContext(t.Context(), path, "check", "metrics")
	command.Stdin = strings.NewReader(text)
	said, err := command.CombinedOutput()
	require.NoError(t, err, "%s", said)
	assert.Empty(t, string(said))
}

// /healthz is the process, /readyz the data, with every reason.
func TestReadyAndWhyNot(t *testing.T) {
	t.Parallel()

	r := newRig(t, plan{
		vendors: []string{"hangs"}, faults: map[string]string{"hangs": "hang"}, every: time.Second, deadline: 100 * time.Millisecond, onDemand: true, adjust: served,
	})

	status, body := r.fetch(t, "/readyz")
	assert.Equal(t, http.StatusServiceUnavailable, status)
	assert.Contains(t, body, `"reasons":["there is no snapshot yet"]`)

	r.take(t)

	status, body = r.fetch(t, "/readyz")
	assert.Equal(t, http.StatusServiceUnavailable, status)
	assert.Contains(t, body, `"title":"Not ready","status":503,"detail":"every vendor fails: 1 timeout","reasons":["every vendor fails: 1 timeout"]`)

	_, body = r.fetch(t, "/v1/status")
	assert.Contains(t, body, `"ready":false,"reasons":["every vendor fails: 1 timeout"]`)

	status, _ = r.fetch(t, "/healthz")
	assert.Equal(t, http.StatusOK, status)
}

func TestReady(t *testing.T) {
	t.Parallel()

	r := newRig(t, plan{vendors: []string{"well"}, every: time.Minute, deadline: patience / 2, onDemand: true, adjust: served})
	r.take(t)

	status, body := r.fetch(t, "/readyz")
	assert.Equal(t, http.StatusOK, status, body)
	assert.Equal(t, "ready\n", body)
}

// Every round is a trace, the last one too.
func TestTracesOfAWholeService(t *testing.T) {
	t.Parallel()

	names := make(chan string, 1024)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		packed, err := gzip.NewReader(request.Body)
		if err != nil {
			t.Error(err)

			return
		}

		body, err := io.ReadAll(packed)
		assert.NoError(t, err)

		var data tracepb.TracesData
		assert.NoError(t, proto.Unmarshal(body, &data))

		for _, text := range []string{queryCanary, headerCanary, "collectorCanary"} {
			assert.NotContains(t, string(body), text)
		}

		assert.Equal(t, "collectorCanary", request.Header.Get("X-Key"))

		for _, span := range data.GetResourceSpans()[0].GetScopeSpans()[0].GetSpans() {
			names <- span.GetName()
		}
	}))
	t.Cleanup(collector.Close)

	r := newRig(t, plan{vendors: []string{"a", "b"}, every: time.Minute, deadline: patience / 2, onDemand: true, adjust: func(cfg *config.Config) {
		cfg.Tracing = config.Tracing{Endpoint: collector.URL, Headers: map[string]secret.Secret{"X-Key": secret.New("collectorCanary")}}
	}})

	for range 3 {
		r.take(t)
	}

	r.end(t)
	close(names)

	counts := make(map[string]int)
	for name := range names {
		counts[name]++
	}

	assert.Equal(t, map[string]int{"round": 3, "fetch": 6}, counts)
}

// A collector that hangs delays neither rounds nor the end.
func TestADeadCollectorHurtsNoRound(t *testing.T) {
	t.Parallel()

	dead, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, dead.Close()) })

	r := newRig(t, plan{vendors: []string{"a"}, every: time.Minute, deadline: patience / 2, onDemand: true, adjust: func(cfg *config.Config) {
		served(cfg)
		cfg.Tracing.Endpoint = "http://" + dead.Addr().String()
	}})

	for range 12 {
		good(t, r.take(t), "a")
	}

	r.eventually(t, func(v map[string]float64) bool { return v["rollcall_traces_total"] >= 3 }) // one is being sent, eight wait

	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
	defer cancel()

	begun := time.Now()
	require.NoError(t, r.Stop(ctx))
	assert.Less(t, time.Since(begun), 10*time.Second)
	r.ended = true
}

// Where spans go cannot change while running.
func TestTracingNeedsARestart(t *testing.T) {
	t.Parallel()

	r := newRig(t, plan{vendors: []string{"a"}, every: time.Minute, deadline: time.Second, onDemand: true})
	r.plan.adjust = func(cfg *config.Config) { cfg.Tracing.Endpoint = "http://127.0.0.1:4318" }

	_, err := r.reload(t)
	require.ErrorIs(t, err, system.ErrNeedsRestart)
	assert.ErrorContains(t, err, "tracing.endpoint")
}

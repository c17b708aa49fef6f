package tracing_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	logrustest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/secret"
	"github.com/rollcall-go/rollcall/system/tracing"
)

// export is one request that a collector got.
type export struct {
	path    string
	headers http.Header
	spans   map[string]*tracepb.Span // by name, a fetch with its vendor
	text    string                   // all of it
}

// collector is a fake one that keeps what it gets and answers with a status.
func collector(t *testing.T, status int) (url string, exports <-chan export) {
	t.Helper()

	got := make(chan export, 64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got <- read(t, r)
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
	}))
	t.Cleanup(server.Close)

	return server.URL, got
}

func read(t *testing.T, r *http.Request) export {
	t.Helper()

	assert.Equal(t, "application/x-protobuf", r.Header.Get("Content-Type"))

	e := export{path: r.URL.Path, headers: r.Header, spans: make(map[string]*tracepb.Span)}

	packed, err := gzip.NewReader(r.Body)
	if err != nil {
		t.Error("a body that is not packed:", err)

		return e
	}

	body, err := io.ReadAll(packed)
	assert.NoError(t, err)

	var data tracepb.TracesData
	assert.NoError(t, proto.Unmarshal(body, &data))

	e.text = data.String()
	for _, resource := range data.GetResourceSpans() {
		assert.Equal(t, "rollcall", attributes(resource.GetResource().GetAttributes())["service.name"])
		assert.Equal(t, "1.2.3", attributes(resource.GetResource().GetAttributes())["service.version"])

		for _, scope := range resource.GetScopeSpans() {
			for _, span := range scope.GetSpans() {
				name := span.GetName()
				if vendor, is := attributes(span.GetAttributes())["rollcall.vendor"]; is {
					name = fmt.Sprintf("%s %s", name, vendor)
				}

				e.spans[name] = span
			}
		}
	}

	return e
}

func attributes(list []*commonpb.KeyValue) map[string]any {
	values := make(map[string]any)

	for _, kv := range list {
		switch v := kv.GetValue().GetValue().(type) {
		case *commonpb.AnyValue_StringValue:
			values[kv.GetKey()] = v.StringValue
		case *commonpb.AnyValue_IntValue:
			values[kv.GetKey()] = v.IntValue
		case *commonpb.AnyValue_BoolValue:
			values[kv.GetKey()] = v.BoolValue
		case *commonpb.AnyValue_DoubleValue:
			values[kv.GetKey()] = v.DoubleValue
		}
	}

	return values
}

// started is when round 42 began.
func started() time.Time { return time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC) }

func round(t *testing.T) *messages.Snapshot {
	t.Helper()

	listings := []messages.Listing{}
	for _, vendor := range []messages.Vendor{"fast", "hangs", "refuses", "paused"} {
		listings = append(listings, messages.Listing{Vendor: vendor, Class: "forex", Instruments: []messages.Instrument{"EUR/USD"}})
	}

	roster, err := messages.NewRoster(listings)
	require.NoError(t, err)

	price, err := messages.ParsePrice("1.2345")
	require.NoError(t, err)

	return &messages.Snapshot{
		Round: 42, Status: messages.SnapshotComplete, Durable: true, Roster: roster, Deadline: 2 * time.Second,
		StartedAt: started(), PublishedAt: started().Add(2001 * time.Millisecond), Elapsed: 2001 * time.Millisecond,
		Vendors: []messages.VendorReport{
			{
				Outcome: messages.OutcomeOK, Latency: 120 * time.Millisecond, Attempts: 2, Usable: 1, State: messages.VendorRunning,
				Quotes: []messages.Quote{{
					Instrument: "EUR/USD", Vendor: "fast", Outcome: messages.OutcomeOK, Price: price,
					RequestedAt: started().Add(300 * time.Millisecond), ReceivedAt: started().Add(420 * time.Millisecond),
				}},
			},
			{Outcome: messages.OutcomeTimeout, Attempts: 1, Detail: "GET https://example.com/?key=hunter2: no answer"},
			{Outcome: messages.OutcomeRefused, Attempts: 1, Latency: 2 * time.Millisecond},
			{Outcome: messages.OutcomePaused},
		},
		Instruments: []messages.InstrumentReport{{Status: messages.InstrumentDegraded, Price: price, Used: 1}},
	}
}

// start makes a tracer that ends with the test.
func start(t *testing.T, settings tracing.Settings) *tracing.Tracer {
	t.Helper()

	settings.Version = "1.2.3"
	tracer, err := tracing.New(settings)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, tracer.Close(context.WithoutCancel(t.Context()))) })

	return tracer
}

func next(t *testing.T, exports <-chan export) export {
	t.Helper()

	select {
	case e := <-exports:
		return e
	case <-time.After(30 * time.Second):
		require.Fail(t, "nothing came")

		return export{}
	}
}

// A round is a trace: its own span, and one below it for each vendor that was asked, with the times of the snapshot.
func TestARoundIsATrace(t *testing.T) {
	t.Parallel()

	url, exports := collector(t, http.StatusOK)
	tracer := start(t, tracing.Settings{Endpoint: url, Headers: map[string]secret.Secret{"Authorization": secret.New("Bearer hunter3")}})
	tracer.Round(round(t))

	e := next(t, exports)
	assert.Equal(t, "/v1/traces", e.path)
	assert.Equal(t, "Bearer hunter3", e.headers.Get("Authorization"))
	require.Len(t, e.spans, 4, "the paused vendor was not asked: %s", e.text)

	at := func(ms int) uint64 { return uint64(started().Add(time.Duration(ms) * time.Millisecond).UnixNano()) }
	parent := e.spans["round"]
	assert.Empty(t, parent.GetParentSpanId())
	assert.Equal(t, [2]uint64{at(0), at(2001)}, [2]uint64{parent.GetStartTimeUnixNano(), parent.GetEndTimeUnixNano()})
	assert.Equal(t, map[string]any{
		"rollcall.round": int64(42), "rollcall.status": "complete", "rollcall.durable": true,
		"rollcall.vendors": int64(4), "rollcall.instruments": int64(1), "rollcall.deadline_ms": int64(2000),
	}, attributes(parent.GetAttributes()))

	for vendor, want := range map[string]struct {
		begin, end int
		outcome    string
		attempts   int64
		status     tracepb.Status_StatusCode
	}{
		"fast":    {300, 420, "ok", 2, tracepb.Status_STATUS_CODE_UNSET},
		"hangs":   {0, 2001, "timeout", 1, tracepb.Status_STATUS_CODE_ERROR},
		"refuses": {0, 2, "refused", 1, tracepb.Status_STATUS_CODE_ERROR},
	} {
		span := e.spans["fetch "+vendor]
		require.NotNil(t, span, vendor)
		assert.Equal(t, parent.GetTraceId(), span.GetTraceId())
		assert.Equal(t, parent.GetSpanId(), span.GetParentSpanId())
		assert.Equal(t, tracepb.Span_SPAN_KIND_CLIENT, span.GetKind())
		assert.Equal(t, [2]uint64{at(want.begin), at(want.end)}, [2]uint64{span.GetStartTimeUnixNano(), span.GetEndTimeUnixNano()}, vendor)
		assert.Equal(t, want.outcome, attributes(span.GetAttributes())["rollcall.outcome"])
		assert.Equal(t, want.attempts, attributes(span.GetAttributes())["rollcall.attempts"])
		assert.Equal(t, want.status, span.GetStatus().GetCode())
	}

	assert.NotContains(t, e.text, "hunter", "X05")
	assert.NotContains(t, e.text, "example.com")
	assert.NotContains(t, e.text, "1.2345")
}

// The ratio leaves rounds out as wholes.
func TestTheRatioLeavesRoundsOut(t *testing.T) {
	t.Parallel()

	url, exports := collector(t, http.StatusOK)
	tracer := start(t, tracing.Settings{Endpoint: url + "/otlp", Ratio: 0.5, Queue: 256})

	for range 200 {
		tracer.Round(round(t))
	}

	go func() {
		for range exports {
			continue
		}
	}()

	require.NoError(t, tracer.Close(t.Context()))

	stats := tracer.Stats()
	assert.Zero(t, stats.Failed+stats.Dropped)
	assert.InDelta(t, 100, stats.Sent, 60)
}

// A collector that hangs: nobody waits, the queue is bounded, what does not fit is counted, the end comes in time.
func TestADeadCollectorHurtsNobody(t *testing.T) {
	t.Parallel()

	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0") // it accepts and never answers
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, listener.Close()) })

	before := runtime.NumGoroutine()
	tracer, err := tracing.New(tracing.Settings{Endpoint: "http://" + listener.Addr().String(), Timeout: time.Hour, Queue: 4})
	require.NoError(t, err)

	begun, s := time.Now(), round(t)
	for range 100 {
		tracer.Round(s)
	}

	assert.Less(t, time.Since(begun), time.Second)
	assert.GreaterOrEqual(t, tracer.Stats().Dropped, uint64(95))

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()

	begun = time.Now()
	require.NoError(t, tracer.Close(ctx))
	assert.Less(t, time.Since(begun), 10*time.Second)

	tracer.Round(s) // after the end: nothing happens
	require.NoError(t, tracer.Close(t.Context()))
	assert.Equal(t, uint64(100), tracer.Stats().Dropped+tracer.Stats().Failed)
	assert.Less(t, runtime.NumGoroutine(), before+50)
}

// A collector that refuses is said once, without what it says and without our secrets; a redirect is not followed.
func TestACollectorThatRefuses(t *testing.T) {
	t.Parallel()

	for _, status := range []int{http.StatusBadRequest, http.StatusServiceUnavailable, http.StatusTemporaryRedirect} {
		log, hook := logrustest.NewNullLogger()
		url, exports := collector(t, status)
		tracer := start(t, tracing.Settings{
			Endpoint: url, Log: logrus.NewEntry(log), Headers: map[string]secret.Secret{"X-Key": secret.New("hunter3")},
		})

		for range 3 {
			tracer.Round(round(t))
			assert.Equal(t, "/v1/traces", next(t, exports).path)
		}

		require.NoError(t, tracer.Close(t.Context()))
		assert.Equal(t, tracing.Stats{Failed: 3}, tracer.Stats())
		require.Len(t, hook.AllEntries(), 1)

		text, err := hook.LastEntry().String()
		require.NoError(t, err)
		assert.Contains(t, text, fmt.Sprintf("the collector refuses: status %d", status))
		assert.NotContains(t, text, "hunter")
	}
}

func TestSettingsThatCannotBe(t *testing.T) {
	t.Parallel()

	for _, endpoint := range []string{"", "127.0.0.1:4318", "ftp://h", "http://", "http://u:hunter2@h", "http://h/?key=hunter2", "http://h/#x", "http://h:x"} {
		_, err := tracing.New(tracing.Settings{Endpoint: endpoint})
		require.ErrorIs(t, err, tracing.ErrEndpoint, endpoint)
		assert.NotContains(t, err.Error(), "hunter2")
	}

	for _, ratio := range []float64{-1, 1.5} {
		_, err := tracing.New(tracing.Settings{Endpoint: "http://h", Ratio: ratio})
		require.ErrorIs(t, err, tracing.ErrRatio)
	}
}

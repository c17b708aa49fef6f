package metrics_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/metrics"
)

// G2: how a vendor fails is a series of its own; a timeout is a timeout, and no latency.
func TestATimeoutIsATimeout(t *testing.T) {
	t.Parallel()

	s := newStage(t, listing("fast", "EUR/USD"), listing("hangs", "EUR/USD"))
	hanging := s.round(t, 1)
	hanging.Vendors[1] = messages.VendorReport{Outcome: messages.OutcomeTimeout, Attempts: 1, Detail: "no answer within 2s"}

	before := s.scrape(t)
	assert.Empty(t, before["rollcall_vendor_rounds_total"].GetMetric(), "there was no round")

	s.Observe(hanging, 0)
	after := s.scrape(t)

	assert.Equal(t, map[string]float64{
		"outcome=ok vendor=fast": 1, "outcome=timeout vendor=fast": 0, "outcome=ok vendor=hangs": 0, "outcome=timeout vendor=hangs": 1,
	}, values(after["rollcall_vendor_rounds_total"]))
	assert.Equal(t, map[string]float64{"code=timeout vendor=fast": 0, "code=timeout vendor=hangs": 1}, values(after["rollcall_vendor_failures_total"]))
	assert.Equal(t, map[string]float64{"vendor=fast": 1, "vendor=hangs": 0}, values(after["rollcall_vendor_latency_seconds"]))
	assert.Equal(t, map[string]float64{"vendor=fast": 1, "vendor=hangs": 0}, values(after["rollcall_vendor_up"]))
	assert.Equal(t, map[string]float64{"vendor=fast": 1, "vendor=hangs": 1}, values(after["rollcall_vendor_requests_total"]))
	assert.Equal(t, map[string]float64{"vendor=fast": 1, "vendor=hangs": 0}, values(after["rollcall_vendor_quotes_usable"]))
}

// What is wrong with single quotes is counted once a round and reason; what is nobody's fault is not.
func TestWhatAVendorsQuotesFailWith(t *testing.T) {
	t.Parallel()

	s := newStage(t, listing("v", "A", "B", "C", "D"), listing("paused", "A"), listing("closed", "A"))
	round := s.round(t, 1)
	v := &round.Vendors[0]
	v.Outcome, v.Usable = messages.OutcomePartial, 1
	v.Quotes[1].Outcome, v.Quotes[2].Outcome, v.Quotes[3].Outcome = messages.OutcomeStale, messages.OutcomeStale, messages.OutcomeInvalidPrice
	round.Vendors[1] = messages.VendorReport{Outcome: messages.OutcomePaused}
	round.Vendors[2] = messages.VendorReport{Outcome: messages.OutcomeClosed, Attempts: 1}
	s.Observe(round, 0)

	assert.Equal(t, map[string]float64{
		"code=invalid_price vendor=v": 1, "code=stale vendor=v": 1, "code=timeout vendor=v": 0,
		"code=timeout vendor=paused": 0, "code=timeout vendor=closed": 0,
	}, values(s.scrape(t)["rollcall_vendor_failures_total"]))
	assert.Equal(t, map[string]float64{"vendor=v": 1, "vendor=paused": 0, "vendor=closed": 1}, values(s.scrape(t)["rollcall_vendor_up"]))
}

// A round is counted once, and those that were missed are counted as such.
func TestRoundsAreCountedOnce(t *testing.T) {
	t.Parallel()

	s := newStage(t, listing("v", "A"))
	first, late := s.round(t, 7), s.round(t, 11)
	late.Status, late.Elapsed = messages.SnapshotEmpty, 2003*time.Millisecond

	s.Observe(first, 0)
	s.Observe(first, 0) // a new subscription begins with the newest
	s.Observe(late, 3)

	families := s.scrape(t)
	assert.Equal(t, map[string]float64{"status=complete": 1, "status=partial": 0, "status=empty": 1}, values(families["rollcall_rounds_total"]))
	assert.Equal(t, map[string]float64{"": 3}, values(families["rollcall_rounds_unobserved_total"]))
	assert.Equal(t, map[string]float64{"": 2}, values(families["rollcall_round_elapsed_seconds"]))
	assert.Equal(t, map[string]float64{"": 1}, values(families["rollcall_round_overrun_seconds"]), "only one ran into its deadline")
	assert.InDelta(t, 0.003, families["rollcall_round_overrun_seconds"].GetMetric()[0].GetHistogram().GetSampleSum(), 1e-9)
}

// The series of who leaves the configuration end with it, also those of a round that was open at that moment.
func TestSeriesEndWithTheirVendorAndInstrument(t *testing.T) {
	t.Parallel()

	s := newStage(t, listing("stays", "A"), listing("leaves", "B"))
	s.state.Vendors = []messages.VendorStatus{{Vendor: "stays"}, {Vendor: "leaves"}}
	s.Observe(s.round(t, 1), 0)
	require.Contains(t, s.ask(t, "").Body.String(), `"leaves"`)
	require.Contains(t, s.ask(t, "").Body.String(), `"B"`)

	open := s.round(t, 2)
	s.roster = roster(t, listing("stays", "A"))
	assert.NotContains(t, s.ask(t, "").Body.String(), `"leaves"`, "at once")

	s.Observe(open, 0)

	text := s.ask(t, "").Body.String()
	assert.NotContains(t, text, `"leaves"`)
	assert.NotContains(t, text, `"B"`)
	assert.Contains(t, text, `rollcall_vendor_rounds_total{outcome="ok",vendor="stays"} 2`)

	s.roster = roster(t, listing("stays", "A"), listing("leaves", "B"))
	s.Observe(s.round(t, 3), 0)
	assert.Contains(t, s.ask(t, "").Body.String(), `rollcall_vendor_rounds_total{outcome="ok",vendor="leaves"} 1`, "it begins anew")
}

// The age of a price goes on while there is no new snapshot; without a price there is none.
func TestAgesGrowWithoutRounds(t *testing.T) {
	t.Parallel()

	s := newStage(t, listing("v", "A", "B"))
	round := s.round(t, 1)
	round.PublishedAt = time.Now().Add(-time.Minute)
	round.Instruments[1] = messages.InstrumentReport{Status: messages.InstrumentInsufficient}
	s.Observe(round, 0)

	families := s.scrape(t)
	ages := values(families["rollcall_instrument_price_age_seconds"])
	require.Len(t, ages, 1)
	assert.InDelta(t, 60.25, ages["class=forex instrument=A"], 30)
	assert.GreaterOrEqual(t, ages["class=forex instrument=A"], 60.25)
	assert.Equal(t, map[string]float64{"class=forex instrument=A": 0, "class=forex instrument=B": 4}, values(families["rollcall_instrument_status"]))
	assert.Equal(t, map[string]float64{
		"status=good": 1, "status=degraded": 0, "status=carried": 0, "status=closed": 0, "status=insufficient": 1,
	}, values(families["rollcall_instruments"]))
}

// With `metrics: {instruments: false}` the number of series does not depend on that of the instruments.
func TestInstrumentsCanBeLeftOut(t *testing.T) {
	t.Parallel()

	s := newStage(t, listing("v", "A"))
	s.Observe(s.round(t, 1), 0)
	s.off = true

	text := s.ask(t, "").Body.String()
	assert.NotContains(t, text, "rollcall_instrument_")
	assert.NotContains(t, text, `"A"`)
	assert.Contains(t, text, `rollcall_instruments{status="good"} 1`)
	assert.Contains(t, text, `rollcall_price_age_max_seconds`)
}

// P17: hostile names that somebody has configured break no line and stay apart.
func TestHostileNamesAreInert(t *testing.T) {
	t.Parallel()

	names := []messages.Instrument{
		"<script>", "a\r\nrollcall_ready 1", "\x1b[2J", `a"} 1`, `a\x00b`, "a\x00b", `a\nb`, "a\nb", "a\u202eb", "=cmd|' /C calc'!A0", "# HELP x", "__proto__", "日本",
	}
	s := newStage(t, listing("v", names...))
	s.Observe(s.round(t, 1), 0)

	for _, accept := range []string{"", "application/openmetrics-text; version=1.0.0; charset=utf-8"} {
		text := s.ask(t, accept).Body.String()
		assert.NotContains(t, text, "\r")
		assert.NotContains(t, text, "\x1b")
		assert.NotContains(t, text, "\x00")
		assert.NotContains(t, text, "\u202e")

		for line := range strings.Lines(text) {
			assert.True(t, strings.HasPrefix(line, "#") || strings.HasPrefix(line, "rollcall_") || strings.HasPrefix(line, "go_") || strings.HasPrefix(line, "process_"), line)
		}
	}

	assert.Len(t, values(s.scrape(t)["rollcall_instrument_status"]), len(names))
}

// The actors' silence is said, and what is known otherwise is there.
func TestSilentActors(t *testing.T) {
	t.Parallel()

	s := newStage(t, listing("v", "A"))
	s.Observe(s.round(t, 1), 0)
	s.stopped = true

	families := s.scrape(t)
	assert.Equal(t, map[string]float64{"": 0}, values(families["rollcall_state_answered"]))
	assert.Equal(t, map[string]float64{"": 0}, values(families["rollcall_ready"]))
	assert.NotContains(t, families, "rollcall_vendor_state")
	assert.Contains(t, families, "rollcall_vendor_rounds_total")
	assert.Contains(t, families, "rollcall_instrument_status")
}

// A start owes no rounds from before it.
func TestWriterLag(t *testing.T) {
	t.Parallel()

	s := newStage(t, listing("v", "A"))
	for rounds, want := range map[messages.RoundsDescribed]float64{
		{}:                      0,
		{Round: 101, Rounds: 1}: 1,
		{Round: 105, Rounds: 5, DurableRound: 102}: 3,
		{Round: 105, Rounds: 5, DurableRound: 105}: 0,
	} {
		s.state.Rounds = rounds
		assert.Equal(t, map[string]float64{"": want}, values(s.scrape(t)["rollcall_writer_lag_rounds"]), "%+v", rounds)
	}
}

func TestRequestsByRouteAndClass(t *testing.T) {
	t.Parallel()

	s := newStage(t, listing("v", "A"))
	s.Request("/v1/snapshot", http.MethodGet, http.StatusOK, time.Millisecond)
	s.Request("/v1/snapshot", http.MethodGet, http.StatusNotModified, time.Millisecond)
	s.Request("/v1/stream", http.MethodGet, http.StatusOK, 0)
	s.Request("", "other", http.StatusNotFound, time.Millisecond)

	families := s.scrape(t)
	assert.Equal(t, map[string]float64{
		"code=2xx method=GET route=/v1/snapshot": 1, "code=3xx method=GET route=/v1/snapshot": 1,
		"code=2xx method=GET route=/v1/stream": 1, "code=4xx method=other route=other": 1,
	}, values(families["rollcall_http_requests_total"]))
	assert.Equal(t, map[string]float64{"route=/v1/snapshot": 2, "route=other": 1}, values(families["rollcall_http_request_duration_seconds"]))
}

// The format is negotiated: text, OpenMetrics, and protobuf with native histograms.
func TestFormats(t *testing.T) {
	t.Parallel()

	s := newStage(t, listing("v", "A"))
	s.Observe(s.round(t, 1), 0)

	text := s.ask(t, "")
	assert.Contains(t, text.Header().Get("Content-Type"), "text/plain")

	open := s.ask(t, "application/openmetrics-text; version=1.0.0")
	assert.Contains(t, open.Header().Get("Content-Type"), "application/openmetrics-text; version=1.0.0")
	assert.True(t, strings.HasSuffix(open.Body.String(), "# EOF\n"))

	accept := "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
	binary := s.ask(t, accept)
	decoder := expfmt.NewDecoder(binary.Body, expfmt.ResponseFormat(binary.Header()))

	for {
		var family dto.MetricFamily
		require.NoError(t, decoder.Decode(&family))

		if family.GetName() == "rollcall_round_elapsed_seconds" {
			histogram := family.GetMetric()[0].GetHistogram()
			assert.NotEmpty(t, histogram.GetPositiveSpan(), "native")
			assert.NotEmpty(t, histogram.GetBucket(), "classic")

			break
		}
	}
}

// Two services in one process do not meet.
func TestNothingIsGlobal(t *testing.T) {
	t.Parallel()

	a, b := newStage(t, listing("a", "A")), newStage(t, listing("b", "B"))
	a.Observe(a.round(t, 1), 0)
	assert.NotContains(t, b.ask(t, "").Body.String(), `"a"`)
	assert.NotEmpty(t, metrics.Reference())
}

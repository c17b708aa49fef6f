package metrics

import "slices"

// Type is what kind of metric one is.
type Type string

// The types.
const (
	Counter   Type = "counter"
	Gauge     Type = "gauge"
	Histogram Type = "histogram" // with fixed and with native buckets
)

// Metric is one metric: what Prometheus is told of it, and docs/metrics.md says.
type Metric struct {
	Name   string
	Type   Type
	Labels []string
	Help   string
}

// The names.
const (
	roundsTotal      = "rollcall_rounds_total"
	roundsUnobserved = "rollcall_rounds_unobserved_total"
	roundElapsed     = "rollcall_round_elapsed_seconds"
	roundOverrun     = "rollcall_round_overrun_seconds"
	roundLast        = "rollcall_round_last"
	roundDurable     = "rollcall_round_durable"
	roundPublished   = "rollcall_round_published_timestamp_seconds"
	roundInterval    = "rollcall_round_interval_seconds"
	roundDeadline    = "rollcall_round_deadline_seconds"
	roundInFlight    = "rollcall_round_in_flight"
	missedTicks      = "rollcall_missed_ticks_total"
	lateAnswers      = "rollcall_late_answers_total"
	undurableRounds  = "rollcall_undurable_rounds_total"
	coalescedRounds  = "rollcall_coalesced_rounds_total"

	vendorInfo       = "rollcall_vendor_info"
	vendorRounds     = "rollcall_vendor_rounds_total"
	vendorFailures   = "rollcall_vendor_failures_total"
	vendorRequests   = "rollcall_vendor_requests_total"
	vendorLatency    = "rollcall_vendor_latency_seconds"
	vendorUp         = "rollcall_vendor_up"
	vendorUsable     = "rollcall_vendor_quotes_usable"
	vendorExpected   = "rollcall_vendor_quotes_expected"
	vendorState      = "rollcall_vendor_state"
	vendorQuarantine = "rollcall_vendor_quarantined"
	vendorRestarts   = "rollcall_vendor_restarts_total"

	streamState       = "rollcall_vendor_stream_state"
	streamConnections = "rollcall_vendor_stream_connections"
	streamAlive       = "rollcall_vendor_stream_silence_seconds"
	streamConnects    = "rollcall_vendor_stream_connects_total"
	streamMessages    = "rollcall_vendor_stream_messages_total"
	streamUpdates     = "rollcall_vendor_stream_updates_total"
	streamConflated   = "rollcall_vendor_stream_conflated_total"
	streamDropped     = "rollcall_vendor_stream_dropped_total"
	streamGaps        = "rollcall_vendor_stream_gaps_total"
	budgetRemaining   = "rollcall_vendor_budget_remaining"
	budgetInterval    = "rollcall_vendor_budget_interval_seconds"
	budgetPaused      = "rollcall_vendor_budget_paused"

	instruments      = "rollcall_instruments"
	priceAgeMax      = "rollcall_price_age_max_seconds"
	instrumentAge    = "rollcall_instrument_price_age_seconds"
	instrumentStatus = "rollcall_instrument_status"
	sourcesUsed      = "rollcall_instrument_sources_used"
	sourcesExpected  = "rollcall_instrument_sources_expected"

	ready          = "rollcall_ready"
	stateAnswered  = "rollcall_state_answered"
	actorLag       = "rollcall_actor_lag_seconds"
	actorRestarts  = "rollcall_actor_restarts_total"
	writerLag      = "rollcall_writer_lag_rounds"
	recordReceived = "rollcall_record_received_total"
	recordWritten  = "rollcall_record_written_total"
	recordDropped  = "rollcall_record_dropped_total"
	recordFailing  = "rollcall_record_failing"
	readers        = "rollcall_publisher_subscribers"
	readersQueued  = "rollcall_publisher_queue"
	readersDeepest = "rollcall_publisher_queue_deepest"
	readersCut     = "rollcall_publisher_cut_total"
	uplinkDown     = "rollcall_uplink_down"
	traces         = "rollcall_traces_total"
	buildInfo      = "rollcall_build_info"

	httpRequests       = "rollcall_http_requests_total"
	httpElapsed        = "rollcall_http_request_duration_seconds"
	httpConnections    = "rollcall_http_connections"
	httpConnectionsMax = "rollcall_http_connections_limit"
	httpRefused        = "rollcall_http_connections_refused_total"
	httpEvicted        = "rollcall_http_connections_evicted_total"
	clients            = "rollcall_stream_clients"
	clientsSent        = "rollcall_stream_rounds_sent_total"
	clientsSkipped     = "rollcall_stream_rounds_skipped_total"
	clientsResets      = "rollcall_stream_resets_total"
	clientsCut         = "rollcall_stream_cut_total"
	clientsRefused     = "rollcall_stream_refused_total"
)

// Reference returns every metric of Rollcall's own, by subject.
func Reference() []Metric {
	return slices.Concat(roundMetrics(), vendorMetrics(), feedMetrics(), instrumentMetrics(), serviceMetrics(), clientMetrics())
}

// about returns the metric with a name. There is one: a test asks for all of them.
func about(name string) Metric {
	all := Reference()

	return all[slices.IndexFunc(all, func(m Metric) bool { return m.Name == name })]
}

// Package metrics counts what a Rollcall publishes and says how it stands, for Prometheus.
//
// Counters and histograms follow the snapshots: whoever has a subscription hands each one to Observe, and each answered request to Request. Gauges
// are made when somebody asks, of the newest snapshot and of State. Nothing is registered globally.
//
// What is shown is true at that moment. Who did not answer has a timeout and no latency. An age grows until the next snapshot, also if there is
// none. A series ends when its vendor or instrument leaves the configuration. Labels hold names of the configuration and words of closed sets,
// never what a vendor or a client said.
//
// Reference lists the metrics; docs/metrics.md is made of it. There are no prices among them: a gauge is a binary fraction, and who may read the
// metrics need not be entitled to the prices.
package metrics

// Package tracing tells an OpenTelemetry collector how rounds went: one trace a round, with a span for the round and one below it for each vendor
// that was asked.
//
// Spans are made of the published snapshot, with its times: nothing is carried through the actors, and no round waits for it. Rounds wait in a
// bounded queue while the collector takes the one before; what does not fit is dropped and counted. So a collector that is slow, dead or hostile
// costs nobody anything.
//
// Attributes are names of the configuration, words of closed sets and numbers: no prices, no URLs, no text of a vendor. Nothing of the
// OpenTelemetry library is global here.
//
// The exporter is the library's, and sends through a client of its own (upload.go): the library's brings gRPC with it, takes its settings from the
// environment and follows redirects.
package tracing

package config

import "github.com/rollcall-go/rollcall/system/secret"

// Metrics are what Prometheus is told at /metrics of the HTTP API.
type Metrics struct {
	// Instruments says whether each instrument has series of its own; it has where nothing is said.
	Instruments Switch `yaml:"instruments"`
}

// Switch is true or false as it was written; empty if it was not said.
type Switch string

// Off reports whether it was said, and is false.
func (s Switch) Off() bool { return s == "false" }

// Tracing is where the spans of rounds and fetches go. The zero value makes none.
type Tracing struct {
	// Endpoint is the collector's OTLP/HTTP address; empty where nothing is traced.
	Endpoint string `yaml:"endpoint"`
	// Ratio is the part of the rounds that is traced; 0 means all.
	Ratio float64 `yaml:"ratio"`
	// Headers are sent with each export.
	Headers map[string]secret.Secret `yaml:"headers"`
}

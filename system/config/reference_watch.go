package config

// watchKeys are the keys of what watches the service, in the order of the fields of Metrics and Tracing.
func watchKeys() []Key {
	return section("Metrics and traces", []Key{
		{Path: "metrics", Type: TypeMapping, Doc: "What `/metrics` of the HTTP API tells Prometheus; see docs/metrics.md."},
		{
			Path: "metrics.instruments", Type: TypeBoolean, Fallback: "`true`", Words: []string{"true", "false"}, Example: "false",
			Doc: "Whether each instrument has series of its own, four of them. With `false` instruments are only counted.",
		},
		{
			Path: "tracing", Type: TypeMapping, Example: `{endpoint: "http://127.0.0.1:4318"}`,
			Doc: "OpenTelemetry traces: a span for each round and each fetch. Without this block there are none. Needs a restart to change.",
		},
		{
			Path: "tracing.endpoint", Type: TypeURL, Required: true, Example: `"http://127.0.0.1:4318"`,
			Doc: "The collector, which understands OTLP over HTTP. Without a path, `/v1/traces` is asked. No proxy of the environment is used.",
		},
		{
			Path: "tracing.ratio", Type: TypeDecimal, Fallback: "1", Max: 1, Example: "0.1",
			Doc: "The part of the rounds that is traced, above 0 and at most 1.",
		},
		{Path: "tracing.headers", Type: TypeMapping, Doc: "What is sent with each export."},
		{
			Path: "tracing.headers.*", Type: TypeSecret, Example: `"file:/run/credentials/collector"`,
			Doc: "One header's value; it is never shown.",
		},
	})
}

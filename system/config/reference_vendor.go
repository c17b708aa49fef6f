package config

import "time"

func vendorKeys() []Key {
	keys := []Key{
		{Path: "vendors.*", Type: TypeMapping, Doc: "One vendor."},
		{
			Path: "vendors.*.class", Type: TypeText, Required: true, Example: "forex",
			Doc: "The asset class of the vendor's instruments, spelled like a vendor's name. Vendors that share an instrument have the same class.",
		},
		{
			Path: "vendors.*.url", Type: TypeURL, Required: true, Example: `"https://api.example.com/v1/quotes?symbols={symbols}"`,
			Doc: "Where to ask, http or https. `{symbols}` is a batch's vendor symbols joined by commas, `{symbol}` the one symbol of a request.",
		},
		{
			Path: "vendors.*.method", Type: TypeText, Default: "GET", Words: []string{"GET", "POST"}, Example: "GET",
			Doc: "The HTTP method.",
		},
		{Path: "vendors.*.headers", Type: TypeMapping, Example: `{Authorization: "Bearer ${FOREX_TOKEN}"}`, Doc: "HTTP headers by name."},
		{
			Path: "vendors.*.headers.*", Type: TypeSecret, Example: "file:/run/secrets/forex",
			Doc: "One header's value. It is never shown; `file:PATH` alone takes it from a file.",
		},
		{
			Path: "vendors.*.symbols", Type: TypeSymbols, Required: true, Example: "[AAPL, {BTC/USD: XBTUSD}]",
			Doc: "The instruments: a list, a mapping from instrument to vendor symbol, or a list with such mappings in it. " +
				"A name is at most 64 bytes without spaces.",
		},
		{
			Path: "vendors.*.batch", Type: TypeInteger, Default: "0", Max: 10_000, Example: "50",
			Doc: "How many symbols one request asks for; `0` means all. A URL with `{symbol}` always asks for one.",
		},
		{Path: "vendors.*.parse", Type: TypeMapping, Doc: "Where in the JSON answer the quotes are."},
	}

	keys = append(keys, parseKeys()...)
	keys = append(keys, clientKeys()...)

	return append(keys, paceKeys()...)
}

func parseKeys() []Key {
	return []Key{
		{
			Path: "vendors.*.parse.rows", Type: TypeText, Fallback: "the whole answer", Example: "quotes",
			Doc: "The path of an array of rows, or of an object whose keys are vendor symbols.",
		},
		{
			Path: "vendors.*.parse.key", Type: TypeText, Fallback: "the key of the row, or the one symbol asked for", Example: "symbol",
			Doc: "The path, in a row, of the vendor symbol.",
		},
		{
			Path: "vendors.*.parse.price", Type: TypeText, Fallback: "the middle of `bid` and `ask`", Example: "price",
			Doc: "The path, in a row, of the price.",
		},
		{Path: "vendors.*.parse.bid", Type: TypeText, Example: "bid", Doc: "The path, in a row, of the bid price."},
		{Path: "vendors.*.parse.ask", Type: TypeText, Example: "ask", Doc: "The path, in a row, of the ask price."},
		{
			Path: "vendors.*.parse.time", Type: TypeText, Fallback: "the time of receipt counts", Example: "time",
			Doc: "The path, in a row, of the vendor's time stamp.",
		},
		{
			Path: "vendors.*.parse.time_format", Type: TypeText, Fallback: "rfc3339", Example: "unix_ms",
			Words: []string{"rfc3339", "unix", "unix_ms", "unix_us", "unix_ns"},
			Doc:   "How the time stamp is written.",
		},
		{
			Path: "vendors.*.parse.error", Type: TypeText, Example: "error",
			Doc: "The path of an error text inside a 200 answer; where it is present and not empty, the answer is refused.",
		},
	}
}

func clientKeys() []Key {
	return []Key{
		{Path: "vendors.*.client", Type: TypeMapping, Doc: "What the vendor may do to us."},
		{
			Path: "vendors.*.client.allow_private", Type: TypeBoolean, Default: "false", Example: "true",
			Doc: "Permits loopback and private addresses. Link-local, metadata and multicast addresses are always refused.",
		},
		{
			Path: "vendors.*.client.max_wire", Type: TypeInteger, Default: "1048576", Min: 1024, Max: maxBytes, Example: "262144",
			Doc: "The most bytes read from the wire for one answer.",
		},
		{
			Path: "vendors.*.client.max_body", Type: TypeInteger, Default: "4194304", Min: 1024, Max: maxBytes, Example: "1048576",
			Doc: "The most bytes of one answer after decompression.",
		},
		{
			Path: "vendors.*.client.dial_timeout", Type: TypeDuration, Default: "1s", Min: int64(time.Millisecond), Max: int64(time.Minute),
			Example: "500ms", Doc: "The limit for connecting.",
		},
		{
			Path: "vendors.*.client.tls_timeout", Type: TypeDuration, Default: "2s", Min: int64(time.Millisecond), Max: int64(time.Minute),
			Example: "1s", Doc: "The limit for the TLS handshake.",
		},
		{
			Path: "vendors.*.client.ca_file", Type: TypeText, Fallback: "the system's authorities", Example: "/etc/rollcall/ca.pem",
			Doc: "A PEM file of certificate authorities to trust instead of the system's.",
		},
		{
			Path: "vendors.*.client.proxy", Type: TypeURL, Fallback: "none; the environment is not consulted", Example: "http://proxy.internal:3128",
			Doc: "The URL of an HTTP proxy.",
		},
		{
			Path: "vendors.*.client.follow_redirects", Type: TypeBoolean, Default: "false", Example: "true",
			Doc: "Permits up to 3 redirects to the same host.",
		},
	}
}

func paceKeys() []Key {
	return []Key{
		{
			Path: "vendors.*.deadline", Type: TypeDuration, Fallback: "the round's `deadline`", Min: int64(time.Millisecond), Max: day, Example: "1500ms",
			Doc: "How long this vendor may take. At most the round's `deadline`.",
		},
		{Path: "vendors.*.limits", Type: TypeMapping, Fallback: "no limit", Doc: "The vendor's request budget."},
		{Path: "vendors.*.limits.requests", Type: TypeInteger, Required: true, Min: 1, Max: 1_000_000, Example: "5", Doc: "How many requests …"},
		{
			Path: "vendors.*.limits.per", Type: TypeDuration, Required: true, Min: int64(time.Millisecond), Max: 31 * day, Example: "1s",
			Doc: "… in how long.",
		},
		{
			Path: "vendors.*.limits.burst", Type: TypeInteger, Fallback: "`requests`", Min: 1, Max: 1_000_000, Example: "2",
			Doc: "How many requests may be made at once.",
		},
		{Path: "vendors.*.retry", Type: TypeMapping, Doc: "What happens, within the deadline, after a failure that may pass."},
		{
			Path: "vendors.*.retry.attempts", Type: TypeInteger, Default: "3", Min: 1, Max: 10, Example: "1",
			Doc: "Requests in all; `1` means no retry.",
		},
		{
			Path: "vendors.*.retry.backoff", Type: TypeDuration, Default: "100ms", Min: int64(time.Millisecond), Max: int64(time.Minute), Example: "100ms",
			Doc: "The pause before the first retry; it doubles each time.",
		},
		{
			Path: "vendors.*.retry.max_backoff", Type: TypeDuration, Fallback: "1s, or `backoff` if that is longer", Min: int64(time.Millisecond),
			Max: int64(time.Minute), Example: "1s", Doc: "The longest pause. At least `backoff`.",
		},
		{
			Path: "vendors.*.max_age", Type: TypeDuration, Default: "5m", Min: int64(time.Millisecond), Max: 3660 * day, Example: "30s",
			Doc: "The age from which a quote is `stale`.",
		},
		{
			Path: "vendors.*.max_skew", Type: TypeDuration, Default: "5s", Min: 0, Max: int64(time.Hour), Example: "2s",
			Doc: "How far ahead of our clock a quote's time may be before it is `future`.",
		},
	}
}

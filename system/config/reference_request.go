package config

import (
	"slices"
	"time"
)

// endpointKeys are the keys of one endpoint.
func endpointKeys() []Key {
	return slices.Concat([]Key{
		{
			Path: "url", Type: TypeURL, Required: true, Unless: []string{"stream", "endpoints", "use"}, Example: `"https://api.example.com/v1/quotes?symbols={symbols}"`,
			Doc: "Where to ask, http or https. `{symbols}` is a batch's vendor symbols joined by commas, `{symbol}` the one symbol of a request.",
		},
		{
			Path: "method", Type: TypeText, Fallback: "GET, or POST where there is a `body`", Words: []string{"GET", "POST", "PUT"}, Example: "POST",
			Doc: "The HTTP method.",
		},
		{
			Path: "query", Type: TypeMapping, Example: `{apikey: "{secret.key}", symbol: "{symbols|repeat}"}`,
			Doc: "Query values by name, escaped and appended to the URL.",
		},
		{Path: "query.*", Type: TypeSecretTemplate, Example: `"{secret.key}"`, Doc: "One value. It is shown only if it consists of places."},
		{Path: "headers", Type: TypeMapping, Example: `{Authorization: "Bearer ${FOREX_TOKEN}"}`, Doc: "HTTP headers by name."},
		headerKey("headers.*"),
		{
			Path: "body", Type: TypeExpression, Example: `"{symbols: $symbols}"`,
			Doc: "Gives the request's body: text is sent as it is, anything else as JSON.",
		},
		{
			Path: "batch", Type: TypeInteger, Fallback: "all", Max: 10_000, Example: "50",
			Doc: "How many symbols one request asks for; `0` means all. A URL with `{symbol}` always asks for one.",
		},
	}, pagesKeys(), []Key{
		{
			Path: "conditional", Type: TypeBoolean, Example: "true",
			Doc: "Sends the last answer's `ETag` and `Last-Modified`; a 304 keeps its quotes.",
		},
		{Path: "parse", Type: TypeMapping, Section: "Answers", Doc: "Where in the answer the quotes are."},
	}, section("Answers", below("parse.", parseKeys())))
}

func headerKey(path string) Key {
	return Key{
		Path: path, Type: TypeSecretTemplate, Example: "file:/run/secrets/forex",
		Doc: "One header's value. It is shown only if it consists of places; `file:PATH` alone takes it from a file.",
	}
}

func pagesKeys() []Key {
	return []Key{
		{
			Path: "pages", Type: TypeMapping, Example: "{next: .meta.next}",
			Doc: "How an answer of several pages goes on: by `next` or by `size`.",
		},
		{
			Path: "pages.next", Type: TypeExpression, Example: ".meta.next",
			Doc: "Gives the next page's URL, of the same host, or a text for `{page}`; null or nothing at the last page.",
		},
		{
			Path: "pages.size", Type: TypeInteger, Min: 1, Max: 100_000, Example: "100",
			Doc: "The rows of a full page: `{page}` counts pages, `{offset}` rows, and a page with fewer is the last.",
		},
		{Path: "pages.first", Type: TypeInteger, Fallback: "0", Max: maxCount, Example: "1", Doc: "The number of the first page."},
		{Path: "pages.max", Type: TypeInteger, Fallback: "10", Min: 1, Max: 1000, Example: "3", Doc: "The most pages that are read."},
	}
}

func clientKeys() []Key {
	return slices.Concat([]Key{
		{
			Path: "at", Type: TypeURL, Local: true, Example: "http://127.0.0.1:7879",
			Doc: "Replaces scheme, host and port of every URL, and is put before its path: a simulator or a relay instead of the vendor.",
		},
		{Path: "client", Type: TypeMapping, Doc: "What the vendor may do to us."},
	}, below("client.", []Key{
		{
			Path: "allow_private", Type: TypeBoolean, Local: true, Default: "false", Example: "true",
			Doc: "Permits loopback and private addresses. Link-local, metadata and multicast addresses are always refused.",
		},
		{
			Path: "max_wire", Type: TypeInteger, Default: "1048576", Min: 1024, Max: maxBytes, Example: "262144",
			Doc: "The most bytes read from the wire for one answer.",
		},
		{
			Path: "max_body", Type: TypeInteger, Default: "4194304", Min: 1024, Max: maxBytes, Example: "1048576",
			Doc: "The most bytes of one answer after decompression.",
		},
		{
			Path: "dial_timeout", Type: TypeDuration, Default: "1s", Min: int64(time.Millisecond), Max: int64(time.Minute), Example: "500ms",
			Doc: "The limit for connecting.",
		},
		{
			Path: "tls_timeout", Type: TypeDuration, Default: "2s", Min: int64(time.Millisecond), Max: int64(time.Minute), Example: "1s",
			Doc: "The limit for the TLS handshake.",
		},
		{
			Path: "ca_file", Type: TypeText, Local: true, Fallback: "the system's authorities", Example: "/etc/rollcall/ca.pem",
			Doc: "A PEM file of certificate authorities to trust instead of the system's.",
		},
		{
			Path: "proxy", Type: TypeURL, Local: true, Fallback: "none; the environment is not consulted", Example: "http://proxy.internal:3128",
			Doc: "The URL of an HTTP proxy.",
		},
		{
			Path: "follow_redirects", Type: TypeBoolean, Default: "false", Example: "true",
			Doc: "Permits up to 3 redirects to the same host.",
		},
	}))
}

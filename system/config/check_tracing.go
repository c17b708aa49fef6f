package config

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// checkTracing checks where spans are sent, and with what.
func (d *decoder) checkTracing(root *yaml.Node, tracing *Tracing) {
	e, is := entryOf(root, "tracing")
	if !is || e.value.Kind != yaml.MappingNode {
		return
	}

	at := place{}.key("tracing")
	d.checkCollector(at, e.value, tracing)

	for _, name := range slices.Sorted(maps.Keys(tracing.Headers)) {
		d.checkExportHeader(at.key("headers").entry(name), find(e.value, "headers."+name), name, tracing.Headers[name].Reveal())
	}
}

func (d *decoder) checkCollector(at place, node *yaml.Node, tracing *Tracing) {
	path := at.key("endpoint").path
	if tracing.Endpoint == "" || d.bad[path] {
		return
	}

	endpoint, err := url.Parse(tracing.Endpoint)

	switch {
	case err != nil, endpoint.Scheme != "http" && endpoint.Scheme != "https", endpoint.Hostname() == "":
		d.mistakeAt(find(node, "endpoint"), path, "is not the address of a collector", "write it like http://127.0.0.1:4318")
	case endpoint.User != nil, endpoint.RawQuery != "", endpoint.Fragment != "":
		d.mistakeAt(find(node, "endpoint"), path, "holds more than an address", "give credentials as tracing.headers")
	case endpoint.Scheme == "http" && !isLoopback(endpoint.Hostname()) && len(tracing.Headers) > 0:
		d.warnAt(find(node, "endpoint"), path, "the headers are sent in the clear", "write https")
	}
}

// checkExportHeader refuses what cannot be sent, and what the exporter says itself.
func (d *decoder) checkExportHeader(at place, node *yaml.Node, name, value string) {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789-_"

	switch {
	case d.bad[at.path]:
	case strings.Trim(strings.ToLower(name), letters) != "":
		d.mistakeAt(node, at.path, "is not the name of a header", "")
	case slices.Contains([]string{"Host", "Content-Type", "Content-Length", "Content-Encoding"}, http.CanonicalHeaderKey(name)):
		d.mistakeAt(node, at.path, "is not for you to set", "")
	case strings.ContainsFunc(value, unicode.IsControl):
		d.mistakeAt(node, at.path, "holds a control character", "")
	}
}

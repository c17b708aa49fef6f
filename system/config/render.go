package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/rollcall-go/rollcall/system/feed"
	"github.com/rollcall-go/rollcall/system/secret"
)

// renderer turns a Config into YAML nodes that show no secret.
type renderer struct {
	written map[string]string // how texts with references were written
	urls    func(string) string
}

// String is the effective configuration as YAML. Secrets are masked, and a text that holds references is shown as it was written.
func (c Config) String() string {
	text, err := yaml.Dump(c.node(maskURL))
	if err != nil {
		return "config: " + err.Error()
	}

	return string(text)
}

// Digest is the SHA-256, in hexadecimal, of the effective configuration as JSON: the round's settings, then each vendor by its name. Secrets do
// not enter it: a header counts by its name only, a text with references as it was written.
func (c Config) Digest() string {
	asWritten := func(url string) string { return url }
	vendors := c.Vendors
	c.Vendors = nil // one at a time: ten thousand of them at once take hundreds of megabytes

	sum := sha256.New()
	text := appendJSON(nil, c.node(asWritten))

	for i := range vendors {
		sum.Write(text)

		node := &yaml.Node{Kind: yaml.MappingNode}
		add(node, string(vendors[i].Name), vendors[i].node(asWritten))
		text = appendJSON(text[:0], node)
	}

	sum.Write(text)

	return hex.EncodeToString(sum.Sum(nil))
}

// MarshalYAML implements yaml.Marshaler with what String shows.
func (c Config) MarshalYAML() (any, error) { return c.node(maskURL), nil }

// MarshalJSON implements json.Marshaler with what String shows.
func (c Config) MarshalJSON() ([]byte, error) { return appendJSON(nil, c.node(maskURL)), nil }

// Format implements fmt.Formatter: every verb prints String.
func (c Config) Format(state fmt.State, _ rune) { _, _ = state.Write([]byte(c.String())) }

// String is the vendor's part of what Config's String shows.
func (v Vendor) String() string {
	text, err := yaml.Dump(v.node(maskURL))
	if err != nil {
		return "vendor: " + err.Error()
	}

	return string(text)
}

// MarshalYAML implements yaml.Marshaler with what String shows.
func (v Vendor) MarshalYAML() (any, error) { return v.node(maskURL), nil }

// MarshalJSON implements json.Marshaler with what String shows.
func (v Vendor) MarshalJSON() ([]byte, error) { return appendJSON(nil, v.node(maskURL)), nil }

// Format implements fmt.Formatter: every verb prints String.
func (v Vendor) Format(state fmt.State, _ rune) { _, _ = state.Write([]byte(v.String())) }

func (c Config) node(urls func(string) string) *yaml.Node {
	return renderer{written: c.written, urls: urls}.structure("", reflect.ValueOf(c))
}

func (v Vendor) node(urls func(string) string) *yaml.Node {
	return renderer{written: v.written, urls: urls}.structure("", reflect.ValueOf(v))
}

// structure renders a struct without the fields that say nothing.
func (r renderer) structure(path string, structure reflect.Value) *yaml.Node {
	node := &yaml.Node{Kind: yaml.MappingNode}

	for _, f := range fieldsOf(structure) {
		if value := r.value(join(path, f.name), f.value); value != nil {
			add(node, f.name, value)
		}
	}

	return node
}

// value renders one field; nil for an empty text, list or mapping.
func (r renderer) value(path string, value reflect.Value) *yaml.Node {
	switch v := value.Interface().(type) {
	case []Vendor:
		node := &yaml.Node{Kind: yaml.MappingNode}
		for i := range v {
			add(node, string(v[i].Name), v[i].node(r.urls))
		}

		return orNil(node)
	case []feed.Symbol:
		return orNil(symbolsNode(v))
	case map[string]secret.Secret:
		node := &yaml.Node{Kind: yaml.MappingNode}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			add(node, name, textNode(v[name].String()))
		}

		return orNil(node)
	case time.Duration:
		return textNode(durationText(v))
	case int, int64:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: fmt.Sprint(v)}
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(v)}
	}

	switch {
	case value.Kind() != reflect.Struct:
		return r.text(path, value.String())
	case value.IsZero(): // not configured at all
		return nil
	default:
		return orNil(r.structure(path, value))
	}
}

func (r renderer) text(path, text string) *yaml.Node {
	if written, is := r.written[path]; is {
		text = written
	}

	if text == "" {
		return nil
	}

	if path == "url" || path == "client.proxy" {
		text = r.urls(text)
	}

	return textNode(text)
}

func symbolsNode(symbols []feed.Symbol) *yaml.Node {
	node := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}

	for _, symbol := range symbols {
		if symbol.VendorSymbol == string(symbol.Instrument) {
			node.Content = append(node.Content, textNode(symbol.VendorSymbol))

			continue
		}

		pair := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
		add(pair, string(symbol.Instrument), textNode(symbol.VendorSymbol))
		node.Content = append(node.Content, pair)
	}

	return node
}

func add(mapping *yaml.Node, key string, value *yaml.Node) {
	mapping.Content = append(mapping.Content, textNode(key), value)
}

func textNode(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
}

func orNil(node *yaml.Node) *yaml.Node {
	if len(node.Content) == 0 {
		return nil
	}

	return node
}

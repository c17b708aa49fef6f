package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"

	"go.yaml.in/yaml/v4"

	"github.com/rollcall-go/rollcall/system/secret"
)

// renderer turns a Config into YAML nodes that show no secret, unless it is told to.
type renderer struct {
	keys    map[string]Key    // by path
	written map[string]string // how texts with references were written
	urls    func(string) string
	secrets func(secret.Secret) string
	layouts map[spot][]laid
}

// masked shows what people may see.
func masked() renderer {
	return renderer{keys: keysByPath(), urls: maskURL, secrets: maskSecret, layouts: make(map[spot][]laid)}
}

// unmasked shows URLs as they were written, for digests that never leave with their text.
func unmasked() renderer {
	return renderer{keys: keysByPath(), urls: func(url string) string { return url }, secrets: maskSecret, layouts: make(map[spot][]laid)}
}

func keysByPath() map[string]Key {
	keys := make(map[string]Key)
	for _, key := range Reference() {
		keys[key.Path] = key
	}

	return keys
}

// maskSecret shows a template that only says where secrets and symbols go.
func maskSecret(value secret.Secret) string {
	if onlyPlaces(value.Reveal(), false) {
		return value.Reveal()
	}

	return value.String()
}

// String is the effective configuration as YAML. Secrets are masked, and a text that holds references is shown as it was written. What
// vendors use is part of it.
func (c Config) String() string {
	text, err := yaml.Dump(c.node(masked()))
	if err != nil {
		return "config: " + err.Error()
	}

	return string(text)
}

// Digest is the SHA-256, in hexadecimal, of the effective configuration as JSON: the round's settings, then each vendor by its name. Secrets do
// not enter it: a header counts by its name only, a text with references as it was written.
func (c Config) Digest() string {
	r := unmasked()
	vendors := c.Vendors
	c.Vendors = nil // one at a time: ten thousand of them at once take hundreds of megabytes

	sum := sha256.New()
	text := appendJSON(nil, c.node(r))

	for i := range vendors {
		sum.Write(text)

		node := &yaml.Node{Kind: yaml.MappingNode}
		add(node, string(vendors[i].Name), vendors[i].node(r))
		text = appendJSON(text[:0], node)
	}

	sum.Write(text)

	return hex.EncodeToString(sum.Sum(nil))
}

// MarshalYAML implements yaml.Marshaler with what String shows.
func (c Config) MarshalYAML() (any, error) { return c.node(masked()), nil }

// MarshalJSON implements json.Marshaler with what String shows.
func (c Config) MarshalJSON() ([]byte, error) { return appendJSON(nil, c.node(masked())), nil }

// Format implements fmt.Formatter: every verb prints String.
func (c Config) Format(state fmt.State, _ rune) { _, _ = state.Write([]byte(c.String())) }

// String is the vendor's part of what Config's String shows.
func (v Vendor) String() string {
	text, err := yaml.Dump(v.node(masked()))
	if err != nil {
		return "vendor: " + err.Error()
	}

	return string(text)
}

// MarshalYAML implements yaml.Marshaler with what String shows.
func (v Vendor) MarshalYAML() (any, error) { return v.node(masked()), nil }

// MarshalJSON implements json.Marshaler with what String shows.
func (v Vendor) MarshalJSON() ([]byte, error) { return appendJSON(nil, v.node(masked())), nil }

// Format implements fmt.Formatter: every verb prints String.
func (v Vendor) Format(state fmt.State, _ rune) { _, _ = state.Write([]byte(v.String())) }

func (c Config) node(r renderer) *yaml.Node {
	r.written = c.written

	return r.structure(place{}, reflect.ValueOf(c))
}

func (v Vendor) node(r renderer) *yaml.Node {
	r.written = v.written

	return r.structure(place{pattern: "vendors.*"}, reflect.ValueOf(v))
}

// Package secret holds values that must never be shown: every way to print or encode a Secret gives the mask.
package secret

import (
	"errors"
	"fmt"

	"go.yaml.in/yaml/v4"
)

// Mask is what is shown in place of a secret.
const Mask = "******"

// Secret is text that is masked in every format and encoder. Only Reveal returns it. Compare secrets with reflect.DeepEqual, not ==.
type Secret struct {
	// A pointer, because fmt prints the insides of a struct where it may not or will not call a method: in an unexported field, and after a
	// verb that is wrong. It then shows an address. Nil for no value.
	value *string
}

// New wraps a value.
func New(value string) Secret {
	if value == "" {
		return Secret{}
	}

	return Secret{value: &value}
}

// Reveal returns the value. Call it where the value leaves the program for the vendor it belongs to, nowhere else.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}

	return *s.value
}

// IsZero reports whether there is no value.
func (s Secret) IsZero() bool { return s.value == nil }

// String implements fmt.Stringer with the mask; an empty secret is an empty string.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}

	return Mask
}

// Format implements fmt.Formatter: every verb prints the mask.
func (s Secret) Format(state fmt.State, _ rune) { _, _ = state.Write([]byte(s.String())) }

// MarshalText implements encoding.TextMarshaler with the mask.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalYAML implements yaml.Marshaler with the mask.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// UnmarshalYAML implements yaml.Unmarshaler: the scalar's text is the value, and null is none. The text is taken as it stands, because the
// library's errors quote it.
func (s *Secret) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}

	if node.Kind != yaml.ScalarNode {
		return errors.New("a secret is text")
	}

	*s = Secret{}
	if node.Tag != "!!null" {
		*s = New(node.Value)
	}

	return nil
}

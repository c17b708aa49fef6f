package config

import (
	"reflect"

	"go.yaml.in/yaml/v4"
)

// begin returns what a vendor is decoded from: what the configuration says, put over the definition it uses. It reports false where that
// definition cannot be used, so that nobody calls missing what would be in it.
func (d *decoder) begin(at place, node *yaml.Node, vendor *Vendor) (*yaml.Node, bool) {
	d.use = nil

	use, is := entryOf(node, "use")
	if !is || node.Anchor != "" || node.Style&yaml.TaggedStyle != 0 {
		return node, true
	}

	child := at.key("use")

	d.show(use.key, false)
	d.value(child, use.value, reflect.ValueOf(&vendor.Use).Elem())

	if vendor.Use == "" && !d.bad[child.path] {
		d.mistakeAt(use.value, child.path, "is empty", example(d.keys[child.pattern]))
	}

	rest := without(node, use)

	if d.bad[child.path] {
		d.bad[at.key("class").path], d.bad[at.key("url").path] = true, true

		return rest, false
	}

	d.use = d.open(child, use.value, vendor.Use)
	if d.use == nil {
		d.bad[at.key("class").path], d.bad[at.key("url").path] = true, true

		return rest, false
	}

	return over(rest, d.use.vendor), true
}

// without is a mapping without one of its entries.
func without(node *yaml.Node, gone entry) *yaml.Node {
	rest := *node
	rest.Content = make([]*yaml.Node, 0, len(node.Content))

	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i] != gone.key {
			rest.Content = append(rest.Content, node.Content[i], node.Content[i+1])
		}
	}

	return &rest
}

// over puts what the configuration says over what a definition says: mappings are put together key by key, errors come before those of the
// definition, and everything else replaces. Authorization is replaced as a whole, because only one kind of it may be given. Neither node is
// changed; the result stands where the upper one does.
func over(upper, lower *yaml.Node) *yaml.Node {
	both := *upper
	both.Content = make([]*yaml.Node, 0, len(upper.Content)+len(lower.Content))

	said := make(map[string]bool, len(upper.Content)/2)

	for i := 0; i+1 < len(upper.Content); i += 2 {
		key, value := upper.Content[i], upper.Content[i+1]

		if below, is := entryOf(lower, key.Value); is && !said[key.Value] {
			value = overValue(key.Value, value, below.value)
		}

		said[key.Value] = true
		both.Content = append(both.Content, key, value)
	}

	for i := 0; i+1 < len(lower.Content); i += 2 {
		if key := lower.Content[i]; key.Kind != yaml.ScalarNode || !said[key.Value] {
			both.Content = append(both.Content, key, lower.Content[i+1])
		}
	}

	return &both
}

func overValue(key string, upper, lower *yaml.Node) *yaml.Node {
	switch {
	case upper.Kind != lower.Kind || !isPlain(upper) || !isPlain(lower):
		return upper
	case key == "errors" && upper.Kind == yaml.SequenceNode:
		both := *upper
		both.Content = append(append(make([]*yaml.Node, 0, len(upper.Content)+len(lower.Content)), upper.Content...), lower.Content...)

		return &both
	case key != "auth" && upper.Kind == yaml.MappingNode:
		return over(upper, lower)
	default:
		return upper
	}
}

func isPlain(node *yaml.Node) bool { return node.Anchor == "" && node.Style&yaml.TaggedStyle == 0 }

package config

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// find walks from a mapping to the value of a field such as parse.price or errors[1].when, as far as there is something.
func find(node *yaml.Node, field string) *yaml.Node {
	for field != "" {
		next, rest := step(node, field)
		if next == nil {
			return node
		}

		node, field = next, strings.TrimPrefix(rest, ".")
	}

	return node
}

// step takes one key or index off the field.
func step(node *yaml.Node, field string) (next *yaml.Node, rest string) {
	switch node.Kind {
	case yaml.MappingNode:
		return stepKey(node, field)
	case yaml.SequenceNode:
		index, rest, ok := cutIndex(field)
		if !ok || index >= len(node.Content) {
			return nil, ""
		}

		return node.Content[index], rest
	default:
		return nil, ""
	}
}

// stepKey takes one key off the field. Keys may contain dots and brackets themselves.
func stepKey(node *yaml.Node, field string) (next *yaml.Node, rest string) {
	for i := 0; i+1 < len(node.Content); i += 2 {
		after, is := strings.CutPrefix(field, node.Content[i].Value)
		if is && node.Content[i].Value != "" && (after == "" || after[0] == '.' || after[0] == '[') {
			return node.Content[i+1], after
		}
	}

	return nil, ""
}

// cutIndex reads an index such as [3] at the beginning of a field.
func cutIndex(field string) (index int, rest string, ok bool) {
	inner, bracket := strings.CutPrefix(field, "[")
	digits, rest, closed := strings.Cut(inner, "]")
	index, err := strconv.Atoi(digits)

	return index, rest, bracket && closed && err == nil && index >= 0
}

// entryOf is a mapping's first entry with a key; false if there is none.
func entryOf(node *yaml.Node, key string) (entry, bool) {
	for i := 0; node.Kind == yaml.MappingNode && i+1 < len(node.Content); i += 2 {
		if k := node.Content[i]; k.Kind == yaml.ScalarNode && k.Value == key {
			return entry{key: k, value: node.Content[i+1]}, true
		}
	}

	return entry{}, false
}

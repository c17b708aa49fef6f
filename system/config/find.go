package config

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// find walks from a mapping to the value of a field such as parse.price, as far as there is something.
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

// step takes one key off the field. Keys may contain dots themselves.
func step(node *yaml.Node, field string) (next *yaml.Node, rest string) {
	if node.Kind != yaml.MappingNode {
		return nil, ""
	}

	for i := 0; i+1 < len(node.Content); i += 2 {
		after, is := strings.CutPrefix(field, node.Content[i].Value)
		if is && node.Content[i].Value != "" && (after == "" || after[0] == '.') {
			return node.Content[i+1], after
		}
	}

	return nil, ""
}

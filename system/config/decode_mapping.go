package config

import (
	"fmt"

	"go.yaml.in/yaml/v4"
)

// mapping returns a mapping's entries in order, each key once.
func (d *decoder) mapping(at place, node *yaml.Node) ([]entry, bool) {
	if node.Kind != yaml.MappingNode {
		if d.plain(at, node) {
			d.mistakeAt(node, at.path, "is "+kindOf(node)+", not a mapping", example(d.keys[at.pattern]))
		}

		return nil, false
	}

	if !d.plain(at, node) {
		return nil, false
	}

	entries := make([]entry, 0, len(node.Content)/2)
	first := make(map[string]*yaml.Node, len(node.Content)/2)

	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]

		if !d.isKey(at, key) {
			continue
		}

		if before, twice := first[key.Value]; twice {
			d.show(key, false)
			d.mistakeAt(key, at.key(key.Value).path, fmt.Sprintf("duplicate key, first in line %d", before.Line), "keep one of them")

			continue
		}

		first[key.Value] = key
		entries = append(entries, entry{key: key, value: value})
	}

	return entries, true
}

func (d *decoder) isKey(at place, key *yaml.Node) bool {
	switch {
	case key.Tag == mergeTag && key.Kind == yaml.ScalarNode && key.Style == 0:
		d.mistakeAt(key, at.path, "merge keys (<<) are not supported", "write the keys out")
	case key.Kind == yaml.AliasNode || key.Anchor != "" || key.Style&yaml.TaggedStyle != 0:
		return d.plain(at, key)
	case key.Kind != yaml.ScalarNode:
		d.mistakeAt(key, at.path, "a key is "+kindOf(key)+", not text", "")
	case key.Value == "" || key.Tag == nullTag && key.Style == 0:
		d.mistakeAt(key, at.path, "a key is empty", "put it in quotes if it is meant")
	default:
		return true
	}

	return false
}

// plain refuses what this configuration does not use of YAML.
func (d *decoder) plain(at place, node *yaml.Node) bool {
	switch {
	case node.Kind == yaml.AliasNode:
		d.mistakeAt(node, at.path, "aliases (*name) are not supported", "write the value out")
	case node.Anchor != "":
		d.mistakeAt(node, at.path, "anchors (&name) are not supported", "put the text in quotes if it begins with &")
	case node.Style&yaml.TaggedStyle != 0:
		d.mistakeAt(node, at.path, "tags (!name) are not supported", "put the text in quotes if it begins with !")
	case node.Kind == yaml.ScalarNode && node.Tag == nullTag:
		d.mistakeAt(node, at.path, "has no value", example(d.keys[at.pattern]))
	default:
		return true
	}

	return false
}

func kindOf(node *yaml.Node) string {
	switch node.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	default:
		return "a single value"
	}
}

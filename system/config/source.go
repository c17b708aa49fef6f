package config

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// source is a file whose values are decoded: the configuration itself, or a definition that it uses.
type source struct {
	name    string // as messages show it
	data    string
	broken  bool // it is not YAML: nobody can say what is a value
	visible []visible
	shown   map[*yaml.Node]bool // the visible ones of a definition, whose values several vendors decode
}

// source is the file in which a node stands. A node that stands in none belongs to the one that is being read.
func (d *decoder) source(node *yaml.Node) *source {
	if origin, is := d.origins[node]; is {
		return origin
	}

	return d.reading
}

// owns notes that a node and all below it stand in a definition.
func (d *decoder) owns(origin *source, node *yaml.Node) {
	d.origins[node] = origin
	for _, child := range node.Content {
		d.owns(origin, child)
	}
}

// show lets excerpts show a scalar.
func (d *decoder) show(node *yaml.Node, url bool) {
	origin := d.source(node)

	if origin != d.main {
		if origin.shown[node] {
			return
		}

		origin.shown[node] = true
	}

	origin.visible = append(origin.visible, visible{node: node, url: url})
}

// excerpts masks each line of the file that has a mistake, once.
func (s *source) excerpts(mistakes []Mistake, words map[string]bool) map[int]excerpt {
	excerpts := make(map[int]excerpt, len(mistakes))

	text := lines(strings.TrimPrefix(strings.ToValidUTF8(s.data[:min(len(s.data), maxSize)], "·"), "\uFEFF"))

	for i := range mistakes {
		line := mistakes[i].Line
		if _, done := excerpts[line]; !done && mistakes[i].source == s && line <= len(text) {
			excerpts[line] = mask(text[line-1])
		}
	}

	if s.broken {
		for _, excerpt := range excerpts {
			excerpt.revealWords(words)
		}
	}

	for _, scalar := range s.visible {
		if excerpt, needed := excerpts[scalar.node.Line]; needed {
			excerpt.reveal(scalar)
		}
	}

	return excerpts
}

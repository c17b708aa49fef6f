package config

import (
	"fmt"

	"go.yaml.in/yaml/v4"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed"
)

// symbols decodes a list of instruments, a mapping from instruments to vendor symbols, or a list with such mappings in it.
func (d *decoder) symbols(at place, node *yaml.Node, into *[]feed.Symbol) {
	if !d.plain(at, node) {
		return
	}

	before := len(d.mistakes) + d.more
	collected := symbolList{decoder: d, seen: make(map[messages.Instrument]bool)}

	switch node.Kind {
	case yaml.SequenceNode:
		for i, item := range node.Content {
			collected.item(place{fmt.Sprintf("%s[%d]", at.path, i), at.pattern}, item)
		}
	case yaml.MappingNode:
		collected.mapping(at, node)
	default:
		d.mistakeAt(node, at.path, "is a single value, not a list", example(d.keys[at.pattern]))
	}

	switch {
	case len(collected.symbols) > 0:
	case len(d.mistakes)+d.more == before:
		d.mistakeAt(node, at.path, "has no instrument", example(d.keys[at.pattern]))
	default:
		d.bad[at.path] = true // it is not empty, but nothing in it is right
	}

	*into = collected.symbols
}

type symbolList struct {
	*decoder

	seen    map[messages.Instrument]bool
	symbols []feed.Symbol
}

func (l *symbolList) item(at place, node *yaml.Node) {
	switch {
	case !l.plain(at, node):
	case node.Kind == yaml.MappingNode:
		l.mapping(at, node)
	case node.Kind == yaml.SequenceNode:
		l.mistakeAt(node, at.path, "is a list, not an instrument", "")
	default:
		l.show(node, false)

		if text, ok := l.expand(at, node); ok {
			l.add(at, node, text, text)
		}
	}
}

func (l *symbolList) mapping(at place, node *yaml.Node) {
	entries, ok := l.decoder.mapping(at, node)
	if !ok {
		return
	}

	for _, e := range entries {
		child := place{join(at.path, shown(e.key.Value)), at.pattern}
		l.show(e.key, false)

		if !l.plain(child, e.value) {
			continue
		}

		if e.value.Kind != yaml.ScalarNode {
			l.mistakeAt(e.value, child.path, "is "+kindOf(e.value)+", not a vendor symbol", "")

			continue
		}

		l.show(e.value, false)

		if text, ok := l.expand(child, e.value); ok {
			l.add(child, e.key, e.key.Value, text)
		}
	}
}

func (l *symbolList) add(at place, key *yaml.Node, name, symbol string) {
	instrument := messages.Instrument(name)

	switch {
	case !isInstrument(name):
		l.mistakeAt(key, at.path, "cannot be an instrument's name", symbolRule)
	case l.seen[instrument]:
		l.mistakeAt(key, at.path, asWritten(key)+" is listed twice", "keep one of them")
	default:
		l.seen[instrument] = true
		l.symbols = append(l.symbols, feed.Symbol{Instrument: instrument, VendorSymbol: symbol})
		l.listed = append(l.listed, listed{node: key, path: at.path})
	}
}

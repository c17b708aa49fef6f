package config

import (
	"reflect"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed"
)

// symbols decodes a list of instruments, a mapping from instruments to what is to be known of them, or a list with such mappings in it.
func (d *decoder) symbols(at place, node *yaml.Node, into *[]feed.Symbol) {
	if !d.plain(at, node) {
		return
	}

	before := d.found()
	collected := symbolList{
		decoder: d, path: at.path, seen: make(map[messages.Instrument]bool), symbols: make([]feed.Symbol, 0, len(node.Content)),
	}

	switch node.Kind {
	case yaml.SequenceNode:
		for i, item := range node.Content {
			collected.item(place{at.item(i).path, at.pattern}, item)
		}
	case yaml.MappingNode:
		collected.mapping(at, node)
	default:
		d.mistakeAt(node, at.path, "is a single value, not a list", d.remedy(d.keys[at.pattern]))
	}

	switch {
	case len(collected.symbols) > 0:
	case d.found() == before:
		d.mistakeAt(node, at.path, "has no instrument", d.remedy(d.keys[at.pattern]))
	default:
		d.bad[at.path] = true // it is not empty, but nothing in it is right
	}

	*into = collected.symbols
}

type symbolList struct {
	*decoder

	path    string // of the list
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
			l.add(at, node, text, nil)
		}
	}
}

func (l *symbolList) mapping(at place, node *yaml.Node) {
	entries, ok := l.decoder.mapping(at, node)
	if !ok {
		return
	}

	for _, e := range entries {
		l.show(e.key, false)

		if child := at.entry(e.key.Value); l.plain(child, e.value) {
			l.add(child, e.key, e.key.Value, e.value)
		}
	}
}

// add decodes one instrument: what the definition in use says of it, then what the configuration does. A vendor symbol alone replaces all
// that the definition says.
func (l *symbolList) add(at place, key *yaml.Node, name string, value *yaml.Node) {
	instrument := messages.Instrument(name)
	entry := place{at.path, l.symbolPattern(at)}
	symbol := feed.Symbol{Instrument: instrument}
	says := l.use.says(name)

	outer := l.written
	l.written = nil

	if says != nil && (value == nil || value.Kind == yaml.MappingNode) {
		l.describe(entry, says, &symbol)
	}

	if value != nil {
		l.describe(entry, value, &symbol)
	}

	inner := l.written
	l.written = outer

	switch {
	case !isInstrument(name):
		l.mistakeAt(key, at.path, "cannot be an instrument's name", symbolRule)
	case l.seen[instrument]:
		l.mistakeAt(key, at.path, asWritten(key)+" is listed twice", "keep one of them")
	default:
		l.seen[instrument] = true
		l.symbols = append(l.symbols, symbol)
		l.listed = append(l.listed, listed{node: key, path: at.path, values: present(value, says)})

		for path, text := range inner {
			l.wrote(l.path+"."+name+strings.TrimPrefix(path, at.path), text)
		}
	}
}

// symbolPattern is the path in the Reference of one instrument, whether it stands in a list or in a mapping.
func (l *symbolList) symbolPattern(at place) string {
	if strings.HasSuffix(at.pattern, ".*") {
		return at.pattern
	}

	return at.pattern + ".*"
}

// describe decodes what is said of an instrument: its vendor symbol, or a mapping.
func (l *symbolList) describe(at place, node *yaml.Node, symbol *feed.Symbol) {
	switch node.Kind {
	case yaml.MappingNode:
		l.value(at, node, reflect.ValueOf(symbol).Elem())
	case yaml.ScalarNode:
		if !l.plain(at, node) {
			return
		}

		l.show(node, false)

		text, ok := l.expand(at, node)

		switch {
		case !ok:
		case text == "":
			l.mistakeAt(node, at.path, "is empty", "leave it out for a symbol that follows from the name")
		default:
			symbol.VendorSymbol = text

			if text != node.Value {
				l.wrote(at.path+".symbol", node.Value)
			}
		}
	default:
		l.mistakeAt(node, at.path, "is "+kindOf(node)+", not a vendor symbol", "")
	}
}

// present are those of the nodes that are there.
func present(nodes ...*yaml.Node) []*yaml.Node {
	var there []*yaml.Node

	for _, node := range nodes {
		if node != nil {
			there = append(there, node)
		}
	}

	return there
}

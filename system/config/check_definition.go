package config

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/rollcall-go/rollcall/system/feed"
)

// checkSymbols refuses instruments that the definition in use cannot know.
func (d *decoder) checkSymbols(vendor *Vendor) {
	if vendor.Feed.Naming != "" {
		return
	}

	for i := range vendor.Feed.Symbols {
		symbol, listed := &vendor.Feed.Symbols[i], d.listed[i]
		name := string(symbol.Instrument)

		if symbol.VendorSymbol == "" && !d.use.knows(name) {
			d.mistakeAt(listed.node, listed.path, asWritten(listed.node)+" is not known to "+quote(d.use.name),
				knownInstruments(name, d.use)+"; or say what the vendor calls it")
		}
	}
}

func knownInstruments(name string, use *definition) string {
	if meant := nearest(name, use.symbols.names); meant != "" {
		return suggest(meant, nil)
	}

	return "it knows " + use.instruments()
}

// checkDefinition asks the package that will use the definition. Its messages hold no secrets.
func (d *decoder) checkDefinition(at place, e entry, vendor *Vendor) {
	for _, problem := range feed.Check(vendor.Feed) {
		node, path := d.field(at, e, problem.Field)
		streams := problem.Field == "url" && d.bad[at.key("stream").key("url").path] // the URL that is missing is another

		if !streams && !d.hasMistake(at, path) {
			d.mistakeAt(node, path, problem.Problem, problem.Suggestion)
		}
	}
}

// field is where a field of the vendor's definition stands: its own value, that of the key above it, or the vendor's name.
func (d *decoder) field(at place, e entry, field string) (node *yaml.Node, path string) {
	if inner, is := strings.CutPrefix(field, "symbols"); is {
		if index, rest, ok := cutIndex(inner); ok && index < len(d.listed) {
			return d.listed[index].field(strings.TrimPrefix(rest, "."))
		}
	}

	node = find(e.value, field)
	if node == e.value {
		node = e.key
	}

	return node, join(at.path, shown(field))
}

// field is where a field of the symbol stands: in what is said of it, or else at its name.
func (l *listed) field(name string) (node *yaml.Node, path string) {
	if name == "" {
		return l.node, l.path
	}

	for _, value := range l.values {
		if found := find(value, name); found != value {
			return found, join(l.path, shown(name))
		}
	}

	return l.node, join(l.path, shown(name))
}

// hasMistake reports whether a key of the vendor, or one between it and the vendor, has a mistake already.
func (d *decoder) hasMistake(vendor place, path string) bool {
	for len(path) > len(vendor.path) {
		if d.bad[path] {
			return true
		}

		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}

	return false
}

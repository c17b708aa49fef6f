package config

import (
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/rollcall-go/rollcall/system/catalog"
)

// definition is a file that vendors begin with: a shipped one, or the operator's own.
type definition struct {
	name    string     // as it stands behind `use`
	vendor  *yaml.Node // the vendor's keys, without those below
	symbols catalogue
}

// catalogue is the instruments that a definition knows, in its order, and what it says of them; nil where it says nothing.
type catalogue struct {
	names  []string
	values map[string]*yaml.Node
}

// knows reports whether the definition's catalogue has an instrument, or can have any.
func (f *definition) knows(instrument string) bool {
	if f == nil || len(f.symbols.names) == 0 {
		return true
	}

	_, is := f.symbols.values[instrument]

	return is
}

// says is what the catalogue says of an instrument; nil for nothing.
func (f *definition) says(instrument string) *yaml.Node {
	if f == nil {
		return nil
	}

	return f.symbols.values[instrument]
}

// instruments are the first names of the catalogue, for a suggestion; empty if there is none.
func (f *definition) instruments() string {
	const most = 8

	if f == nil {
		return ""
	}

	names := f.symbols.names
	text := strings.Join(names[:min(most, len(names))], ", ")

	if len(names) > most {
		text += ", …"
	}

	return text
}

// open returns the definition with a name, read once; nil after a mistake.
func (d *decoder) open(at place, node *yaml.Node, name string) *definition {
	opened, before := d.definitions[name]

	if !before {
		if data, shown, ok := d.definitionText(at, node, name); ok {
			opened = d.readDefinition(name, shown, data)
		}

		d.definitions[name] = opened // also where it cannot be used: the next vendor does not repeat why
	}

	if opened == nil {
		d.bad[at.path] = true
	}

	return opened
}

// definitionText returns what is in a definition's file, and how messages call the file.
func (d *decoder) definitionText(at place, node *yaml.Node, name string) (data []byte, shown string, ok bool) {
	if !isFile(name) {
		data, ok = catalog.File(name)
		if !ok {
			names := catalog.Names()
			d.mistakeAt(node, at.path, "there is no shipped definition "+asWritten(node),
				suggest(nearest(node.Value, names), names)+"; a file of your own is written ./NAME.yaml")
		}

		return data, "shipped/" + name + ".yaml", ok
	}

	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(d.resolver.Dir, path)
	}

	data, problem := readRegular(path)
	if problem != "" {
		d.mistakeAt(node, at.path, asWritten(node)+" "+problem, "")

		return nil, "", false
	}

	if name != node.Value {
		path = node.Value // what a reference brought in is not shown
	}

	return data, path, true
}

// isFile tells a file of the operator's own from the name of a shipped definition.
func isFile(name string) bool {
	return strings.ContainsAny(name, `/\`) || slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(name))
}

// readDefinition parses a definition. Its mistakes are told with its own name.
func (d *decoder) readDefinition(name, shown string, data []byte) *definition {
	before := d.found()
	origin := &source{name: shownUpTo(shown, maxFileName), data: string(data), shown: make(map[*yaml.Node]bool)}

	d.reading = origin
	defer func() { d.reading = d.main }()

	if !d.checkText(data) {
		return nil
	}

	root := d.root(d.parse(data), "class: forex")
	if root == nil {
		return nil
	}

	read := d.takeApart(root)
	read.name = name
	d.owns(origin, root)

	if d.found() > before {
		return nil
	}

	return read
}

// takeApart tells a definition's vendor keys from its catalogue, and leaves out what is for people and tests.
func (d *decoder) takeApart(root *yaml.Node) *definition {
	vendor := *root
	vendor.Content = nil

	read := &definition{vendor: &vendor}

	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]

		switch key.Value {
		case "about", "examples":
		case "symbols":
			d.show(key, false)
			read.symbols = d.catalogue(value)
		default:
			vendor.Content = append(vendor.Content, key, value)
		}
	}

	return read
}

// catalogue reads the names of a definition's symbols. What stands behind them is decoded where it is used.
func (d *decoder) catalogue(node *yaml.Node) catalogue {
	known := catalogue{values: make(map[string]*yaml.Node)}
	at := place{"symbols", "vendors.*.symbols"}

	add := func(key, value *yaml.Node) {
		d.show(key, false)

		switch _, twice := known.values[key.Value]; {
		case key.Kind != yaml.ScalarNode || !isInstrument(key.Value):
			d.mistakeAt(key, at.path, "cannot be an instrument's name", symbolRule)
		case twice:
			d.mistakeAt(key, at.path, quote(key.Value)+" is listed twice", "keep one of them")
		default:
			known.names = append(known.names, key.Value)
			known.values[key.Value] = value
		}
	}

	items := []*yaml.Node{node}
	if node.Kind == yaml.SequenceNode && d.plain(at, node) {
		items = node.Content
	}

	for _, item := range items {
		switch {
		case !d.plain(at, item):
		case item.Kind == yaml.MappingNode:
			for i := 0; i+1 < len(item.Content); i += 2 {
				add(item.Content[i], item.Content[i+1])
			}
		case item.Kind == yaml.ScalarNode && item != node:
			add(item, nil)
		default:
			d.mistakeAt(item, at.path, "is "+kindOf(item)+", not an instrument", example(d.keys[at.pattern]))
		}
	}

	return known
}

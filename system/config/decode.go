package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/rollcall-go/rollcall/system/feed"
	"github.com/rollcall-go/rollcall/system/secret"
)

// entry is one key of a mapping and its value.
type entry struct{ key, value *yaml.Node }

// field is one field of a struct, by its yaml tag.
type field struct {
	name  string
	value reflect.Value
}

// value decodes a node into a Go value whose type decides how.
func (d *decoder) value(at place, node *yaml.Node, into reflect.Value) {
	switch target := into.Addr().Interface().(type) {
	case *[]Vendor:
		d.vendors(at, node, target)
	case *[]feed.Symbol:
		d.symbols(at, node, target)
	case *map[string]secret.Secret:
		*target = d.headers(at, node)
	case *secret.Secret:
		d.secret(at, node, target)
	case *time.Duration:
		d.duration(at, node, target)
	case *int:
		number := int64(*target)
		d.integer(at, node, &number)
		*target = int(number)
	case *int64:
		d.integer(at, node, target)
	case *bool:
		d.boolean(at, node, target)
	default:
		if into.Kind() == reflect.Struct {
			d.structure(at, node, into)
		} else {
			d.text(at, node, into)
		}
	}
}

// structure decodes a mapping into a struct: fields in their own order, so that what later ones are checked against is there.
func (d *decoder) structure(at place, node *yaml.Node, into reflect.Value) {
	entries, ok := d.mapping(at, node)
	if !ok {
		return
	}

	fields := fieldsOf(into)
	known := d.known(at, entries, fields)

	for _, f := range fields {
		child := at.key(f.name)
		key := d.keys[child.pattern]

		e, there := known[f.name]

		switch {
		case there:
			d.show(e.key, false)
			d.value(child, e.value, f.value)
		case key.Required && !d.bad[child.path]:
			d.mistakeAt(node, child.path, "is required", example(key))
		default:
			d.fill(child, f.value)
		}
	}
}

// known returns the entries that belong to fields, by name, and refuses the others. The field that an unknown key was probably meant for
// counts as bad, so that it is not called missing too.
func (d *decoder) known(at place, entries []entry, fields []field) map[string]entry {
	names := make([]string, 0, len(fields))
	for _, f := range fields {
		names = append(names, f.name)
	}

	known := make(map[string]entry, len(entries))

	for _, e := range entries {
		if slices.Contains(names, e.key.Value) {
			known[e.key.Value] = e
		}
	}

	for _, e := range entries {
		if _, is := known[e.key.Value]; is {
			continue
		}

		d.show(e.key, false)

		suggestion := ""

		if !d.full() {
			meant := nearest(e.key.Value, names)
			suggestion = suggest(meant, names)
			d.bad[at.key(meant).path] = true
		}

		d.mistakeAt(e.key, at.key(e.key.Value).path, "unknown key", suggestion)
	}

	return known
}

// fill gives a key that is not there its default, and so the keys below it.
func (d *decoder) fill(at place, into reflect.Value) {
	if key := d.keys[at.pattern]; key.Default != "" {
		d.value(at, &yaml.Node{Kind: yaml.ScalarNode, Value: key.Default}, into)

		return
	}

	if into.Kind() == reflect.Struct && into.Type() != reflect.TypeFor[secret.Secret]() {
		for _, f := range fieldsOf(into) {
			d.fill(at.key(f.name), f.value)
		}
	}
}

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

// fieldsOf are a struct's tagged fields in order, those of inlined structs in their place.
func fieldsOf(structure reflect.Value) []field {
	var fields []field

	for i := range structure.NumField() {
		tag, _, _ := strings.Cut(structure.Type().Field(i).Tag.Get("yaml"), ",")

		switch {
		case structure.Type().Field(i).Tag.Get("yaml") == ",inline":
			fields = append(fields, fieldsOf(structure.Field(i))...)
		case tag != "" && tag != "-":
			fields = append(fields, field{name: tag, value: structure.Field(i)})
		}
	}

	return fields
}

// example suggests how the key would be written.
func example(key Key) string {
	name := key.Path[strings.LastIndexByte(key.Path, '.')+1:]

	switch {
	case key.Example == "":
		return ""
	case name == "*":
		return "for example " + key.Example
	default:
		return "for example " + name + ": " + key.Example
	}
}

package config

import (
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
	case *float64:
		d.decimal(at, node, target)
	case *bool:
		d.boolean(at, node, target)
	default:
		d.kind(at, node, into)
	}
}

// kind decodes a node into what is made of other values, or into text.
func (d *decoder) kind(at place, node *yaml.Node, into reflect.Value) {
	switch into.Kind() {
	case reflect.Struct:
		d.structure(at, node, into)
	case reflect.Slice:
		d.list(at, node, into)
	case reflect.Map:
		d.named(at, node, into)
	default:
		d.text(at, node, into)
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
		e, there := known[f.name]
		key := d.keys[join(at.pattern, f.name)]

		if !there && !key.Required && !d.filled[key.Path] {
			continue // most keys of most vendors
		}

		child := at.key(f.name)

		switch {
		case there && d.permitted(child, e.key, key):
			d.show(e.key, false)
			d.value(child, e.value, f.value)
		case there:
		case key.Required && !d.bad[child.path] && !anyOf(key.Unless, known):
			d.mistakeAt(node, child.path, "is required", d.remedy(key))
		default:
			d.fill(child, f.value)
		}
	}
}

// permitted refuses what a definition may not say about the machine it is used on.
func (d *decoder) permitted(at place, node *yaml.Node, key Key) bool {
	if key.Local && d.source(node) != d.main {
		d.show(node, false)
		d.mistakeAt(node, at.path, "may not be set by a definition", "set it beside `use`")

		return false
	}

	return true
}

func anyOf(names []string, known map[string]entry) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		_, is := known[name]

		return is
	})
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
	if !d.filled[at.pattern] {
		return
	}

	if key := d.keys[at.pattern]; key.Default != "" {
		d.value(at, &yaml.Node{Kind: yaml.ScalarNode, Value: key.Default}, into)

		return
	}

	for _, f := range fieldsOf(into) {
		d.fill(at.key(f.name), f.value)
	}
}

// list decodes a list, item by item.
func (d *decoder) list(at place, node *yaml.Node, into reflect.Value) {
	if !d.plain(at, node) {
		return
	}

	if node.Kind != yaml.SequenceNode {
		d.mistakeAt(node, at.path, "is "+kindOf(node)+", not a list", example(d.keys[at.pattern]))

		return
	}

	items := reflect.MakeSlice(into.Type(), len(node.Content), len(node.Content))
	for i, item := range node.Content {
		d.value(at.item(i), item, items.Index(i))
	}

	into.Set(items)
}

// named decodes a mapping whose keys the user chooses. What the Go value holds already stays, under names that are not there.
func (d *decoder) named(at place, node *yaml.Node, into reflect.Value) {
	entries, ok := d.mapping(at, node)
	if !ok {
		return
	}

	names := reflect.MakeMapWithSize(into.Type(), len(entries))
	for old := into.MapRange(); old.Next(); {
		names.SetMapIndex(old.Key(), old.Value())
	}

	for _, e := range entries {
		d.show(e.key, false)

		child := at.entry(e.key.Value)
		if rule := d.keys[child.pattern].Names.refuses(e.key.Value); rule != "" {
			d.mistakeAt(e.key, child.path, quote(e.key.Value)+" cannot be a name here", rule)
		}

		value := reflect.New(into.Type().Elem()).Elem()
		d.value(child, e.value, value)
		names.SetMapIndex(reflect.ValueOf(e.key.Value), value)
	}

	into.Set(names)
}

// fieldsOf are a struct's tagged fields in order, those of inlined structs in their place.
func fieldsOf(structure reflect.Value) []field {
	fields := make([]field, 0, structure.NumField())

	for i := range structure.NumField() {
		tag := structure.Type().Field(i).Tag.Get("yaml")

		switch tag {
		case "", "-":
		case ",inline":
			fields = append(fields, fieldsOf(structure.Field(i))...)
		default:
			fields = append(fields, field{name: tag, value: structure.Field(i)})
		}
	}

	return fields
}

// remedy says how a key that is missing would be written.
func (d *decoder) remedy(key Key) string {
	if known := d.use.instruments(); key.Type == TypeSymbols && known != "" {
		return "it knows " + known
	}

	return example(key)
}

// example suggests how the key would be written.
func example(key Key) string {
	name := strings.TrimSuffix(key.Path[strings.LastIndexByte(key.Path, '.')+1:], "[]")

	switch {
	case key.Example == "":
		return ""
	case name == "*" || strings.HasSuffix(key.Path, "[]"):
		return "for example " + key.Example
	default:
		return "for example " + name + ": " + key.Example
	}
}

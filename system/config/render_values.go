package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/rollcall-go/rollcall/system/feed"
	"github.com/rollcall-go/rollcall/system/secret"
)

// structure renders a struct without the fields that say nothing.
func (r renderer) structure(at place, structure reflect.Value) *yaml.Node {
	node := &yaml.Node{Kind: yaml.MappingNode}

	for _, f := range r.layout(structure.Type(), at.pattern) {
		field := structure.FieldByIndex(f.index)
		if field.IsZero() && !f.zero {
			continue
		}

		if value := r.value(place{join(at.path, f.name), f.pattern}, field); value != nil {
			add(node, f.name, value)
		}
	}

	return node
}

// laid is a field of a struct at a place.
type laid struct {
	name, pattern string
	index         []int
	zero          bool // it is shown even if it is zero: the key has another default
}

// spot is a kind of struct at a place.
type spot struct {
	kind    reflect.Type
	pattern string
}

// layout is what of a struct is shown at a place. It is looked up once, because ten thousand vendors look the same.
func (r renderer) layout(kind reflect.Type, pattern string) []laid {
	at := spot{kind, pattern}

	known, is := r.layouts[at]
	if is {
		return known
	}

	known = r.lay(kind, pattern, nil)
	r.layouts[at] = known

	return known
}

func (r renderer) lay(kind reflect.Type, pattern string, above []int) []laid {
	var fields []laid

	for i := range kind.NumField() {
		index := append(slices.Clone(above), i)

		switch tag := kind.Field(i).Tag.Get("yaml"); tag {
		case "", "-":
		case "use": // what it stands for is shown
		case ",inline":
			fields = append(fields, r.lay(kind.Field(i).Type, pattern, index)...)
		default:
			below := join(pattern, tag)
			fields = append(fields, laid{name: tag, pattern: below, index: index, zero: r.keys[below].Default != ""})
		}
	}

	return fields
}

// value renders one field; nil for what is empty or, where the key has no default of its own, zero.
func (r renderer) value(at place, value reflect.Value) *yaml.Node {
	if value.IsZero() && r.keys[at.pattern].Default == "" {
		return nil
	}

	switch v := value.Interface().(type) {
	case []Vendor:
		node := &yaml.Node{Kind: yaml.MappingNode}
		for i := range v {
			add(node, string(v[i].Name), v[i].node(r))
		}

		return orNil(node)
	case []feed.Symbol:
		return orNil(r.symbols(at, v))
	case secret.Secret:
		return textNode(r.secrets(v))
	case time.Duration:
		return textNode(durationText(v))
	case int, int64:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: fmt.Sprint(v)}
	case Count:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(v.Int())}
	case Switch:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: string(v)}
	case float64:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!float", Value: strconv.FormatFloat(v, 'f', -1, 64)}
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(v)}
	}

	return r.kind(at, value)
}

// kind renders what is made of other values, or text.
func (r renderer) kind(at place, value reflect.Value) *yaml.Node {
	switch value.Kind() {
	case reflect.Struct:
		return orNil(r.structure(at, value))
	case reflect.Slice:
		return orNil(r.list(at, value))
	case reflect.Map:
		node := &yaml.Node{Kind: yaml.MappingNode}

		for _, name := range slices.Sorted(maps.Keys(namesOf(value))) {
			add(node, name, orEmpty(r.value(place{join(at.path, name), join(at.pattern, "*")}, value.MapIndex(reflect.ValueOf(name)))))
		}

		return orNil(node)
	default:
		return r.text(at, value.String())
	}
}

func (r renderer) list(at place, list reflect.Value) *yaml.Node {
	node := &yaml.Node{Kind: yaml.SequenceNode}

	for i := range list.Len() {
		node.Content = append(node.Content, orEmpty(r.value(at.item(i), list.Index(i))))
	}

	if len(node.Content) > 0 && node.Content[0].Kind == yaml.ScalarNode {
		node.Style = yaml.FlowStyle
	}

	return node
}

func (r renderer) text(at place, text string) *yaml.Node {
	if written, is := r.written[at.path]; is {
		text = written
	}

	if text == "" {
		return nil
	}

	if r.keys[at.pattern].Type == TypeURL {
		text = r.urls(text)
	}

	return textNode(text)
}

// symbols renders each instrument as shortly as it can be written.
func (r renderer) symbols(at place, symbols []feed.Symbol) *yaml.Node {
	node := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}

	for i := range symbols {
		name := string(symbols[i].Instrument)
		says := r.structure(place{join(at.path, name), at.pattern + ".*"}, reflect.ValueOf(symbols[i]))

		switch {
		case len(says.Content) == 0, len(says.Content) == 2 && symbols[i].VendorSymbol == name:
			node.Content = append(node.Content, textNode(name))

			continue
		case len(says.Content) == 2 && symbols[i].VendorSymbol != "":
			says = says.Content[1]
		default:
			says.Style = yaml.FlowStyle
		}

		pair := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
		add(pair, name, says)
		node.Content = append(node.Content, pair)
	}

	return node
}

func namesOf(value reflect.Value) map[string]bool {
	names := make(map[string]bool, value.Len())
	for _, name := range value.MapKeys() {
		names[name.String()] = true
	}

	return names
}

func add(mapping *yaml.Node, key string, value *yaml.Node) {
	mapping.Content = append(mapping.Content, textNode(key), value)
}

func textNode(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
}

func orNil(node *yaml.Node) *yaml.Node {
	if len(node.Content) == 0 {
		return nil
	}

	return node
}

func orEmpty(node *yaml.Node) *yaml.Node {
	if node == nil {
		return textNode("")
	}

	return node
}

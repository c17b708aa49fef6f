package config

import (
	"reflect"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/secret"
)

func (d *decoder) vendors(at place, node *yaml.Node, into *[]Vendor) {
	d.checkRound()

	entries, ok := d.mapping(at, node)
	if !ok {
		return
	}

	if len(entries) == 0 && len(node.Content) == 0 {
		d.mistakeAt(node, at.path, "has no vendor", "name at least one")
	}

	vendors := make([]Vendor, 0, len(entries))

	for _, e := range entries {
		d.show(e.key, false)

		child := at.entry(e.key.Value)
		if !isName(e.key.Value) {
			d.mistakeAt(e.key, child.path, quote(e.key.Value)+" cannot be a vendor's name", nameRule)
		}

		vendors = append(vendors, d.vendor(child, e))
	}

	*into = vendors
}

// vendor decodes and checks one vendor.
func (d *decoder) vendor(at place, e entry) Vendor {
	vendor := Vendor{Name: messages.Vendor(e.key.Value)}

	outer := d.written
	d.written, d.listed = nil, nil

	value, complete := d.begin(at, e.value, &vendor)
	d.value(at, value, reflect.ValueOf(&vendor).Elem())

	if complete && value.Kind == yaml.MappingNode {
		d.checkVendor(at, entry{key: e.key, value: value}, &vendor)
	}

	if len(d.written) > 0 {
		vendor.written = make(map[string]string, len(d.written))
	}

	for path, text := range d.written {
		vendor.written[strings.TrimPrefix(path, at.path+".")] = text
	}

	d.written = outer

	return vendor
}

// secret decodes text that is never shown. The whole of it may be in a file.
func (d *decoder) secret(at place, node *yaml.Node, into *secret.Secret) {
	text, ok := d.scalar(at, node)
	if !ok {
		return
	}

	if path, is := strings.CutPrefix(text, "file:"); is && strings.HasPrefix(node.Value, "file:") {
		if d.source(node) != d.main {
			d.mistakeAt(node, at.path, "is a file, which a definition may not name", "give it beside `use`")

			return
		}

		resolved, err := d.resolver.File(path)
		if err != nil {
			d.reference(at, node, err)

			return
		}

		if text, ok = d.resolved(at, node, resolved); !ok {
			return
		}

		if d.keys[at.pattern].Type == TypeSecretTemplate {
			text = literal(text)
		}
	}

	switch {
	case text == "":
		d.mistakeAt(node, at.path, "is empty", example(d.keys[at.pattern]))
	case strings.ContainsFunc(text, unicode.IsControl):
		d.mistakeAt(node, at.path, "holds a line break or another control character", "")
	default:
		*into = secret.New(text)
	}
}

package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/rollcall-go/rollcall/system/secret"
)

// The tags of YAML that matter here.
const (
	nullTag  = "!!null"
	mergeTag = "!!merge"
)

// scalar returns a scalar's text with its references replaced. It reports false after a mistake.
func (d *decoder) scalar(at place, node *yaml.Node) (string, bool) {
	if !d.plain(at, node) {
		return "", false
	}

	if node.Kind != yaml.ScalarNode {
		d.mistakeAt(node, at.path, "is "+kindOf(node)+", not "+d.keys[at.pattern].Type.noun(), example(d.keys[at.pattern]))

		return "", false
	}

	if t := d.keys[at.pattern].Type; t != TypeSecret {
		d.show(node, t == TypeURL)
	}

	return d.expand(at, node)
}

func (d *decoder) expand(at place, node *yaml.Node) (string, bool) {
	resolved, err := d.resolver.Expand(node.Value)
	if err != nil {
		d.reference(at, node, err)

		return "", false
	}

	return d.resolved(at, node, resolved)
}

// resolved takes note of what references brought in.
func (d *decoder) resolved(at place, node *yaml.Node, resolved secret.Resolved) (string, bool) {
	if resolved.References == 0 {
		return resolved.Text, true
	}

	d.expanded += len(resolved.Text)
	if d.expanded > maxExpanded {
		d.mistakeAt(node, at.path, "the references in the file bring in more than 16 MB", "")

		return "", false
	}

	for _, warning := range resolved.Warnings {
		if !d.warned[warning] {
			d.warned[warning] = true
			d.warnAt(node, at.path, warning, "chmod 600 it")
		}
	}

	return resolved.Text, true
}

func (d *decoder) reference(at place, node *yaml.Node, err error) {
	if refused, ok := errors.AsType[*secret.Error](err); ok {
		d.mistakeAt(node, at.path, refused.Problem, refused.Suggestion)

		return
	}

	d.mistakeAt(node, at.path, "a reference cannot be resolved", "")
}

// asWritten is the text in quotes for a message. Where references were replaced it is the text before that.
func asWritten(node *yaml.Node) string { return quote(node.Value) }

func (d *decoder) text(at place, node *yaml.Node, into reflect.Value) {
	text, ok := d.scalar(at, node)
	if !ok {
		return
	}

	key := d.keys[at.pattern]

	switch {
	case text == "" && (key.Required || key.Default != ""):
		d.mistakeAt(node, at.path, "is empty", example(key))
	case len(key.Words) > 0 && !slices.Contains(key.Words, text):
		d.mistakeAt(node, at.path, asWritten(node)+" is not allowed", suggest(nearest(node.Value, key.Words), key.Words))
	default:
		into.SetString(text)

		if text != node.Value {
			d.written[at.path] = node.Value
		}
	}
}

func (d *decoder) boolean(at place, node *yaml.Node, into *bool) {
	text, ok := d.scalar(at, node)

	switch {
	case !ok:
	case text != "true" && text != "false":
		d.mistakeAt(node, at.path, asWritten(node)+" is neither true nor false", "")
	default:
		*into = text == "true"
	}
}

func (d *decoder) integer(at place, node *yaml.Node, into *int64) {
	text, ok := d.scalar(at, node)
	if !ok {
		return
	}

	number, err := strconv.ParseInt(text, 10, 64)
	key := d.keys[at.pattern]

	switch {
	case errors.Is(err, strconv.ErrRange) || err == nil && (number < key.Min || number > key.Max):
		d.mistakeAt(node, at.path, asWritten(node)+fmt.Sprintf(" is not between %d and %d", key.Min, key.Max), "")
	case err != nil:
		d.mistakeAt(node, at.path, asWritten(node)+" is not a whole number", example(key))
	default:
		*into = number
	}
}

func (d *decoder) duration(at place, node *yaml.Node, into *time.Duration) {
	text, ok := d.scalar(at, node)
	if !ok {
		return
	}

	duration, err := time.ParseDuration(text)
	key := d.keys[at.pattern]
	least, most := durationText(time.Duration(key.Min)), durationText(time.Duration(key.Max))

	switch {
	case err != nil && isNumber(text):
		d.mistakeAt(node, at.path, asWritten(node)+" has no unit", "write "+unit(node, text))
	case err != nil && strings.HasPrefix(text, "-"), err == nil && duration < 0:
		d.mistakeAt(node, at.path, asWritten(node)+" is negative", "at least "+least+" is needed")
	case err != nil && isLong(text), err == nil && duration > time.Duration(key.Max):
		d.mistakeAt(node, at.path, asWritten(node)+" is too long", "at most "+most+" is allowed")
	case err != nil:
		d.mistakeAt(node, at.path, asWritten(node)+" is not a duration", "write it like 250ms, 5s or 1h30m")
	case duration < time.Duration(key.Min):
		d.mistakeAt(node, at.path, asWritten(node)+" is too short", "at least "+least+" is needed")
	default:
		*into = duration
	}
}

// unit shows a number with its most likely unit, but not a number that a reference brought in.
func unit(node *yaml.Node, text string) string {
	if node.Value != text {
		return "it with a unit, like 5s"
	}

	return shown(text) + "s for seconds"
}

func isNumber(text string) bool {
	return strings.ContainsAny(text, "0123456789") && strings.Trim(text, "0123456789.") == "" && strings.Count(text, ".") < 2
}

// isLong reports whether a text that time.ParseDuration refused has the form of a duration and so is only too large for it.
func isLong(text string) bool {
	number := strings.TrimRight(text, "nuµμmsh")
	number = strings.TrimPrefix(number, "+")

	return number != text && isNumber(number) && slices.Contains([]string{"ns", "us", "µs", "μs", "ms", "s", "m", "h"}, text[strings.LastIndexAny(text, "0123456789.")+1:])
}

// durationText is a duration as people write it: without units that are zero.
func durationText(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}

	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}

	return text
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

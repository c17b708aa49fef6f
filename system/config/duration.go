package config

import (
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

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

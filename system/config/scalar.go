package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// The tags of YAML that matter here.
const (
	nullTag  = "!!null"
	mergeTag = "!!merge"
)

// maxDecimal is how many characters a decimal may have.
const maxDecimal = 32

// scalar returns a scalar's text with its references replaced. It reports false after a mistake.
func (d *decoder) scalar(at place, node *yaml.Node) (string, bool) {
	if !d.plain(at, node) {
		return "", false
	}

	kind := d.keys[at.pattern].Type

	if node.Kind != yaml.ScalarNode {
		d.mistakeAt(node, at.path, "is "+kindOf(node)+", not "+kind.noun(), example(d.keys[at.pattern]))

		return "", false
	}

	switch {
	case !kind.isSecret():
		d.show(node, kind == TypeURL)
	case onlyPlaces(node.Value, false):
		d.show(node, false)
	}

	if kind == TypeExpression {
		return node.Value, true // its dollar signs are variables
	}

	return d.expand(at, node)
}

// asWritten is the text in quotes for a message. Where references were replaced it is the text before that.
func asWritten(node *yaml.Node) string { return quote(node.Value) }

func (d *decoder) text(at place, node *yaml.Node, into reflect.Value) {
	text, ok := d.scalar(at, node)
	if !ok {
		return
	}

	key := d.keys[at.pattern]
	length := int64(utf8.RuneCountInString(text))

	switch {
	case text == "" && (key.Required || key.Default != ""):
		d.mistakeAt(node, at.path, "is empty", example(key))
	case len(key.Words) > 0 && !slices.Contains(key.Words, text):
		d.mistakeAt(node, at.path, asWritten(node)+" is not allowed", suggest(nearest(node.Value, key.Words), key.Words))
	case key.Type == TypeDecimal:
		_, ok = d.decimalText(at, node, text)
	case key.Type == TypeInteger:
		_, ok = d.integerText(at, node, text)
	case key.Type == TypePercent:
		d.percentText(at, node, text)
	case key.Max > 0 && (length < key.Min || length > key.Max):
		d.mistakeAt(node, at.path, asWritten(node)+" is not one character", example(key))

		ok = false
	}

	if !ok || d.bad[at.path] {
		return
	}

	into.SetString(text)

	if text != node.Value {
		d.wrote(at.path, node.Value)
	}
}

// decimal decodes a number whose digits do not matter.
func (d *decoder) decimal(at place, node *yaml.Node, into *float64) {
	if text, ok := d.scalar(at, node); ok {
		if number, ok := d.decimalText(at, node, text); ok {
			*into = number
		}
	}
}

// decimalText checks plain digits with a point. A least of 0 is itself not allowed.
func (d *decoder) decimalText(at place, node *yaml.Node, text string) (float64, bool) {
	key := d.keys[at.pattern]
	number, err := strconv.ParseFloat(text, 64)

	switch {
	case err != nil, !isNumber(strings.TrimPrefix(text, "-")), strings.HasSuffix(text, "."), len(text) > maxDecimal:
		d.mistakeAt(node, at.path, asWritten(node)+" is not a decimal", example(key))
	case key.Min == 0 && number <= 0:
		d.mistakeAt(node, at.path, asWritten(node)+" is not above 0", example(key))
	case number < float64(key.Min) || number > float64(key.Max):
		d.mistakeAt(node, at.path, asWritten(node)+fmt.Sprintf(" is not between %d and %d", key.Min, key.Max), "")
	default:
		return number, true
	}

	return 0, false
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

// percentText checks plain digits with a percent sign behind them.
func (d *decoder) percentText(at place, node *yaml.Node, text string) {
	const places = 4

	key := d.keys[at.pattern]
	number, percent := strings.CutSuffix(text, "%")
	_, fraction, _ := strings.Cut(number, ".")

	switch {
	case !percent && isNumber(number):
		d.mistakeAt(node, at.path, asWritten(node)+" has no percent sign", example(key))
	case !isNumber(number), strings.HasSuffix(number, "."), strings.HasPrefix(number, "."), len(number) > maxDecimal:
		d.mistakeAt(node, at.path, asWritten(node)+" is not a percentage", example(key))
	case len(fraction) > places:
		d.mistakeAt(node, at.path, asWritten(node)+fmt.Sprintf(" has more than %d digits behind the point", places), "")
	case Percent(text).Millionths() > key.Max:
		d.mistakeAt(node, at.path, asWritten(node)+fmt.Sprintf(" is above %d%%", key.Max/onePercent), "")
	}
}

func (d *decoder) integer(at place, node *yaml.Node, into *int64) {
	if text, ok := d.scalar(at, node); ok {
		if number, ok := d.integerText(at, node, text); ok {
			*into = number
		}
	}
}

// integerText checks a whole number.
func (d *decoder) integerText(at place, node *yaml.Node, text string) (int64, bool) {
	number, err := strconv.ParseInt(text, 10, 64)
	key := d.keys[at.pattern]

	switch {
	case errors.Is(err, strconv.ErrRange) || err == nil && (number < key.Min || number > key.Max):
		d.mistakeAt(node, at.path, asWritten(node)+fmt.Sprintf(" is not between %d and %d", key.Min, key.Max), "")
	case err != nil:
		d.mistakeAt(node, at.path, asWritten(node)+" is not a whole number", example(key))
	default:
		return number, true
	}

	return 0, false
}

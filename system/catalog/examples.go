package catalog

import (
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/example"
)

// fileExample is the shape of one example in a file. What is checked item by item stays a node.
type fileExample struct {
	Name    string        `yaml:"name"`
	Symbols yaml.Node     `yaml:"symbols"`
	Answers yaml.Node     `yaml:"answers"`
	Script  yaml.Node     `yaml:"script"`
	Expect  yaml.Node     `yaml:"expect"`
	Outcome string        `yaml:"outcome"`
	Retry   time.Duration `yaml:"retry"`
}

type fileAnswer struct {
	For         string            `yaml:"for"`
	Conditional bool              `yaml:"conditional"`
	Status      int               `yaml:"status"`
	Headers     map[string]string `yaml:"headers"`
	Body        string            `yaml:"body"`
}

// examples reads all examples. Those that name no symbols ask for those of the first.
func (r *reader) examples(node *yaml.Node) []example.Example {
	var found []example.Example

	names := make(map[string]bool)

	for _, item := range r.list(node, "examples") {
		e := r.example(item)

		switch {
		case e.Name == "":
			r.problem(item, "the example has no name")
		case names[e.Name]:
			r.problem(item, "example %q comes twice", e.Name)
		}

		names[e.Name] = true

		if e.Symbols == "" && len(found) > 0 {
			e.Symbols, e.Instruments = found[0].Symbols, found[0].Instruments
		}

		found = append(found, e)
	}

	return found
}

// example reads one example.
func (r *reader) example(node *yaml.Node) example.Example {
	var raw fileExample

	if r.add(node, node.Load(&raw, yaml.WithKnownFields())) {
		return example.Example{Name: raw.Name}
	}

	e := example.Example{Name: raw.Name, Outcome: raw.Outcome, Retry: raw.Retry}
	e.Symbols, e.Instruments = r.symbols(&raw.Symbols)

	for _, item := range r.list(&raw.Answers, "answers") {
		e.Answers = append(e.Answers, r.answer(item))
	}

	for _, item := range r.list(&raw.Script, "script") {
		e.Script = append(e.Script, r.step(item))
	}

	for _, item := range r.list(&raw.Expect, "expect") {
		e.Expect = append(e.Expect, r.quote(item))
	}

	switch {
	case len(e.Answers)+len(e.Script) == 0:
		r.problem(node, "the example has neither answers nor a script")
	case len(e.Expect) == 0 && e.Outcome == "":
		r.problem(node, "the example says neither what to expect nor an outcome")
	case e.Outcome != "" && !messages.Outcome(e.Outcome).Valid():
		r.problem(node, "unknown outcome %q", e.Outcome)
	case e.Retry < 0:
		r.problem(node, "retry is negative")
	}

	return e
}

func (r *reader) answer(node *yaml.Node) example.Answer {
	var raw fileAnswer

	r.add(node, node.Load(&raw, yaml.WithKnownFields()))

	if raw.Status != 0 && (raw.Status < 200 || raw.Status > 599) {
		r.problem(node, "status %d is not between 200 and 599", raw.Status)
	}

	return example.Answer{For: raw.For, Conditional: raw.Conditional, Status: raw.Status, Headers: raw.Headers, Body: raw.Body}
}

// symbols returns the YAML of a list or mapping of symbols in one line, and the names of the instruments.
func (r *reader) symbols(node *yaml.Node) (text string, instruments []string) {
	if node.IsZero() {
		return "", nil
	}

	items := node.Content
	if node.Kind != yaml.MappingNode {
		items = r.list(node, "symbols")
	}

	for i, item := range items {
		switch {
		case node.Kind == yaml.MappingNode && i%2 == 1: // what an instrument is called
		case item.Kind == yaml.ScalarNode:
			instruments = append(instruments, item.Value)
		case item.Kind == yaml.MappingNode && len(item.Content) == 2:
			instruments = append(instruments, item.Content[0].Value)
		default:
			r.problem(item, "symbols: not an instrument, nor a mapping of one")
		}
	}

	flow(node)

	line, err := yaml.Dump(node, yaml.WithLineWidth(-1))
	r.add(node, err)

	return trimmed(line), instruments
}

// flow makes a node and all below it one line.
func flow(node *yaml.Node) {
	if node.Kind != yaml.ScalarNode {
		node.Style |= yaml.FlowStyle
	}

	node.HeadComment, node.LineComment, node.FootComment = "", "", ""

	for _, child := range node.Content {
		flow(child)
	}
}

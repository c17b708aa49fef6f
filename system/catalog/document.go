package catalog

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v4"
)

// MaxFile is the most bytes of a definition.
const MaxFile = 1 << 20

// document is what is read of a definition; the other keys are the configuration's.
type document struct {
	About    yaml.Node `yaml:"about"`
	Examples yaml.Node `yaml:"examples"`
	Class    string    `yaml:"class"`
	Symbols  yaml.Node `yaml:"symbols"`
	URL      string    `yaml:"url"`
	Stream   struct {
		URL string `yaml:"url"`
	} `yaml:"stream"`
}

// Parse reads a definition from an operator's own file. The error lists every mistake in about and examples as file:line:column: what is wrong;
// mistakes in the vendor's keys are found where the definition is used.
func Parse(data []byte, file string) (*Entry, error) {
	if len(data) > MaxFile {
		return nil, fmt.Errorf("%s: longer than %d bytes", file, MaxFile)
	}

	r := reader{file: file}

	var raw document

	r.add(nil, yaml.Load(data, &raw))

	entry := &Entry{
		Name: strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)), Class: raw.Class, Classes: classes(&raw.Symbols),
		Transports: transports(raw.URL, raw.Stream.URL), Text: data,
	}

	var whole yaml.Node
	if yaml.Load(data, &whole) == nil {
		entry.Secrets = secrets(&whole)
	}

	if !raw.About.IsZero() {
		r.add(&raw.About, raw.About.Load(&entry.About, yaml.WithKnownFields()))
	}

	entry.Examples = r.examples(&raw.Examples)

	if err := errors.Join(r.problems...); err != nil {
		return nil, err
	}

	return entry, nil
}

// reader collects the mistakes in a file.
type reader struct {
	file     string
	problems []error
}

// problem notes a mistake at a node.
func (r *reader) problem(node *yaml.Node, format string, arguments ...any) {
	where := fmt.Sprintf("%s:%d:%d: ", r.file, max(node.Line, 1), max(node.Column, 1))
	r.problems = append(r.problems, fmt.Errorf(where+format, arguments...))
}

// add notes the mistakes the YAML library found in the file, or in a node of it, and reports whether there were any.
func (r *reader) add(node *yaml.Node, err error) bool {
	if node == nil {
		node = &yaml.Node{}
	}

	if many, ok := errors.AsType[*yaml.LoadErrors](err); ok {
		for _, one := range many.Errors {
			r.problem(&yaml.Node{Line: one.Mark.Line, Column: one.Mark.Column}, "%s", one.Message)
		}
	} else if one, ok := errors.AsType[*yaml.LoadError](err); ok {
		r.problem(&yaml.Node{Line: one.Mark.Line, Column: one.Mark.Column}, "%s", one.Message)
	} else if err != nil {
		r.problem(node, "%w", err)
	}

	return err != nil
}

// classes are what the symbols say of their classes: a mapping from instruments, or a list with such mappings in it.
func classes(symbols *yaml.Node) map[string]string {
	found := make(map[string]string)

	items := symbols.Content
	if symbols.Kind == yaml.MappingNode {
		items = []*yaml.Node{symbols}
	}

	for _, item := range items {
		var says map[string]struct {
			Class string `yaml:"class"`
		}

		if item.Kind != yaml.MappingNode || item.Load(&says) != nil {
			continue // a name alone; mistakes are found where the definition is used
		}

		for instrument, symbol := range says {
			if symbol.Class != "" {
				found[instrument] = symbol.Class
			}
		}
	}

	return found
}

// list returns the items of a sequence; a node that is not there has none.
func (r *reader) list(node *yaml.Node, what string) []*yaml.Node {
	switch {
	case node.IsZero():
		return nil
	case node.Kind != yaml.SequenceNode:
		r.problem(node, "%s: not a list", what)

		return nil
	default:
		return node.Content
	}
}

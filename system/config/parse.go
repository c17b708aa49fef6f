package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// Limits of a file. 4 MB hold 10,000 vendors with 100,000 symbols. The YAML library takes
// quadratic time over a long line, and about 200 bytes for a value of one.
const (
	maxSize      = 4 << 20
	maxLine      = 16 << 10
	maxStructure = 1_000_000
	maxDepth     = 16
	// maxFileName is how many characters of the file's name are shown.
	maxFileName = 1024
)

// Load reads the configuration in a file. Env looks up environment variables, as os.LookupEnv does; nil means that none is set. Relative
// paths of secret files start at the file's directory. The error is an *Errors that lists every mistake.
func Load(path string, env func(string) (string, bool)) (*Config, error) {
	data, err := read(path)
	if err != nil {
		return nil, err
	}

	return Parse(data, path, env)
}

// Parse is Load for a file that has been read already; file is its name in messages.
func Parse(data []byte, file string, env func(string) (string, bool)) (*Config, error) {
	d := newDecoder(data, file, env)

	if !d.checkText(data) {
		return nil, d.failed()
	}

	root := d.root(d.parse(data), "every: 5s")
	if root == nil {
		return nil, d.failed()
	}

	config := &Config{}
	d.config(root, config)

	if len(d.mistakes) > 0 {
		return nil, d.failed()
	}

	nameBudgets(config.Vendors, nil)

	config.Warnings = d.finish(d.warnings)
	config.written = d.written

	return config, nil
}

// read refuses a large file before reading it, and reads one that has no size, such as a pipe, only up to the limit.
func read(path string) ([]byte, error) {
	refuse := func(line int, problem string, cause error) error {
		mistake := Mistake{File: shownUpTo(path, maxFileName), Line: line, Column: line, Problem: problem, caret: line}

		return &Errors{Mistakes: []Mistake{mistake}, cause: cause}
	}

	info, err := os.Stat(path)
	if err != nil {
		return nil, refuse(0, withoutPath(err), err)
	}

	switch {
	case info.IsDir():
		return nil, refuse(0, "is a directory, not a file", nil)
	case info.Size() > maxSize:
		return nil, refuse(1, tooLarge(info.Size()), nil)
	}

	file, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, refuse(0, withoutPath(err), err)
	}
	defer file.Close() //nolint:errcheck // nothing was written

	data, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	if err != nil {
		return nil, refuse(0, withoutPath(err), err)
	}

	return data, nil
}

// readRegular reads a definition's file. The problem says, without the path, why that cannot be done.
func readRegular(path string) (data []byte, problem string) {
	info, err := os.Stat(path)

	switch {
	case err != nil:
		return nil, "cannot be read: " + withoutPath(err)
	case !info.Mode().IsRegular():
		return nil, "is not a regular file"
	}

	data, err = read(path)
	if refused, ok := errors.AsType[*Errors](err); ok {
		return nil, "cannot be read: " + refused.Mistakes[0].Problem
	}

	return data, ""
}

func tooLarge(size int64) string {
	return fmt.Sprintf("the file has %d bytes; %d are allowed", size, maxSize)
}

func withoutPath(err error) string {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err.Error()
	}

	return err.Error()
}

// parse returns the one document's root, nil after a mistake or if there is none.
func (d *decoder) parse(data []byte) *yaml.Node {
	limits := loaderlimits.New(loaderlimits.DepthValue(maxDepth))

	loader, err := yaml.NewLoader(bytes.NewReader(data), yaml.WithPlugin(limits), yaml.WithUniqueKeys(false))
	if err != nil {
		d.notYAML(err)

		return nil
	}

	var document, second yaml.Node

	before := d.found()

	switch err := loader.Load(&document); {
	case errors.Is(err, io.EOF):
		d.mistakeAt(nil, "", "the file is empty", d.beginning())

		return nil
	case err != nil:
		d.notYAML(err)

		return nil
	}

	switch err := loader.Load(&second); {
	case err == nil:
		d.mistakeAt(&second, "", "a second document begins here", "keep one document in a file")
	case !errors.Is(err, io.EOF):
		d.notYAML(err)
	}

	if d.found() > before || len(document.Content) == 0 {
		return nil
	}

	return document.Content[0]
}

// beginning says where a file to begin with comes from.
func (d *decoder) beginning() string {
	if d.reading != d.main {
		return "`rollcall vendors show` prints one to begin with"
	}

	return "`rollcall init` writes one to begin with"
}

// root is a document's root if that is a mapping; the example is its first line.
func (d *decoder) root(node *yaml.Node, example string) *yaml.Node {
	switch {
	case node == nil:
	case node.Kind == yaml.ScalarNode && node.Tag == nullTag:
		d.mistakeAt(nil, "", "the file is empty", d.beginning())
	case node.Kind != yaml.MappingNode:
		d.mistakeAt(node, "", "the file is "+kindOf(node)+", not a mapping", "begin with `"+example+"`")
	default:
		return node
	}

	return nil
}

// notYAML records the YAML library's error. Only one of its messages quotes
// the file: a password that begins with * is an alias to YAML.
func (d *decoder) notYAML(err error) {
	d.reading.broken = true

	at := yaml.Node{Line: 1, Column: 1}
	problem := "cannot be read"

	if loadErr, ok := errors.AsType[*yaml.LoadError](err); ok {
		problem = loadErr.Message
		if strings.HasPrefix(problem, "unknown anchor") {
			problem = "a value that begins with * is an alias, and there is none of that name; put it in quotes"
		}

		if loadErr.ContextMsg != "" {
			problem = loadErr.ContextMsg + ": " + problem
		}

		at.Line, at.Column = max(1, loadErr.Mark.Line), max(1, loadErr.Mark.Column)
	}

	remedy := ""
	if lines := strings.Split(d.reading.data, "\n"); at.Line <= len(lines) && strings.HasPrefix(strings.TrimLeft(lines[at.Line-1], " "), "\t") {
		remedy = "indent with spaces instead of tabs"
	}

	d.mistakeAt(&at, "", "not YAML: "+problem, remedy)
}

package config

import (
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/secret"
)

// maxExpanded is how much text all references of one file may bring in.
const maxExpanded = 16 << 20

// decoder holds what is known while one file is decoded.
type decoder struct {
	data string
	file string
	keys map[string]Key // by path

	resolver secret.Resolver
	expanded int             // bytes that references brought in
	warned   map[string]bool // secret files that were warned about

	mistakes []Mistake
	more     int             // mistakes beyond maxMistakes
	bad      map[string]bool // paths with a mistake: no other check looks at their values
	warnings []Mistake
	broken   bool // the file is not YAML: nobody can say what is a value

	visible []visible         // scalars an excerpt may show
	written map[string]string // how texts with references were written, by path
	listed  []listed          // this vendor's symbols, as they stand in its definition

	top     *yaml.Node
	round   *Config // the settings that vendors are checked against
	classes map[messages.Instrument]classOf
}

// classOf is where an instrument was first listed.
type classOf struct {
	class  string
	shown  string // the class as it was written
	vendor messages.Vendor
}

// listed is where a symbol stands in the file.
type listed struct {
	node *yaml.Node
	path string
}

// place is where a value belongs: its path for people, and its path in the Reference.
type place struct{ path, pattern string }

func (p place) key(name string) place {
	return place{join(p.path, shown(name)), join(p.pattern, name)}
}

// entry is a key that the user chooses.
func (p place) entry(name string) place {
	return place{join(p.path, shown(name)), join(p.pattern, "*")}
}

func join(path, name string) string {
	if path == "" {
		return name
	}

	return path + "." + name
}

func newDecoder(data []byte, file string, env func(string) (string, bool)) *decoder {
	d := &decoder{
		data:     string(data),
		file:     shownUpTo(file, maxFileName),
		keys:     make(map[string]Key),
		resolver: secret.Resolver{Env: env, Dir: filepath.Dir(file)},
		warned:   make(map[string]bool),
		bad:      make(map[string]bool),
		written:  make(map[string]string),
		classes:  make(map[messages.Instrument]classOf),
	}

	for _, key := range Reference() {
		d.keys[key.Path] = key
	}

	return d
}

// mistakeAt records a mistake at a node; no node means the beginning of the file.
func (d *decoder) mistakeAt(node *yaml.Node, path, problem, suggestion string) {
	d.bad[path] = true

	if len(d.mistakes) == maxMistakes {
		d.more++

		return
	}

	d.mistakes = append(d.mistakes, d.at(node, path, problem, suggestion))
}

func (d *decoder) warnAt(node *yaml.Node, path, problem, suggestion string) {
	if len(d.warnings) < maxMistakes {
		d.warnings = append(d.warnings, d.at(node, path, problem, suggestion))
	}
}

func (d *decoder) at(node *yaml.Node, path, problem, suggestion string) Mistake {
	mistake := Mistake{File: d.file, Line: 1, Column: 1, Path: path, Problem: problem, Suggestion: suggestion}
	if node != nil {
		mistake.Line, mistake.Column = max(1, node.Line), max(1, node.Column)
	}

	return mistake
}

// full reports whether one more mistake would only be counted, so that nobody need make a suggestion for it.
func (d *decoder) full() bool { return len(d.mistakes) == maxMistakes }

// show lets excerpts show a scalar.
func (d *decoder) show(node *yaml.Node, url bool) {
	d.visible = append(d.visible, visible{node: node, url: url})
}

func (d *decoder) failed() *Errors {
	return &Errors{Mistakes: d.finish(d.mistakes), More: d.more}
}

// finish sorts mistakes and gives each its masked line.
func (d *decoder) finish(mistakes []Mistake) []Mistake {
	if len(mistakes) == 0 {
		return nil
	}

	sortByPosition(mistakes)

	excerpts := d.excerpts(mistakes)
	for i := range mistakes {
		mistake := &mistakes[i]
		mistake.line, mistake.caret = window(excerpts[mistake.Line].masked, mistake.Column)
	}

	return mistakes
}

// excerpts masks each line that has a mistake, once.
func (d *decoder) excerpts(mistakes []Mistake) map[int]excerpt {
	excerpts := make(map[int]excerpt, len(mistakes))

	text := lines(strings.TrimPrefix(strings.ToValidUTF8(d.data[:min(len(d.data), maxSize)], "·"), "\uFEFF"))

	for i := range mistakes {
		line := mistakes[i].Line
		if _, done := excerpts[line]; !done && line <= len(text) {
			excerpts[line] = mask(text[line-1])
		}
	}

	if d.broken {
		words := d.words()
		for _, excerpt := range excerpts {
			excerpt.revealWords(words)
		}
	}

	for _, scalar := range d.visible {
		if excerpt, needed := excerpts[scalar.node.Line]; needed {
			excerpt.reveal(scalar)
		}
	}

	return excerpts
}

// words are the last parts of all keys' paths.
func (d *decoder) words() map[string]bool {
	words := make(map[string]bool, len(d.keys))
	for path := range d.keys {
		words[path[strings.LastIndexByte(path, '.')+1:]] = true
	}

	return words
}

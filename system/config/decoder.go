package config

import (
	"cmp"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/secret"
)

// maxExpanded is how much text all references of one file may bring in.
const maxExpanded = 16 << 20

// decoder holds what is known while one configuration is decoded.
type decoder struct {
	main    *source                // the configuration itself
	reading *source                // the file that nodes belong to which stand in none: the main one, but while a definition is parsed
	origins map[*yaml.Node]*source // the nodes of definitions

	keys   map[string]Key  // by path
	filled map[string]bool // paths of keys that have a default, or such keys below them

	resolver secret.Resolver
	expanded int             // bytes that references brought in
	warned   map[string]bool // secret files that were warned about

	mistakes []Mistake
	more     int             // mistakes beyond maxMistakes
	bad      map[string]bool // paths with a mistake: no other check looks at their values
	warnings []Mistake

	written map[string]string // how texts with references were written, by path
	listed  []listed          // this vendor's symbols, as they stand in its definition

	definitions map[string]*definition // what `use` names, by that; nil where it cannot be used
	use         *definition            // what this vendor uses; nil for nothing

	top     *yaml.Node
	round   *Config // the settings that vendors are checked against
	classes map[messages.Instrument]classOf
	keyed   []keyed // the budgets that are named
}

// classOf is where an instrument was first listed.
type classOf struct {
	class  string
	shown  string // the class as it was written
	vendor messages.Vendor
}

// listed is where a symbol stands: its name, and what is said about it, the more important first.
type listed struct {
	node   *yaml.Node
	values []*yaml.Node
	path   string
}

// keyed is where a budget is named.
type keyed struct {
	key, path string
	node      *yaml.Node
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

// item is one value of a list.
func (p place) item(index int) place {
	return place{p.path + "[" + strconv.Itoa(index) + "]", p.pattern + "[]"}
}

func join(path, name string) string {
	if path == "" {
		return name
	}

	return path + "." + name
}

func newDecoder(data []byte, file string, env func(string) (string, bool)) *decoder {
	main := &source{name: shownUpTo(file, maxFileName), data: string(data)}
	d := &decoder{
		main:        main,
		reading:     main,
		origins:     make(map[*yaml.Node]*source),
		keys:        make(map[string]Key),
		filled:      make(map[string]bool),
		resolver:    secret.Resolver{Env: env, Dir: filepath.Dir(file)},
		warned:      make(map[string]bool),
		bad:         make(map[string]bool),
		definitions: make(map[string]*definition),
		classes:     make(map[messages.Instrument]classOf),
	}

	for _, key := range Reference() {
		d.keys[key.Path] = key
	}

	for path, key := range d.keys {
		for key.Default != "" && path != "" && !strings.HasSuffix(path, "*") && !strings.HasSuffix(path, "[]") {
			d.filled[path] = true
			path = path[:max(0, strings.LastIndexByte(path, '.'))]
		}
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
	mistake := Mistake{Line: 1, Column: 1, Path: path, Problem: problem, Suggestion: suggestion, source: d.source(node)}
	mistake.File = mistake.source.name

	if node != nil {
		mistake.Line, mistake.Column = max(1, node.Line), max(1, node.Column)
	}

	return mistake
}

// full reports whether one more mistake would only be counted, so that nobody need make a suggestion for it.
func (d *decoder) full() bool { return len(d.mistakes) == maxMistakes }

// found counts the mistakes so far.
func (d *decoder) found() int { return len(d.mistakes) + d.more }

// wrote takes note of how a text with references was written.
func (d *decoder) wrote(path, text string) {
	if d.written == nil {
		d.written = make(map[string]string)
	}

	d.written[path] = text
}

func (d *decoder) failed() *Errors {
	return &Errors{Mistakes: d.finish(d.mistakes), More: d.more}
}

// finish sorts mistakes and gives each its masked line.
func (d *decoder) finish(mistakes []Mistake) []Mistake {
	if len(mistakes) == 0 {
		return nil
	}

	d.sort(mistakes)

	words := d.words()
	excerpts := make(map[*source]map[int]excerpt)

	for i := range mistakes {
		if origin := mistakes[i].source; excerpts[origin] == nil {
			excerpts[origin] = origin.excerpts(mistakes, words)
		}
	}

	for i := range mistakes {
		mistake := &mistakes[i]
		mistake.line, mistake.caret = window(excerpts[mistake.source][mistake.Line].masked, mistake.Column)
		mistake.source = nil // it holds the whole file
	}

	return mistakes
}

// sort puts the mistakes of the configuration first, then those of definitions by their names, each by position.
func (d *decoder) sort(mistakes []Mistake) {
	rank := func(m *Mistake) string {
		if m.source == d.main {
			return ""
		}

		return m.File
	}

	slices.SortStableFunc(mistakes, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(rank(&a), rank(&b)), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// words are the last parts of all keys' paths.
func (d *decoder) words() map[string]bool {
	words := make(map[string]bool, len(d.keys))
	for path := range d.keys {
		words[path[strings.LastIndexByte(path, '.')+1:]] = true
	}

	return words
}

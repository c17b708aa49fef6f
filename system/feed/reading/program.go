package reading

import (
	"slices"

	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// A slot is a value of a row that is looked for: those of Fields, in the order of its values, and the key before them.
type slot uint8

const (
	slotKey slot = iota
	slotPrice
	slotBid
	slotAsk
	slotMid
	slotPer
	slotSize
	slotVolume
	slotCurrency
	slotUnit
	slotSequence
	slotTime
	slotError // the error text of a whole answer; not part of a row
)

// node is a place in an answer that some path leads to or through. An answer is read once, from front to back, with a node in hand wherever
// something is still looked for and nil where nothing is.
type node struct {
	keys    []keyEdge
	indexes []indexEdge
	symbol  *node  // behind a key that is an asked vendor symbol
	slots   uint16 // bit set of the slots whose paths end here
	rows    bool   // the rows are here
}

type keyEdge struct {
	key  string
	node *node
}

type indexEdge struct {
	index int
	node  *node
}

// layout is how rows and symbols belong together.
type layout uint8

const (
	layoutKeyed  layout = iota // each row says in its key, or by the key it stands behind, whose it is
	layoutOwned                // the request or the path to the row says whose it is
	layoutShared               // there is one row for all, and {symbol} stands in its paths
)

// program is the paths of a Parse made ready to run.
type program struct {
	*paths // for documents that have been read into a tree

	root   *node
	place  *node // where the rows are
	layout layout
}

// paths are the paths of a Parse, read.
type paths struct {
	rows, failure path
	key           path        // in a row; empty where rows do not contain their key
	values        []valuePath // in a row: those that are given
	tuple         bool        // the row itself is an array
	row           *node       // where the paths of a row start
}

// valuePath is a path in a row, and what it leads to.
type valuePath struct {
	slot slot
	path path
}

// readPaths reads the paths of a Parse.
func readPaths(parse *spec.Parse) (p *paths, problems []spec.FieldError) {
	p = new(paths)
	read := func(field, text string) path {
		steps, problem := parsePath(text)
		if problem != "" {
			problems = append(problems, spec.FieldError{Field: "parse." + field, Problem: problem, Suggestion: `such as result.price, rates.{symbol} or data[0]["last price"]`})
		}

		return steps
	}

	p.rows, p.failure = read("rows", parse.Rows), read("error", parse.Error)

	for name, field := range pathFields(parse) {
		switch steps := read(field.name, field.path); {
		case slot(name) == slotKey:
			p.key = steps
		case len(steps) > 0:
			p.values = append(p.values, valuePath{slot(name), steps})
		}
	}

	if problems = append(problems, checkPaths(parse, p)...); len(problems) == 0 {
		p.link()
	}

	return p, problems
}

// pathField is a path inside a row.
type pathField struct{ name, path string }

// pathFields returns the paths inside a row, by slot.
func pathFields(parse *spec.Parse) [slotError]pathField {
	return [...]pathField{
		slotKey:   {"key", parse.Key},
		slotPrice: {"price", parse.Price}, slotBid: {"bid", parse.Bid}, slotAsk: {"ask", parse.Ask}, slotMid: {"mid", parse.Mid},
		slotPer: {"per", parse.Per}, slotSize: {"size", parse.Size}, slotVolume: {"volume", parse.Volume},
		slotCurrency: {"currency", parse.Currency}, slotUnit: {"unit", parse.Unit}, slotSequence: {"sequence", parse.Sequence}, slotTime: {"time", parse.Time},
	}
}

// link joins the paths of a row into a tree.
func (p *paths) link() {
	p.row = new(node)
	p.below(p.row)

	p.tuple = p.hasKey() && p.key[0].kind == stepIndex
	for _, v := range p.values {
		p.tuple = p.tuple || v.path[0].kind == stepIndex
	}

	p.values = slices.Clip(p.values)
}

func (p *paths) hasKey() bool { return len(p.key) > 0 }

// below hangs the paths of a row below a node.
func (p *paths) below(at *node) {
	if p.hasKey() {
		at.descend(p.key).mark(slotKey)
	}

	for _, v := range p.values {
		at.descend(v.path).mark(v.slot)
	}
}

// checkPaths finds combinations of paths that cannot mean anything.
func checkPaths(parse *spec.Parse, p *paths) []spec.FieldError {
	var problems []spec.FieldError

	if parse.Price == "" && parse.Mid == "" && (parse.Bid == "" || parse.Ask == "") {
		problems = append(problems, spec.FieldError{Field: "parse.price", Problem: "is missing", Suggestion: "give the path of the price, those of both bid and ask, or parse.jq"})
	}

	if p.failure.hasSymbol() {
		problems = append(problems, spec.FieldError{Field: "parse.error", Problem: "contains " + placeSymbol, Suggestion: "it is the error of the whole answer"})
	}

	if p.key.hasSymbol() {
		problems = append(problems, spec.FieldError{Field: "parse.key", Problem: "contains " + placeSymbol, Suggestion: "it is the path of the symbol itself"})
	}

	switch shared := p.isShared(); {
	case shared && p.rows.hasSymbol():
		problems = append(problems, spec.FieldError{Field: "parse.rows", Problem: "contains " + placeSymbol + " as well as a path of the row", Suggestion: "keep one of them"})
	case shared && parse.Key != "":
		problems = append(problems, spec.FieldError{Field: "parse.key", Problem: "is not needed where a path contains " + placeSymbol, Suggestion: "leave it out"})
	}

	return problems
}

func (p *paths) isShared() bool {
	return slices.ContainsFunc(p.values, func(v valuePath) bool { return v.path.hasSymbol() })
}

// newProgram makes paths ready. Single says that an answer is about one instrument. Rows that are objects or tuples of their own are read where
// they stand, so their paths hang below the rows' node; rows inside an array or behind keys are read from the row's node.
func newProgram(p *paths, single bool) *program {
	made := &program{paths: p, root: new(node)}

	if len(p.failure) > 0 {
		made.root.descend(p.failure).mark(slotError)
	}

	made.place = made.root.descend(p.rows)
	made.place.rows = true

	switch {
	case p.isShared():
		made.layout = layoutShared
	case single || p.rows.hasSymbol():
		made.layout = layoutOwned
	default:
		return made
	}

	if made.place.isLeaf() {
		made.place.keys, made.place.indexes, made.place.symbol = p.row.keys, p.row.indexes, p.row.symbol

		return made
	}

	p.below(made.place) // the error path goes through the rows

	return made
}

func (n *node) mark(name slot) { n.slots |= 1 << name }

// descend returns the node that a path leads to, making nodes on the way.
func (n *node) descend(p path) *node {
	for _, s := range p {
		n = n.child(s)
	}

	return n
}

func (n *node) child(s step) *node {
	switch s.kind {
	case stepSymbol:
		if n.symbol == nil {
			n.symbol = new(node)
		}

		return n.symbol
	case stepIndex:
		if next := n.element(s.index); next != nil {
			return next
		}

		n.indexes = append(n.indexes, indexEdge{s.index, new(node)})

		return n.indexes[len(n.indexes)-1].node
	default:
		if i := slices.IndexFunc(n.keys, func(e keyEdge) bool { return e.key == s.key }); i >= 0 {
			return n.keys[i].node
		}

		n.keys = append(n.keys, keyEdge{s.key, new(node)})

		return n.keys[len(n.keys)-1].node
	}
}

func (n *node) isLeaf() bool { return len(n.keys) == 0 && len(n.indexes) == 0 && n.symbol == nil }

// member returns the node behind a key; nil if no path goes there.
func (n *node) member(key []byte) *node {
	if n == nil {
		return nil
	}

	for i := range n.keys {
		if n.keys[i].key == string(key) {
			return n.keys[i].node
		}
	}

	return nil
}

// element returns the node of an array's element; nil if no path goes there.
func (n *node) element(index int) *node {
	if n == nil {
		return nil
	}

	for i := range n.indexes {
		if n.indexes[i].index == index {
			return n.indexes[i].node
		}
	}

	return nil
}

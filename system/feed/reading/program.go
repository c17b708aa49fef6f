package reading

import (
	"slices"
	"strings"

	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// A slot is a value of a row that is looked for.
type slot uint8

const (
	slotKey slot = iota
	slotPrice
	slotBid
	slotAsk
	slotTime
	slotError // the error text of a whole answer; not part of a row
	slotCount
)

// node is a place in an answer that some path leads to or through. An answer is read once, from front to back, with a node in hand wherever
// something is still looked for and nil where nothing is.
type node struct {
	keys    []keyEdge
	indexes []indexEdge
	symbol  *node // behind a key that is an asked vendor symbol
	slots   uint8 // bit set of the slots whose paths end here
	rows    bool  // the rows are here
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

// program is a Parse made ready to run.
type program struct {
	root    *node
	row     *node // where the paths of a row start, for rows in an array or behind keys
	layout  layout
	key     bool // rows contain their vendor symbol
	price   bool // false: the price is the middle of bid and ask
	bid     bool
	ask     bool
	tuple   bool // the row itself is an array
	stamped bool // rows have a time stamp
	clock   clock
}

// compile checks a Parse and makes it ready. Single says that each request asks for one symbol.
func compile(parse spec.Parse, single bool) (*program, []spec.FieldError) {
	var problems []spec.FieldError

	read := func(field, text string) path {
		p, problem := parsePath(text)
		if problem != "" {
			problems = append(problems, spec.FieldError{Field: "parse." + field, Problem: problem, Suggestion: `such as result.price, rates.{symbol} or data[0]["last price"]`})
		}

		return p
	}

	rows, failure := read("rows", parse.Rows), read("error", parse.Error)
	row := map[slot]path{
		slotKey: read("key", parse.Key), slotPrice: read("price", parse.Price), slotBid: read("bid", parse.Bid),
		slotAsk: read("ask", parse.Ask), slotTime: read("time", parse.Time),
	}

	clock, known := parseClock(parse.TimeFormat)
	if !known {
		problems = append(problems, spec.FieldError{Field: "parse.time_format", Problem: "is no known format", Suggestion: "one of " + strings.Join(clockNames(), ", ")})
	}

	problems = append(problems, checkPaths(parse, rows, failure, row)...)
	if len(problems) > 0 {
		return nil, problems
	}

	p := &program{
		root: new(node), row: new(node), clock: clock,
		key: parse.Key != "", price: parse.Price != "", bid: parse.Bid != "", ask: parse.Ask != "", stamped: parse.Time != "",
	}
	p.link(single, rows, failure, row)

	return p, nil
}

// checkPaths finds combinations of paths that cannot mean anything.
func checkPaths(parse spec.Parse, rows, failure path, row map[slot]path) []spec.FieldError {
	var problems []spec.FieldError

	if parse.Price == "" && (parse.Bid == "" || parse.Ask == "") {
		problems = append(problems, spec.FieldError{Field: "parse.price", Problem: "is missing", Suggestion: "give the path of the price, or those of both bid and ask"})
	}

	if failure.hasSymbol() {
		problems = append(problems, spec.FieldError{Field: "parse.error", Problem: "contains " + placeSymbol, Suggestion: "it is the error of the whole answer"})
	}

	if row[slotKey].hasSymbol() {
		problems = append(problems, spec.FieldError{Field: "parse.key", Problem: "contains " + placeSymbol, Suggestion: "it is the path of the symbol itself"})
	}

	switch shared := isShared(row); {
	case shared && rows.hasSymbol():
		problems = append(problems, spec.FieldError{Field: "parse.rows", Problem: "contains " + placeSymbol + " as well as a path of the row", Suggestion: "keep one of them"})
	case shared && parse.Key != "":
		problems = append(problems, spec.FieldError{Field: "parse.key", Problem: "is not needed where a path contains " + placeSymbol, Suggestion: "leave it out"})
	}

	if parse.TimeFormat != "" && parse.Time == "" {
		problems = append(problems, spec.FieldError{Field: "parse.time_format", Problem: "is given without parse.time", Suggestion: "give the path of the time stamp"})
	}

	return problems
}

func isShared(row map[slot]path) bool {
	return row[slotPrice].hasSymbol() || row[slotBid].hasSymbol() || row[slotAsk].hasSymbol() || row[slotTime].hasSymbol()
}

// link joins the paths into a tree. Rows that are objects or tuples of their own are read where they stand, so their paths hang below the
// rows' node; rows inside an array or behind keys are read from the row's node.
func (p *program) link(single bool, rows, failure path, row map[slot]path) {
	if len(failure) > 0 {
		p.root.descend(failure).mark(slotError)
	}

	at := p.root.descend(rows)
	at.rows = true

	switch {
	case isShared(row):
		p.layout = layoutShared
	case single || rows.hasSymbol():
		p.layout = layoutOwned
	}

	for name := range slotError {
		steps := row[name]
		if len(steps) == 0 {
			continue
		}

		p.tuple = p.tuple || steps[0].kind == stepIndex
		p.row.descend(steps).mark(name)

		if p.layout != layoutKeyed {
			at.descend(steps).mark(name)
		}
	}
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

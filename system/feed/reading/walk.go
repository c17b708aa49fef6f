package reading

import (
	"encoding/json"
	"errors"
	"slices"
)

// Refusals of answers whose rows are not where they should be.
var (
	errNoRows  = errors.New("the answer has nothing where its rows should be")
	errScalar  = errors.New("the answer has a single value where its rows should be")
	errKeyless = errors.New("the answer has its rows in an array, and parse.key does not say which symbol each belongs to")
)

// in returns what the path leads to in a tree, with a key in place of {symbol}.
func (p path) in(value any, key string) (found any, present bool) {
	for i := range p {
		step := &p[i]

		if step.kind == stepIndex {
			array, ok := value.([]any)
			if !ok || step.index >= len(array) {
				return nil, false
			}

			value = array[step.index]

			continue
		}

		object, ok := value.(map[string]any)
		if !ok {
			return nil, false
		}

		name := step.key
		if step.kind == stepSymbol {
			name = key
		}

		if value, present = object[name]; !present {
			return nil, false
		}
	}

	return value, true
}

// isContainer reports whether a value can be a row.
func isContainer(value any) bool {
	switch value.(type) {
	case map[string]any, []any:
		return true
	default:
		return false
	}
}

// walker finds the rows of a tree by paths.
type walker struct {
	program *program
	keys    []string // of the instruments that {symbol} stands for
	rows    []Row
	placed  bool  // the rows' place exists and holds rows
	refusal error // why it does not
}

// walk returns the rows of a document. The keys are those of the instruments asked for. Tables and lists of rows that are not asked for may
// be among them; rows without a key belong to the one instrument asked for.
func (p *program) walk(document any, keys []string) ([]Row, error) {
	w := &walker{program: p, keys: keys}

	switch {
	case p.layout == layoutShared:
		w.shared(document)
	case p.rows.hasSymbol():
		for _, key := range keys {
			if place, present := p.rows.in(document, key); present {
				w.owned(place, key)
			}
		}
	case p.layout == layoutOwned:
		if place, present := p.rows.in(document, ""); present {
			w.owned(place, "")
		}
	default:
		if place, present := p.rows.in(document, ""); present {
			w.keyed(place)
		}
	}

	switch {
	case w.placed:
		return w.rows, nil
	case w.refusal != nil:
		return nil, w.refusal
	default:
		return nil, errNoRows
	}
}

// shared reads the one row for all.
func (w *walker) shared(document any) {
	place, present := w.program.rows.in(document, "")
	if !present {
		return
	}

	if w.placed = isContainer(place); !w.placed {
		w.refusal = errScalar

		return
	}

	for _, key := range w.keys {
		if w.mentions(place, key) {
			w.take(place, key, key)
		}
	}
}

// mentions reports whether the key stands anywhere where a path has {symbol}.
func (w *walker) mentions(place any, key string) bool {
	for _, v := range w.program.values {
		at := slices.IndexFunc(v.path, func(s step) bool { return s.kind == stepSymbol })

		if at < 0 {
			continue
		}

		if _, present := v.path[:at+1].in(place, key); present {
			return true
		}
	}

	return false
}

// owned reads the row, or the rows, of one instrument; key is empty for the one asked for.
func (w *walker) owned(place any, key string) {
	if !isContainer(place) {
		w.refusal = errScalar

		return
	}

	w.placed = true

	if rows, isArray := place.([]any); isArray && !w.program.tuple {
		for _, row := range rows {
			w.one(row, key)
		}

		return
	}

	w.one(place, key)
}

// keyed reads rows that say whose they are.
func (w *walker) keyed(place any) {
	switch place := place.(type) {
	case map[string]any:
		w.placed = true

		for name, row := range place {
			field := w.program.row.member([]byte(name))

			switch {
			case w.program.place.member([]byte(name)) != nil: // the error path goes through it
			case w.program.hasKey() && field != nil && field.isLeaf() != isContainer(row): // of a row that the object is itself
			case w.program.hasKey():
				w.one(row, "")
			default:
				w.one(row, name)
			}
		}

		if w.program.hasKey() {
			w.one(place, "") // vendors drop the array around a single row
		}
	case []any:
		if !w.program.hasKey() && len(w.keys) != 1 {
			w.refusal = errKeyless

			return
		}

		w.placed = true

		for _, row := range place {
			w.one(row, "")
		}
	default:
		w.refusal = errScalar
	}
}

// one takes a row whose key it may say itself. Owner is the key it is known to have; empty if it is not known.
func (w *walker) one(row any, owner string) {
	if !w.program.hasKey() {
		w.take(row, owner, owner)

		return
	}

	value, _ := w.program.key.in(row, "")

	key := keyText(value)
	if key != "" && (owner == "" || owner == key) {
		w.take(row, key, key)
	}
}

func (w *walker) take(row any, key, symbol string) {
	taken := Row{Key: key}
	values := valuesOf(&taken.Fields)

	for _, v := range w.program.values {
		if value, present := v.path.in(row, symbol); present {
			*values[v.slot-slotPrice] = valueOf(value)
		}
	}

	w.rows = append(w.rows, taken)
}

// keyText returns the text of a key, which may be a number; empty if it is none.
func keyText(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		return string(value)
	default:
		return valueOf(value).text
	}
}

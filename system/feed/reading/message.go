package reading

// message returns the rows of a stream's message, where nothing says how many instruments it is about, and where most places are missing in most
// messages.
func (p *program) message(document any, keys []string) []Row {
	place, present := p.rows.in(document, "")
	if !p.rows.hasSymbol() && p.layout == layoutKeyed && present && p.isRow(place, keys) {
		w := &walker{program: p}
		w.one(place, "")

		return w.rows
	}

	rows, err := p.walk(document, keys)
	if err != nil {
		return nil // another kind of message
	}

	return rows
}

// isRow reports whether the place where rows are is one row itself: its key stands in it, or there is one instrument, and no row behind its key.
func (p *program) isRow(place any, keys []string) bool {
	if p.hasKey() {
		value, present := p.key.in(place, "")

		return present && !isContainer(value)
	}

	object, isObject := place.(map[string]any)
	if !isObject {
		return p.tuple && len(keys) == 1
	}

	return len(keys) == 1 && !isContainer(object[keys[0]])
}

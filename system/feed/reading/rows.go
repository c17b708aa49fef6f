package reading

import "github.com/go-json-experiment/json/jsontext"

// place reads the value where the rows are.
func (d *decoder) place(n *node, kind jsontext.Kind, owner int) error {
	if kind != '{' && kind != '[' {
		d.refusal = errScalar.Error()

		return d.plain(kind, nil, nil, owner)
	}

	switch d.program.layout {
	case layoutShared:
		d.rows = true

		return d.plain(kind, n, &d.common, owner)
	case layoutOwned:
		d.rows = true

		if kind == '[' && !d.program.tuple {
			return d.list(owner)
		}

		d.row = cell{}

		if err := d.plain(kind, n, &d.row, owner); err != nil {
			return err
		}

		d.commit(owner)

		return nil
	default:
		return d.keyed(n, kind, owner)
	}
}

// keyed reads rows that say whose they are.
func (d *decoder) keyed(n *node, kind jsontext.Kind, owner int) error {
	if kind == '{' {
		d.rows = true

		return d.table(n)
	}

	if !d.program.hasKey() && owner < 0 {
		d.refusal = errKeyless.Error()

		return d.plain(kind, nil, nil, owner)
	}

	d.rows = true

	return d.list(owner)
}

// list reads an array of rows.
func (d *decoder) list(owner int) error {
	if _, err := d.json.ReadToken(); err != nil {
		return err
	}

	if d.json.StackDepth() > maxDepth {
		return errDepth
	}

	for d.json.PeekKind() != ']' {
		if err := d.one(owner); err != nil {
			return err
		}
	}

	_, err := d.json.ReadToken()

	return err
}

// table reads an object with one row per member, or one that is a row itself: vendors drop the array around a single row. Members that the error
// path goes through are no rows.
func (d *decoder) table(n *node) error {
	if _, err := d.json.ReadToken(); err != nil {
		return err
	}

	if d.json.StackDepth() > maxDepth {
		return errDepth
	}

	d.objects++

	var own cell

	for object := d.objects; d.json.PeekKind() != '}'; {
		key, err := d.name(object)
		if err != nil {
			return err
		}

		field := d.field(key)
		owner, asked := d.targets.cell(key)

		switch next := n.member(key); {
		case next != nil:
			err = d.value(next, &d.common, -1)
		case field != nil:
			err = d.value(field, &own, -1)
		case d.program.hasKey():
			err = d.one(-1)
		case asked:
			err = d.one(owner)
		default:
			err = d.value(nil, nil, -1)
		}

		if err != nil {
			return err
		}
	}

	if own.slots[slotKey].kind != 0 {
		d.row = own
		d.commit(-1)
	}

	_, err := d.json.ReadToken()

	return err
}

// field returns where a member leads to if the object is a row itself that says its key; nil where the member can only be a row.
func (d *decoder) field(name []byte) *node {
	if !d.program.hasKey() {
		return nil
	}

	kind := d.json.PeekKind()
	field := d.program.row.member(name)

	if field != nil && field.isLeaf() == (kind == '{' || kind == '[') {
		return nil
	}

	return field
}

// one reads one row from its start.
func (d *decoder) one(owner int) error {
	d.row = cell{}

	if err := d.value(d.program.row, &d.row, owner); err != nil {
		return err
	}

	d.commit(owner)

	return nil
}

// commit files the row that has been read under its symbol. Rows of symbols that were not asked for are dropped.
func (d *decoder) commit(owner int) {
	if d.program.hasKey() {
		asked, known := d.targets.cell(d.key(d.row.slots[slotKey]))
		if !known || (owner >= 0 && owner != asked) {
			return
		}

		owner = asked
	}

	if owner < 0 {
		return
	}

	twice := d.cells[owner].found
	d.row.found, d.row.twice = true, twice
	d.cells[owner] = d.row
}

// key returns the text of a row's symbol, nil if there is none.
func (d *decoder) key(found span) []byte {
	raw := d.body[found.start:found.end]

	switch found.kind {
	case '"':
		return d.unquote(raw)
	case '0':
		return raw
	default:
		return nil
	}
}

// share gives each symbol what the one row says for all.
func (d *decoder) share() {
	for i := range d.cells {
		for name, found := range d.common.slots {
			if d.cells[i].slots[name].kind == 0 {
				d.cells[i].slots[name] = found
			}
		}
	}
}

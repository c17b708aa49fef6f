package reading

import (
	"bytes"
	"errors"
	"io"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/internal/tree"
)

// maxDepth is how deep an answer may nest.
const maxDepth = 16

// span is a value found in an answer: where its text stands and what kind it is. The zero span is no value.
type span struct {
	start, end int32
	kind       jsontext.Kind // of the text's first byte: '"', '0', '{', '[', 't', 'f' or 'n'
}

// cell is what was found for one symbol, or for one row.
type cell struct {
	slots [slotError]span
	found bool // there was a row
	twice bool // there were several
}

// decoder reads one answer at a time, in one pass and without building anything for what nobody asked. It is reused, by one
// vendor after another.
type decoder struct {
	program *program
	veil    Veil
	json    jsontext.Decoder
	options jsontext.Options
	source  bytes.Buffer
	body    []byte
	names   tree.Names
	objects uint32 // objects begun so far; numbers them for names
	text    []byte

	targets *Targets
	cells   []cell // by target; those with the same key share the first one's
	row     cell   // the row being read
	common  cell   // what the one shared row says for all symbols
	failure span   // the value of the error path
	rows    bool   // the rows' place exists and holds rows
	refusal string
}

func newDecoder() *decoder {
	// The library's own search for duplicate keys is switched off because names does that work, including case variants.
	return &decoder{names: tree.NewNames(), options: jsontext.AllowDuplicateNames(true)}
}

// aimed makes the decoder read the answers of one vendor.
func (d *decoder) aimed(p *program, v Veil) *decoder {
	d.program, d.veil = p, v

	return d
}

// forget lets go of everything that belongs to the last answer and its vendor.
func (d *decoder) forget() {
	d.program, d.veil, d.body, d.targets = nil, Veil{}, nil, nil
	d.source = bytes.Buffer{}
	d.json.Reset(&d.source, d.options)
}

// Errors of whole answers. JSON allows them all, and different readers would make different things of them.
var (
	errDepth   = errors.New("the answer nests deeper than " + strconv.Itoa(maxDepth) + " levels")
	errNames   = errors.New("the answer has an object with two keys that are equal but for upper and lower case")
	errSecond  = errors.New("the answer has a second JSON document behind the first")
	errKeyText = errors.New("the answer has an object whose key is not text")
)

// decode reads a whole answer. Afterwards cells holds what was found, aligned with the targets; the body must stay unchanged while they are used.
// An error says that the answer as a whole cannot be used.
func (d *decoder) decode(body []byte, targets *Targets) *messages.Failure {
	d.reset(body, targets)

	if err := d.document(); err != nil {
		return messages.NewFailure(messages.OutcomeMalformed, d.syntaxDetail(err))
	}

	if text, present := d.failureText(); present {
		return messages.NewFailure(messages.OutcomeMalformed, "the vendor reports: "+d.veil.Mask(text))
	}

	if !d.rows {
		if d.refusal == "" {
			d.refusal = errNoRows.Error()
		}

		return messages.NewFailure(messages.OutcomeMalformed, d.refusal)
	}

	if d.program.layout == layoutShared {
		d.share()
	}

	return nil
}

func (d *decoder) reset(body []byte, targets *Targets) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	d.body, d.targets = body, targets
	d.source = *bytes.NewBuffer(body)
	d.json.Reset(&d.source, d.options)
	d.names.Reset()

	if cap(d.cells) < targets.Len() {
		d.cells = make([]cell, targets.Len())
	}

	d.cells = d.cells[:targets.Len()]
	clear(d.cells)

	d.objects, d.row, d.common, d.failure, d.rows, d.refusal = 0, cell{}, cell{}, span{}, false, ""
}

// document reads exactly one JSON value and nothing behind it.
func (d *decoder) document() error {
	if err := d.value(d.program.root, &d.common, d.only()); err != nil {
		return err
	}

	if _, err := d.json.ReadToken(); err == nil {
		return errSecond
	} else if !errors.Is(err, io.EOF) {
		return err
	}

	return nil
}

// only returns the cell of the one symbol asked for, and -1 if there are several.
func (d *decoder) only() int {
	if d.targets.Keys() == 1 {
		return 0
	}

	return -1
}

// value reads the next value. What is looked for inside it goes into the cell; owner is the cell of the symbol it is known to belong to, or -1.
func (d *decoder) value(n *node, into *cell, owner int) error {
	kind := d.json.PeekKind()
	if n != nil && n.rows {
		return d.place(n, kind, owner)
	}

	return d.plain(kind, n, into, owner)
}

// plain reads a value that is not the rows' place.
func (d *decoder) plain(kind jsontext.Kind, n *node, into *cell, owner int) error {
	var start int32

	switch kind {
	case '{', '[':
		if _, err := d.json.ReadToken(); err != nil {
			return err
		}

		if d.json.StackDepth() > maxDepth {
			return errDepth
		}

		start = d.offset() - 1

		read := d.members
		if kind == '[' {
			read = d.elements
		}

		if err := read(n, into, owner); err != nil {
			return err
		}
	default:
		raw, err := d.json.ReadValue()
		if err != nil {
			return err
		}

		start = d.offset() - int32(len(raw)) //nolint:gosec // bodies are at most 64 MB
	}

	if n != nil && n.slots != 0 {
		d.capture(n.slots, into, span{start, d.offset(), kind})
	}

	return nil
}

func (d *decoder) offset() int32 {
	return int32(d.json.InputOffset()) //nolint:gosec // bodies are at most 64 MB
}

func (d *decoder) capture(slots uint16, into *cell, found span) {
	if slots&(1<<slotError) != 0 {
		d.failure = found
	}

	for name := range into.slots {
		if slots&(1<<name) != 0 {
			into.slots[name] = found
		}
	}
}

// members reads the members of an object whose brace has been read, and its end.
func (d *decoder) members(n *node, into *cell, owner int) error {
	d.objects++

	for object := d.objects; d.json.PeekKind() != '}'; {
		key, err := d.name(object)
		if err != nil {
			return err
		}

		next, cell, whose := n.member(key), into, owner

		if next == nil && n != nil && n.symbol != nil {
			if i, asked := d.targets.cell(key); asked {
				next, whose = n.symbol, i

				if d.program.layout == layoutShared {
					cell = &d.cells[i]
					cell.found = true
				}
			}
		}

		if err := d.value(next, cell, whose); err != nil {
			return err
		}
	}

	_, err := d.json.ReadToken()

	return err
}

// elements reads the elements of an array whose bracket has been read, and its end.
func (d *decoder) elements(n *node, into *cell, owner int) error {
	for index := 0; d.json.PeekKind() != ']'; index++ {
		if err := d.value(n.element(index), into, owner); err != nil {
			return err
		}
	}

	_, err := d.json.ReadToken()

	return err
}

// name reads a key. The result is valid until the next one.
func (d *decoder) name(object uint32) ([]byte, error) {
	raw, err := d.json.ReadValue()
	if err != nil {
		return nil, err
	}

	if raw.Kind() != '"' {
		return nil, errKeyText
	}

	key := d.unquote(raw)
	if !d.names.Add(object, key) {
		return nil, errNames
	}

	return key, nil
}

// unquote returns the text of a JSON string. The result is valid until the next call.
func (d *decoder) unquote(raw []byte) []byte {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}

	text, err := jsontext.AppendUnquote(d.text[:0], raw)
	if err != nil {
		return nil // cannot be: the decoder has checked the string
	}

	d.text = text

	return text
}

// syntaxDetail says why the answer is not one JSON document. It quotes at most one character of the answer.
func (d *decoder) syntaxDetail(err error) string {
	for _, own := range []error{errDepth, errNames, errSecond, errKeyText} {
		if errors.Is(err, own) {
			return own.Error()
		}
	}

	trimmed := bytes.TrimLeft(d.body, " \t\r\n")

	switch {
	case len(trimmed) == 0:
		return "the answer is empty"
	case trimmed[0] == '<':
		return "the answer is HTML or XML, not JSON"
	}

	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) && syntax.Err != nil {
		return "not JSON at byte " + strconv.FormatInt(syntax.ByteOffset, 10) + ": " + syntax.Err.Error()
	}

	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return "the answer ends in the middle of its JSON"
	}

	return "the answer is not JSON"
}
